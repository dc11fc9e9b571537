"""`hearken analyze`: what the text stages say of texts."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import ConfigFile
from deploy.cli.progress import Progress, byte_progress
from schemas.settings import load

if TYPE_CHECKING:
    from ingest.recording import Recording

_File = Annotated[Path, typer.Argument(metavar="FILE", help="NDJSON, packed or not; standard input without it.")]
_MOVE_EVERY = 100  # lines


def analyze(file: _File = Path("-"), config: ConfigFile = None) -> None:
    """Read {"id","text"[,"lang"]} as NDJSON; print language, sentiment, entities and more, one line for each line."""
    from enrich.analyze import analyze_lines
    from enrich.chain import Chain
    from ingest.recording import open_recording

    settings = load(config)
    out = sys.stdout.buffer
    with open_recording(file) as recording, byte_progress(f"analysing {file.name}") as move:
        for answer in analyze_lines(Chain(settings), _lines(recording, move)):
            out.write(answer + b"\n")
    out.flush()


def _lines(recording: "Recording", move: Progress | None) -> Iterator[bytes]:
    for number, line in enumerate(recording, start=1):
        if move is not None and number % _MOVE_EVERY == 0:
            move(*recording.progress(), number)
        yield line
