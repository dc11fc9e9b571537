"""What is said of posts that nobody knows is kept for a day, and costs little while it is."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from deploy.embedded import Embedded
from ingest.records import Record
from ingest.source import source
from schemas.post import post_id
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore
from tests.support.jetstream_events import commit
from tests.support.traffic import BRANDS

T0 = datetime(2024, 3, 4, tzinfo=UTC)
HOURS, PER_HOUR = 72, 12


def deletion(number: int) -> bytes:
    at = T0 + timedelta(minutes=number * 60 / PER_HOUR)
    return commit("did:plc:mia", at, f"r{number}", None, op="delete")


def rows(path: Path, collection: str) -> dict[str, bytes]:
    database = sqlite3.connect(path)
    try:
        return dict(database.execute("SELECT key, value FROM state WHERE collection = ?", (collection,)))
    finally:
        database.close()


def test_a_network_s_deletions_are_kept_for_a_day_and_no_commit_writes_many_of_them(tmp_path: Path) -> None:
    path, reader = tmp_path / "store.db", source("bluesky-jetstream")
    with SqliteStore(str(path)) as store:
        pipeline = Embedded(Settings(brands=BRANDS), store)
        for hour in range(HOURS):
            records = [Record(number, deletion(number)) for number in range(hour * PER_HOUR, (hour + 1) * PER_HOUR)]
            pipeline.process([(record, list(reader.parse(record))) for record in records], "x", lambda _: None)
    kept, orphans = rows(path, "mentions"), rows(path, "orphans")
    assert 24 * PER_HOUR <= len(kept) <= 25 * PER_HOUR
    last = HOURS * PER_HOUR - 1
    assert post_id("bluesky", f"at://did:plc:mia/app.bsky.feed.post/r{last}") in kept
    assert max(len(orjson.loads(value)) for key, value in orphans.items() if key.isdigit()) == 1
    assert len(orphans) <= len(kept) + 2


def test_a_post_that_comes_after_its_deletion_stays_deleted(tmp_path: Path) -> None:
    path, reader = tmp_path / "store.db", source("bluesky-jetstream")
    late = commit("did:plc:mia", T0, "r5", {"text": "acme it is"})
    with SqliteStore(str(path)) as store:
        pipeline = Embedded(Settings(brands=BRANDS), store)
        for number, payload in enumerate([deletion(5), late]):
            record = Record(number, payload)
            pipeline.process([(record, list(reader.parse(record)))], "x", lambda _: None)
        found = store.document(post_id("bluesky", "at://did:plc:mia/app.bsky.feed.post/r5"))
    assert found is not None
    assert found.deleted_at is not None
    assert found.text is None
