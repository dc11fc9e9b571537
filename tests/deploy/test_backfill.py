"""Backfill into a store: interrupted, repeated, beside what is live; no alert, no baseline."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from deploy.backfill import Account, Archive, Backfill, StoreArchive, historical
from deploy.embedded import Embedded
from ingest.history import Historical, Stretch
from ingest.live import Gap, Heard
from ingest.reconnect import Reconnect
from ingest.records import Record
from ingest.source import Parsed, source
from ingest.web import Web
from schemas.brand import Brand
from schemas.clock import ManualClock
from schemas.errors import Transient, UsageError
from schemas.settings import Settings
from sinks.questions import Span
from sinks.sqlite.store import SqliteStore

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY = Stretch(NOON - timedelta(days=1), NOON)
SETTINGS = Settings(brands=(Brand(name="Acme", query="acme"),))
CUT = Transient("the connection broke")


def page(*hours: float) -> bytes:
    """Return posts that were published so many hours before noon."""
    return orjson.dumps(
        [
            {"native_id": f"{hour}", "text": f"acme number {hour}", "published_at": str(NOON - timedelta(hours=hour))}
            for hour in hours
        ]
    )


class Past(Historical):
    """Says its pages from the cursor on, and breaks where it is told to."""

    name = "past"
    network = "ndjson"
    formats = "nothing"

    def __init__(self, pages: Sequence[bytes], breaks: Iterable[int] = ()) -> None:
        self.pages, self.breaks = pages, list(breaks)
        self.asked: list[str | None] = []

    def parse(self, record: Record) -> list[Parsed]:
        posts = orjson.loads(record.payload)
        found = [source("ndjson").parse(Record(1, orjson.dumps(post), seen_at=record.seen_at)) for post in posts]
        return [one for each in found for one in each]

    def chapters(self, brands: Sequence[Brand]) -> Sequence[str]:
        return ["all"]

    async def history(
        self, chapter: str, stretch: Stretch, web: Web, brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        self.asked.append(cursor)
        for at in range(int(cursor or 0), len(self.pages)):
            if self.breaks and self.breaks[0] == at:
                self.breaks.pop(0)
                raise CUT
            yield Heard(self.pages[at], str(at + 1))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "past.db", clock=ManualClock(NOON)) as opened:
        yield opened


def fill(store: SqliteStore, past: Historical, stretch: Stretch = DAY) -> Account:
    return fill_archive(StoreArchive(store, SETTINGS, ManualClock(NOON)), past, stretch)


def fill_archive(archive: Archive, past: Historical, stretch: Stretch = DAY) -> Account:
    clock = ManualClock(NOON)

    async def go() -> Account:
        return await Backfill(archive, SETTINGS.brands, past, clock, Reconnect(Random(1))).run(Web(), stretch)

    return asyncio.run(go())


def state(path: Path) -> dict[str, list[Any]]:
    """What lasts of the judgement of brands and of mentions, and every alert."""
    with closing(sqlite3.connect(path)) as file:
        tables = "collection IN ('incidents', 'spikes', 'spreading')"
        return {
            "judged": file.execute(f"SELECT * FROM state WHERE {tables} ORDER BY 1, 2").fetchall(),  # noqa: S608
            "alerts": file.execute("SELECT * FROM alerts").fetchall(),
            "live": file.execute("SELECT * FROM positions WHERE key LIKE 'live:%'").fetchall(),
        }


PAGES = [page(*(number / 10 for number in range(first, first + 20))) for first in range(0, 200, 20)]


def test_a_stretch_is_stored_once_whatever_breaks(store: SqliteStore) -> None:
    past = Past(PAGES, [0, 1, 1, 4, 9])
    account = fill(store, past)
    assert past.asked == [None, None, "1", "1", "4", "9"]
    assert (account.tally.read, account.tally.stored, account.tally.duplicates) == (10, 199, 0)
    points = store.volume("acme", Span(DAY.since, DAY.until, 86_400_000))
    assert sum(point.count for point in points) == 199  # the post of noon itself is outside


def test_asked_again_it_finds_duplicates_and_the_same_answer(store: SqliteStore) -> None:
    fill(store, Past(PAGES))
    before = store.mentions("acme", None, None, None, "new", 1_000)
    account = fill(store, Past(PAGES))
    assert (account.tally.stored, account.tally.duplicates) == (0, 10)
    assert store.mentions("acme", None, None, None, "new", 1_000) == before


def test_one_that_was_stopped_goes_on_behind_its_last_batch(store: SqliteStore) -> None:
    with pytest.raises(Transient):
        fill(store, Past(PAGES, [6] * 9))
    past = Past(PAGES)
    account = fill(store, past)
    assert past.asked == ["6"]
    assert (account.tally.read, account.tally.stored) == (10, 199)


def test_it_fires_no_alert_and_moves_no_baseline_and_no_position(store: SqliteStore, tmp_path: Path) -> None:
    live = Embedded(SETTINGS, store)
    quiet = [page(hour) for hour in range(30, 200)]
    for number, payload in enumerate(quiet):
        record = Record(number, payload, seen_at=NOON)
        live.process([(record, Past([]).parse(record))], "live", lambda tally: None)
    store.save_position("live:past:all", {"cursor": "7"})
    before = state(tmp_path / "past.db")
    assert before["judged"]
    # A storm, which is one by any baseline: five hundred posts in some minutes.
    storm = [page(*(3 + number / 10_000 for number in range(500)))]
    assert fill(store, Past(storm)).tally.stored == 500
    assert state(tmp_path / "past.db") == before
    points = store.volume("acme", Span(DAY.since, DAY.until, 86_400_000))
    assert sum(point.count for point in points) == 500


def test_what_was_published_outside_of_the_stretch_is_left_out(store: SqliteStore) -> None:
    account = fill(store, Past([page(-1, 0, 0.001, 23.999, 24, 24.001)]))
    assert account.tally.stored == 3


def test_who_has_no_past_is_one_clear_line() -> None:
    with pytest.raises(UsageError, match=r"ndjson cannot be asked for its past; these can: .*mastodon-stream"):
        historical("ndjson", SETTINGS)
