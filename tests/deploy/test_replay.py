"""Recordings through the embedded pipeline: what becomes of good records, bad ones, edits and deletions."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import orjson
import pytest

from deploy.replay import ReplaySummary, replay
from schemas.brand import Brand
from schemas.clock import ManualClock
from schemas.post import post_id
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore
from tests.support.contents import contents, differences

SETTINGS = Settings(brands=(Brand(name="Acme", query="acme"), Brand(name="Borealis", query="borealis")))
AT = "2026-03-02T10:00:00Z"

Play = Callable[..., ReplaySummary]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Replays lines into `store.db`, or into the file that is named."""

    def played(lines: list[bytes], name: str = "store.db", **options: Any) -> ReplaySummary:
        recording = tmp_path / "posts.ndjson"
        recording.write_bytes(b"\n".join(lines))
        return replay(recording, "ndjson", SETTINGS, str(tmp_path / name), **options)

    return played


def line(native_id: str, text: str | None = "acme is here", **fields: Any) -> bytes:
    return orjson.dumps({"source": "net", "native_id": native_id, "text": text, "published_at": AT} | fields)


BAD = {
    "bad_encoding": b'{"source": "net", "text": "acme \xff"}',
    "bad_json": b"acme",
    "bad_value": line("nan").replace(b'"acme is here"', b'"acme", "counts": {"likes": "many"}'),
    "too_deep": b"[" * 100 + b"]" * 100,
    "bad_time": line("old", published_at="0001-01-01T00:00:00Z"),
    "too_large": line("big", text="acme " * 2_000_000),
    "truncated": line("cut")[:30],
}


def test_each_bad_record_is_one_dead_letter_and_everything_around_it_is_stored(play: Play, tmp_path: Path) -> None:
    lines = [part for number, bad in enumerate(BAD.values()) for part in (line(str(number)), bad)]
    summary = play(lines)
    assert (summary.read, summary.matched, summary.stored, summary.dead) == (14, 7, 7, 7)
    with SqliteStore(tmp_path / "store.db", read_only=True) as store:
        letters = store.dead_letters(10)[::-1]
        assert [letter.payload for letter in letters] == list(BAD.values())
        assert [letter.position for letter in letters] == ["2", "4", "6", "8", "10", "12", "14"]
        assert {letter.reason for letter in letters} >= {
            "bad_encoding",
            "too_deep",
            "too_large",
            "truncated",
            "bad_time",
        }
        assert all("acme" not in letter.detail for letter in letters)


def test_an_interrupted_replay_goes_on_where_it_stopped(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line(str(number), text=f"acme number {number}") for number in range(10)]
    undisturbed = play(lines, "undisturbed.db")
    monkeypatch.setattr("deploy.replay.BATCH", 3)

    def stop(_done: int, _size: int | None, records: int) -> None:
        if records == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play(lines, progress=stop)
    resumed = play(lines)
    assert (resumed.read, resumed.stored, resumed.duplicates) == (10, 10, 0)
    assert (undisturbed.read, undisturbed.stored) == (10, 10)
    assert differences(contents(tmp_path / "store.db"), contents(tmp_path / "undisturbed.db")) == {}
    again = play(lines)
    assert (again.read, again.matched, again.stored, again.duplicates) == (10, 10, 0, 10)


EVENTS = [
    line("1", version=1_772_445_600_000),
    line("1", "acme again", op="update", version=1_772_445_700_000),
    line("2", "borealis too", kind="reply", parent_id=post_id("net", "1")),
    line("3", None, kind="repost", repost_of=post_id("net", "1"), author={"id": "b", "followers": 7}),
]


def test_the_order_of_arrival_changes_nothing(play: Play, tmp_path: Path) -> None:
    play(EVENTS, "ordered.db")
    expected = contents(tmp_path / "ordered.db")
    with SqliteStore(tmp_path / "ordered.db", read_only=True) as store:
        document = store.document(post_id("net", "1"))
        assert document is not None
        assert (document.text, document.engagement) == ("acme again", 2)
    for number, order in enumerate(permutations(EVENTS[:3])):
        play([*order, EVENTS[3]], f"{number}.db")
        found = contents(tmp_path / f"{number}.db")
        assert differences(_placeless(found), _placeless(expected)) == {}


def _placeless(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    for _, document in found["documents"]:
        document.pop("raw_ref", None)
    trends = [row[:2] + row[3:] for row in found["trends"]]  # a revision counts how often a bucket was sent
    return {**found, "trends": trends}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_was_deleted_is_gone_whichever_comes_first(play: Play, tmp_path: Path, order: tuple[int, int]) -> None:
    events = [line("1"), orjson.dumps({"source": "net", "native_id": "1", "op": "delete", "observed_at": AT})]
    play([events[place] for place in order])
    with SqliteStore(tmp_path / "store.db", read_only=True) as store:
        stub = store.document(post_id("net", "1"))
        assert stub is not None
        assert (stub.deleted_at is not None, stub.text) == (True, None)
        assert store.mentions("acme", None, None, None, "new", 10) == []


def test_an_edit_after_which_no_query_matches_withdraws_the_mention(play: Play, tmp_path: Path) -> None:
    play([line("1", version=1), line("1", "nothing of it", op="update", version=2)])
    with SqliteStore(tmp_path / "store.db", read_only=True) as store:
        assert store.mentions("acme", None, None, None, "new", 10) == []
        assert [row.count for row in store.totals()] in ([], [0])


def test_speed_keeps_the_recorded_distances(play: Play) -> None:
    clock = ManualClock(datetime(2026, 5, 1, tzinfo=UTC))
    play([line("1"), line("2", published_at="2026-03-02T11:00:00Z")], speed=60, clock=clock)
    assert clock.now() == datetime(2026, 5, 1, 0, 1, tzinfo=UTC)
