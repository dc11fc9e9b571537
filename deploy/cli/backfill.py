"""`hearken backfill`: the past of a source into the store or the topics, apart from listening."""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from random import Random
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from deploy.asked_times import moment
from deploy.cli.options import BrandsFile, ConfigFile, NewStorePath
from schemas.errors import UsageError

if TYPE_CHECKING:
    from deploy.backfill import Account, Archive
    from ingest.history import Historical, Stretch
    from schemas.settings import Settings


def backfill(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A source that can be asked for its past.")],
    since: Annotated[str, typer.Option("--from", help="First day or moment, inclusive (2026-03-20).")],
    until: Annotated[
        str | None, typer.Option("--to", help="Last day or moment, exclusive; now, if it is left out.")
    ] = None,
    store: NewStorePath = None,
    into: Annotated[
        Literal["store", "kafka"], typer.Option(help="Into a store, or into the topics as an ingest worker would.")
    ] = "store",
    config: ConfigFile = None,
    brands: BrandsFile = None,
) -> None:
    """Read what a source holds of a stretch of time into the store. It fires no alerts and moves no baselines.

    Interrupted, it goes on where it stopped; run again, it finds duplicates. Ends with one line of JSON on stdout.
    """
    from deploy.backfill import historical
    from deploy.observation.logs import logs
    from ingest.history import Stretch
    from schemas.clock import SystemClock
    from schemas.settings import load, require_brands

    settings = load(config, brands)
    require_brands(settings)
    path = store or settings.store
    if into == "kafka" and store is not None:
        raise UsageError("--store and --into kafka exclude each other: the topics are stored by `hearken sink`")
    if into == "store" and "://" in path:
        raise UsageError("backfill fills an SQLite file: name one with --store, or publish with --into kafka")
    clock = SystemClock()
    started = clock.now()
    first = moment(since, f"--from {since!r}") or started
    last = moment(until, f"--to {until!r}") or started
    if first >= min(last, started):
        raise UsageError(f"nothing lies between --from {since} and --to {until or 'now'}")
    reader = historical(source, settings)
    reader.chapters(settings.brands)  # which says what is missing, before the models are loaded
    stretch = Stretch(first, min(last, started))
    with logs(settings.observe, "backfill"), _archive(settings, into, path) as archive:
        account = _filled(settings, archive, reader, stretch)
    told = asdict(account.tally)
    if into == "kafka":
        told = {"published" if name == "stored" else name: count for name, count in told.items()}
    seconds = round((clock.now() - started).total_seconds(), 3)
    typer.echo(json.dumps({**told, "gaps": account.gaps, "seconds": seconds}))


@contextmanager
def _archive(settings: "Settings", into: str, path: str) -> "Iterator[Archive]":
    if into == "kafka":
        from deploy.backfill_to_kafka import topic_archive

        with topic_archive(settings) as archive:
            yield archive
        return
    from deploy.backfill import StoreArchive
    from schemas.clock import SystemClock
    from sinks.sqlite.store import SqliteStore

    clock = SystemClock()
    with SqliteStore(path, clock=clock) as store:
        yield StoreArchive(store, settings, clock)


def _filled(settings: "Settings", archive: "Archive", reader: "Historical", stretch: "Stretch") -> "Account":
    from deploy.backfill import Account, Backfill
    from deploy.cli.output import note
    from ingest.reconnect import Reconnect
    from ingest.web import Web
    from schemas.clock import SystemClock

    clock = SystemClock()
    chance = Random(f"{os.getpid()} {clock.now()}")  # noqa: S311 - so that many do not come back together

    def show(chapter: str, account: Account) -> None:
        if account.finished:
            note(f"{reader.name} {chapter}: {account.tally.read} records, {account.tally.matched} matched")

    async def fill() -> Account:
        async with Web(settings.outbound, clock=clock) as web:
            return await Backfill(archive, settings.brands, reader, clock, Reconnect(chance)).run(web, stretch, show)

    return asyncio.run(fill())
