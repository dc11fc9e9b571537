"""An account that is gone takes with it all that it had written, one that is paused hides it, whatever comes first."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from deploy.author_notes import AuthorNotes
from deploy.embedded import Embedded, Tally
from enrich.state import MemoryTable
from ingest.records import Record
from ingest.source import source
from schemas.mention import Mention
from schemas.post import post_id
from schemas.season import HOUR_MS
from schemas.settings import Settings
from schemas.wire import ms
from sinks.sqlite.store import SqliteStore
from tests.support.contents import contents
from tests.support.jetstream_events import account, commit, like
from tests.support.traffic import BRANDS, Outcome, stored

T0 = datetime(2024, 3, 4, tzinfo=UTC)
MIA, BO = "did:plc:mia", "did:plc:bo"
SETTINGS = Settings(brands=BRANDS)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def words(who: str, minutes: float, rkey: str, text: str = "acme it is") -> bytes:
    return commit(who, at(minutes), rkey, {"text": text, "langs": ["en"]})


def uri(who: str, rkey: str) -> str:
    return f"at://{who}/app.bsky.feed.post/{rkey}"


def run(batches: Sequence[Sequence[bytes]], path: Path) -> list[Tally]:
    reader = source("bluesky-jetstream")
    with SqliteStore(str(path)) as store:
        pipeline = Embedded(SETTINGS, store)
        return [
            pipeline.process(
                [(record, list(reader.parse(record))) for record in (Record(1, payload) for payload in batch)],
                "test",
                lambda _: None,
            )
            for batch in batches
        ]


def documents(path: Path) -> dict[str, Mention]:
    return {name: Mention.model_validate(body) for name, body in contents(path)["documents"]}


def test_all_mentions_of_an_author_are_withdrawn_and_nobody_elses(tmp_path: Path) -> None:
    before = [words(MIA, 1, "a"), words(BO, 2, "b"), words(MIA, 3, "c", "borealis")]
    tallies = run([before, [words(MIA, 4, "d"), account(MIA, at(5), "deleted")]], tmp_path / "store.db")
    found = documents(tmp_path / "store.db")
    gone = {post_id("bluesky", uri(MIA, rkey)) for rkey in "acd"}
    assert {name for name, document in found.items() if document.deleted_at is not None} == gone
    for name in gone & found.keys():
        assert found[name].text is None
        assert found[name].author is None
        assert found[name].deleted_at == at(5)
    assert found[post_id("bluesky", uri(BO, "b"))].text == "acme it is"
    counts = {row[0]: row[3] for row in contents(tmp_path / "store.db")["trends"]}
    assert counts == {"acme": 1, "borealis": 0}
    assert contents(tmp_path / "store.db")["brands"] == [
        row for row in contents(tmp_path / "store.db")["brands"] if row[4] == f"bluesky:{BO}"
    ]
    assert [(tally.matched, tally.duplicates) for tally in tallies] == [(3, 0), (2, 0)]


def test_the_order_and_the_number_of_deliveries_do_not_matter(tmp_path: Path) -> None:
    told = [
        words(MIA, 1, "a"),
        words(MIA, 2, "b"),
        account(MIA, at(5), "takendown"),
        like(BO, at(3), "l", uri(MIA, "a")),
    ]
    outcomes: list[Outcome] = []
    for number, order in enumerate(Random(3).sample(list(permutations(told)), 5)):
        path = tmp_path / f"{number}.db"
        run([[event] for event in order] if number % 2 else [order, order[2:]], path)
        outcomes.append(stored(path))
    assert len(outcomes[0].documents) == 2
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_who_comes_back_is_heard_again(tmp_path: Path) -> None:
    again = [account(MIA, at(5), "deleted"), account(MIA, at(8)), words(MIA, 9, "z")]
    run([[words(MIA, 1, "a")], again, again, [account(MIA, at(5), "deleted")]], tmp_path / "store.db")
    found = documents(tmp_path / "store.db")
    assert found[post_id("bluesky", uri(MIA, "z"))].deleted_at is None
    assert found[post_id("bluesky", uri(MIA, "a"))].deleted_at is not None


@pytest.mark.parametrize("status", ["desynchronized", "throttled"])
def test_troubles_of_a_host_change_nothing(status: str, tmp_path: Path) -> None:
    run([[words(MIA, 1, "a"), account(MIA, at(5), status)]], tmp_path / "store.db")
    assert [document.deleted_at for document in documents(tmp_path / "store.db").values()] == [None]


@pytest.mark.parametrize("status", ["deactivated", "suspended"])
def test_while_an_account_is_paused_no_answer_has_a_word_of_it(status: str, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    run([[words(MIA, 1, "a"), words(BO, 2, "b")], [words(MIA, 3, "c", "borealis"), account(MIA, at(5), status)]], path)
    found = documents(path)
    hidden = {post_id("bluesky", uri(MIA, rkey)) for rkey in "ac"}
    assert {name for name, document in found.items() if document.deleted_at == at(5)} == hidden
    assert [found[name].text for name in sorted(hidden)] == [None, None]
    assert {row[0]: row[3] for row in contents(path)["trends"]} == {"acme": 1}
    with SqliteStore(path, read_only=True) as store:
        assert [one.text for one in store.mentions(None, None, None, None, "new", 9)] == ["acme it is"]


def test_who_is_back_from_a_pause_has_all_posts_as_they_were(tmp_path: Path) -> None:
    before = [words(MIA, 1, "a"), like(BO, at(2), "l", uri(MIA, "a")), words(MIA, 3, "c", "borealis")]
    run([before], tmp_path / "one.db")
    away = [account(MIA, at(5), "deactivated"), like(BO, at(6), "k", uri(MIA, "c"))]
    run([before, away, [account(MIA, at(8)), words(MIA, 9, "z")], [account(MIA, at(5), "deactivated")]], tmp_path / "b")
    one, other = documents(tmp_path / "one.db"), documents(tmp_path / "b")
    whole = {"version", "indexed_at", "engagement", "velocity", "virality", "raw_ref"}
    for name, document in one.items():
        assert other[name].model_dump(exclude=whole) == document.model_dump(exclude=whole)
        assert other[name].version > document.version
    assert other[post_id("bluesky", uri(MIA, "c"))].engagement == 1
    assert other[post_id("bluesky", uri(MIA, "z"))].deleted_at is None
    assert sorted((row[0], row[3]) for row in contents(tmp_path / "b")["trends"]) == [
        ("acme", 1), ("acme", 1), ("borealis", 1)
    ]  # fmt: skip


@pytest.mark.parametrize("status", [None, "deleted"])
def test_the_order_of_posts_pauses_and_likes_does_not_matter(status: str | None, tmp_path: Path) -> None:
    told = [words(MIA, 1, "a"), words(MIA, 2, "b"), like(BO, at(3), "l", uri(MIA, "a"))]
    news = [account(MIA, at(5), "suspended"), account(MIA, at(6), status)]
    outcomes: list[Outcome] = []
    for place in range(len(told) + 1):
        order, path = [*told[:place], *news, *told[place:], *news], tmp_path / f"{place}.db"
        run([order] if place == 1 else [[event] for event in order], path)
        outcomes.append(stored(path))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert ["deleted_at" not in document for document in outcomes[0].documents.values()] == [status is None] * 2


def test_who_is_taken_down_in_a_pause_does_not_come_back(tmp_path: Path) -> None:
    gone = [account(MIA, at(6), "takendown"), account(MIA, at(7))]
    run([[words(MIA, 1, "a"), account(MIA, at(5), "suspended")], gone], tmp_path / "store.db")
    (document,) = documents(tmp_path / "store.db").values()
    assert (document.deleted_at, document.op, document.text) == (at(6), "delete", None)
    state = b"".join(row[0] for row in sqlite3.connect(tmp_path / "store.db").execute("SELECT value FROM state"))
    assert b"acme it is" not in state


def test_notes_are_forgotten_after_their_time_and_take_little_room() -> None:
    table = MemoryTable()
    notes = AuthorNotes(table, 48)
    for hour in range(2_000):
        notes.put(f"did:plc:{hour}", hour * HOUR_MS + ms(T0), {"gone": hour})
        notes.put(f"did:plc:{hour}", hour * HOUR_MS + ms(T0), {"gone": hour})
    assert len(table) < 2 * 50 + 2
    assert (notes.get("did:plc:1999")["gone"], notes.get("did:plc:1900")) == (1999, {})
    again = AuthorNotes(table, 48)
    again.put("did:plc:late", ms(T0), {"gone": 1})
    assert len(table) < 2 * 50 + 2
    assert again.get("did:plc:late") == {}
