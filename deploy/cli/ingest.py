"""`hearken ingest`: one worker from live sources into Kafka."""

from functools import partial
from typing import Annotated

import typer

from deploy.cli.options import BrandsFile, ConfigFile, UntilIdle

_Sources = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME", help="A source to listen to; several names may follow."),
]
_More = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="More sources.")]


def ingest(
    source: _Sources = None,
    more: _More = None,
    until_idle: UntilIdle = None,
    config: ConfigFile = None,
    brands: BrandsFile = None,
) -> None:
    """Listen to live sources, and publish what is said about the brands, until SIGTERM.

    Without --source it is every source in the settings. Several workers share the sources by name: each runs in one of
    them. Ends with one line of JSON on stdout; exit 1 when Kafka or a source refuses.
    """
    from deploy.cli.listening_command import listen_until_stopped
    from deploy.listening.choice import chosen
    from deploy.listening.kafka import KafkaTaker
    from deploy.listening.own import beside_kafka
    from schemas.settings import load, require_brands

    settings = load(config, brands)
    require_brands(settings)
    sources = chosen(settings, [*(source or ()), *(more or ())], own=beside_kafka(settings))
    names = [each.name for each in sources]
    listen_until_stopped(
        "ingest", settings, sources, partial(KafkaTaker, settings, names), "published",
        [f"into Kafka at {settings.kafka.bootstrap_servers}"], until_idle_s=until_idle,
    )  # fmt: skip
