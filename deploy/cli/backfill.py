"""`hearken backfill`: the past of a source into the store, apart from listening."""

import asyncio
import json
import os
from dataclasses import asdict
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import BrandsFile, ConfigFile, moment
from schemas.errors import UsageError

if TYPE_CHECKING:
    from deploy.backfill import Account
    from ingest.history import Historical, Stretch
    from schemas.settings import Settings


def backfill(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A source that can be asked for its past.")],
    since: Annotated[str, typer.Option("--from", help="First day or moment, inclusive (2014-09-19).")],
    until: Annotated[
        str | None, typer.Option("--to", help="Last day or moment, exclusive; now, if it is left out.")
    ] = None,
    store: Annotated[str | None, typer.Option("--store", help="SQLite file; made if it is not there.")] = None,
    config: ConfigFile = None,
    brands: BrandsFile = None,
) -> None:
    """Read what a source holds of a stretch of time into the store. It fires no alerts and moves no baselines.

    Interrupted, it goes on where it stopped; run again, it finds duplicates. Ends with one line of JSON on stdout.
    """
    from deploy.backfill import historical
    from ingest.history import Stretch
    from schemas.clock import SystemClock
    from schemas.settings import load, require_brands

    settings = load(config, brands)
    require_brands(settings)
    path = store or settings.store
    if "://" in path:
        raise UsageError("backfill fills an SQLite file: name one with --store")
    clock = SystemClock()
    started = clock.now()
    first, last = moment(since, "--from") or started, moment(until, "--to") or started
    if first >= min(last, started):
        raise UsageError(f"nothing lies between --from {since} and --to {until or 'now'}")
    reader = historical(source, settings)
    reader.chapters(settings.brands)  # which says what is missing, before the models are loaded
    account = _filled(settings, path, reader, Stretch(first, min(last, started)))
    seconds = round((clock.now() - started).total_seconds(), 3)
    typer.echo(json.dumps({**asdict(account.tally), "gaps": account.gaps, "seconds": seconds}))


def _filled(settings: "Settings", path: str, reader: "Historical", stretch: "Stretch") -> "Account":
    from deploy.backfill import Account, Backfill
    from deploy.cli.output import note
    from deploy.observation.logs import logs
    from ingest.reconnect import Reconnect
    from ingest.web import Web
    from schemas.clock import SystemClock
    from sinks.sqlite.store import SqliteStore

    clock = SystemClock()
    chance = Random(f"{os.getpid()} {clock.now()}")  # noqa: S311 - so that many do not come back together

    def show(chapter: str, account: Account) -> None:
        if account.finished:
            note(f"{reader.name} {chapter}: {account.tally.read} records, {account.tally.matched} matched")

    async def fill() -> Account:
        async with Web(settings.outbound, clock=clock) as web:
            return await Backfill(opened, settings, reader, clock, Reconnect(chance)).run(web, stretch, show)

    with logs(settings.observe, "backfill"), SqliteStore(path, clock=clock) as opened:
        return asyncio.run(fill())
