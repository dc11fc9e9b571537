"""`hearken run`: the whole pipeline in one process, on live sources."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import BrandsFile, ConfigFile, NewStorePath
from schemas.errors import UsageError

if TYPE_CHECKING:
    from schemas.brand import Brand

_Query = Annotated[
    str | None, typer.Option("--query", help="Listen for this one query; to Bluesky, if no source is set up.")
]
_For = Annotated[float | None, typer.Option("--for", min=0, metavar="SECONDS", help="End after so long.")]


def run(
    query: _Query = None,
    store: NewStorePath = None,
    seconds: _For = None,
    config: ConfigFile = None,
    brands: BrandsFile = None,
) -> None:
    """Listen to the configured sources, and store what is said about the brands, until stopped.

    `hearken run --query "acme"` needs no file and no key. Stopped or killed, it goes on where it was. Ends with one
    line of JSON on stdout; exit 1 when a source or the store refused.
    """
    from deploy.cli.listening_command import listen_until_stopped
    from deploy.listening.choice import DEFAULT, chosen
    from deploy.listening.own import beside_store
    from schemas.settings import NO_BRANDS, load

    if query is not None and brands is not None:
        raise UsageError("--query and --brands exclude each other")
    settings = load(config, brands)
    if query is not None:
        settings = settings.model_copy(update={"brands": (_brand(query),)})
    if not settings.brands:
        raise UsageError(f'{NO_BRANDS}, and `hearken run --query "acme"` needs neither')
    path = store or settings.store
    if "://" in path:
        raise UsageError("run keeps an SQLite file: name one with --store; into Elasticsearch it goes through Kafka")

    from deploy.listening.embedded import StoreTaker
    from deploy.observation.notices import NoticeMetrics
    from schemas.clock import SystemClock
    from sinks.delivery.told import Told

    sources = chosen(settings, default=None if query is None else DEFAULT, own=beside_store(settings, path))

    look = f"look: hearken mentions --follow --store {path}, from another terminal"
    told, clock = Told(), SystemClock()
    listen_until_stopped(
        "run",
        settings,
        sources,
        partial(StoreTaker, settings, path, clock, told),
        "stored",
        [f"store: {path}", look],
        for_s=seconds,
        beside=[NoticeMetrics("run", told, clock)],
    )


def _brand(query: str) -> "Brand":
    """Return the brand that a lone query stands for. Raises QueryError."""
    from schemas.brand import Brand, slug
    from schemas.query.parse import parse_query

    parse_query(query)
    return Brand(name=query[:200], query=query, id=slug(query)[:200] or "query")
