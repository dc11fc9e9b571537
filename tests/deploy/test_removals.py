"""An account that is gone takes with it all that it had written, whatever comes first and however often."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from deploy.embedded import Embedded, Tally
from deploy.removals import Removals
from enrich.state import MemoryTable
from ingest.records import Record
from ingest.source import AuthorRemoval, source
from schemas.mention import Mention
from schemas.post import post_id
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


@pytest.mark.parametrize("status", ["deactivated", "suspended", "desynchronized", None])
def test_what_may_pass_removes_nothing(status: str | None, tmp_path: Path) -> None:
    run([[words(MIA, 1, "a"), account(MIA, at(5), status)]], tmp_path / "store.db")
    assert [document.deleted_at for document in documents(tmp_path / "store.db").values()] == [None]


def removal(who: str, hours: float) -> AuthorRemoval:
    return AuthorRemoval("account", "bluesky", who, T0 + timedelta(hours=hours))


def test_removals_are_forgotten_after_two_days_and_the_memory_stays_small() -> None:
    table = MemoryTable()
    removals = Removals(table)
    for hour in range(2_000):
        removals.note(removal(f"did:plc:{hour}", hour))
        removals.note(removal(f"did:plc:{hour}", hour))
    assert len(table) < 2 * 50 + 2
    again = Removals(table)
    again.note(removal("did:plc:late", 0))
    assert len(table) < 2 * 50 + 2
    assert ms(T0) not in table.values()
