"""`hearken replay`: recorded payloads through the pipeline."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from deploy.cli.options import BrandsFile, ConfigFile, NewStorePath
from schemas.errors import UsageError


def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The recording: plain, .gz, .bz2, .xz or .zst.")],
    source: Annotated[str, typer.Option("--format", help="Which source's payloads they are (hearken sources).")],
    brands: BrandsFile = None,
    speed: Annotated[float, typer.Option(min=0, help="Times the recorded speed; 0 is as fast as it goes.")] = 0,
    store: NewStorePath = None,
    to: Annotated[
        Literal["store", "kafka"], typer.Option(help="Into a store, or into the topics as an ingest worker would.")
    ] = "store",
    deliver: Annotated[
        bool, typer.Option("--deliver", help="Tell the channels of the alerts, marked as replayed.")
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Take recorded payloads through the whole pipeline into the store, on the recorded clock.

    Ends with one line of JSON on stdout. Interrupted, it goes on where it stopped.
    """
    from deploy.cli.progress import byte_progress
    from schemas.settings import load, require_brands

    settings = load(config, brands)
    require_brands(settings)
    if to == "kafka" and store is not None:
        raise UsageError("--store and --to kafka exclude each other: the topics are stored by `hearken sink`")
    where = store or settings.store
    if to == "store" and "://" in where:
        raise UsageError("replay fills an SQLite file: name one with --store, or publish with --to kafka")
    if deliver and to == "kafka":
        raise UsageError("--deliver is for a store: from the topics `hearken notify --replayed` tells of a replay")
    if deliver and not settings.alerts.channels:
        from deploy.telling import NO_CHANNELS

        raise UsageError(f"--deliver: {NO_CHANNELS}")
    with byte_progress(f"replaying {file.name}") as progress:
        if to == "kafka":
            from deploy.observation.logs import logs
            from deploy.replay_to_kafka import replay_to_kafka

            with logs(settings.observe, "replay"):
                published = replay_to_kafka(file, source, settings, speed=speed, progress=progress)
            typer.echo(json.dumps(asdict(published)))
        else:
            from deploy.replay import replay as run

            stored = run(file, source, settings, where, speed=speed, progress=progress, deliver=deliver)
            typer.echo(json.dumps(asdict(stored)))
