"""Likes and reposts of a whole network: those of our own mentions count once, all others leave nothing behind."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.embedded import Embedded, Tally
from ingest.bluesky_records import LIKE, REPOST
from ingest.records import Record
from ingest.source import source
from schemas.mention import Mention
from schemas.post import post_id
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore
from tests.support.contents import contents
from tests.support.jetstream_events import commit, like
from tests.support.traffic import BRANDS

T0 = datetime(2024, 3, 4, tzinfo=UTC)
OURS, FOREIGN = "at://did:plc:mia/app.bsky.feed.post/a", "at://did:plc:mia/app.bsky.feed.post/b"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def repost(who: str, minutes: float, uri: str) -> bytes:
    return commit(who, at(minutes), "r", {"subject": {"uri": uri, "cid": "x"}}, REPOST)


def run(payloads: Iterable[bytes], path: Path) -> Tally:
    reader = source("bluesky-jetstream")
    posts = [commit("did:plc:mia", T0, "a", {"text": "acme"}), commit("did:plc:mia", T0, "b", {"text": "nothing"})]
    with SqliteStore(str(path)) as store:
        pipeline = Embedded(Settings(brands=BRANDS), store)
        records = [Record(number, payload) for number, payload in enumerate([*posts, *payloads], 1)]
        return pipeline.process([(one, list(reader.parse(one))) for one in records], "x", lambda _: None)


def ours(path: Path) -> Mention:
    return Mention.model_validate(dict(contents(path)["documents"])[post_id("bluesky", OURS)])


def test_ours_count_once_however_often_they_come(path: Path) -> None:
    likes = [like(f"did:plc:l{number}", at(number), "l", OURS) for number in range(5)]
    run([*likes, *likes, repost("did:plc:bo", 3, OURS), repost("did:plc:bo", 3, OURS)], path)
    found = contents(path)
    assert ours(path).engagement == 6
    assert len(found["engagements"]) == 6
    assert [row[1] for row in found["brands"]] == ["acme", "acme"]  # the post, and its repost


def test_those_of_other_posts_leave_nothing(path: Path) -> None:
    foreign = [like(f"did:plc:l{number}", at(1), "l", FOREIGN) for number in range(9)]
    tally = run([*foreign, *(repost(f"did:plc:l{number}", 2, FOREIGN) for number in range(9))], path)
    assert (tally.matched, tally.stored) == (1, 1)
    found = contents(path)
    assert (len(found["documents"]), found["engagements"]) == (1, [])


def test_what_is_taken_back_was_still_said(path: Path) -> None:
    """A repost that is taken back is no mention any more; that it spread the post stays true, as does a like."""
    back = [
        commit("did:plc:bo", at(5), "r", None, REPOST, "delete"),
        commit("did:plc:l", at(5), "l", None, LIKE, "delete"),
    ]
    run([repost("did:plc:bo", 3, OURS), like("did:plc:l", at(4), "l", OURS), *back], path)
    assert ours(path).engagement == 2
    assert [row[4] for row in contents(path)["brands"]] == ["bluesky:did:plc:mia"]
