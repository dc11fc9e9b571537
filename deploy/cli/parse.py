"""`hearken parse`: a recorded payload to post events."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.options import ConfigFile
from deploy.cli.progress import byte_progress
from schemas.errors import Poison, UsageError
from schemas.post import PostEvent
from schemas.settings import load

_SourceName = Annotated[
    str, typer.Argument(metavar="SOURCE", help="What the payload is; `hearken sources` lists them.")
]
_File = Annotated[Path, typer.Argument(metavar="FILE", help="A recording, packed or not; - is standard input.")]
_MOVE_EVERY = 200  # records


def parse(source_name: _SourceName, file: _File, config: ConfigFile = None) -> None:
    """Print the post events of a recorded payload as NDJSON; bad records are named on stderr and stop nothing."""
    from ingest.parsing import ParseReport, parse_stream
    from ingest.recording import open_recording
    from ingest.source import source
    from schemas.codec import encode

    settings = load(config)
    reader = source(source_name, settings.sources.get(source_name))
    report = ParseReport()
    out = sys.stdout.buffer
    with open_recording(file) as recording, byte_progress(f"parsing {file.name}") as move:
        try:
            for number, (record, outcome) in enumerate(parse_stream(reader, recording), start=1):
                report.add(outcome)
                if isinstance(outcome, Poison):
                    typer.echo(f"record {record.number}: {outcome}", err=True)
                else:
                    out.writelines(encode(event) + b"\n" for event in outcome if isinstance(event, PostEvent))
                if move is not None and number % _MOVE_EVERY == 0:
                    move(*recording.progress(), number)
        except UsageError as damage:  # of the packing: what came before it counts, and the account ends as always
            typer.echo(f"hearken: {damage}", err=True)
            report.bad += 1
        out.flush()
    typer.echo(report.json(), err=True)
    if report.events == 0:
        raise typer.Exit(1)
