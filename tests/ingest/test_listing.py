"""Following a list: wherever listening ended, each state is told once it is new, old ones first."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.listing import Listing, Page, followed
from ingest.live import Gap, Heard
from ingest.trail import REMEMBERED, Entry, Trail, state_of
from schemas.clock import ManualClock
from schemas.wire import from_ms, ms

NOON_MS = 1_709_294_400_000
SIZE = 3


class Shelf(Listing):
    """A list of numbers with their states, three a page."""

    most_pages = 40

    def __init__(self, clock: ManualClock, kind: str = "newest", depth: int = 10_000) -> None:
        self.things: dict[int, str] = {}
        self.made_ms: dict[int, int] = {}
        self.clock, self.depth, self.asked = clock, depth, 0
        self.since = kind != "newest"
        self.ascending = kind == "oldest"  # type: ignore[misc]

    def put(self, count: int) -> None:
        for number in range(len(self.things), len(self.things) + count):
            self.things[number] = "new"
            self.made_ms[number] = ms(self.clock.now())

    async def page(self, trail: Trail, following: str | None) -> Page:
        self.asked += 1
        numbers = sorted(self.things, reverse=not self.ascending)[: self.depth]
        if self.since:
            numbers = [number for number in numbers if self.made_ms[number] >= trail.begin_ms - 60_000]
        begin = int(following or "0")
        page = [[number, self.things[number]] for number in numbers[begin : begin + SIZE]]
        return Page(page, str(begin + SIZE) if begin + SIZE < len(numbers) else None)

    def entry(self, thing: Any) -> Entry:
        return Entry(str(thing[0]), thing[1], self.made_ms[thing[0]])

    def payloads(self, things: list[Any]) -> list[bytes]:
        return [orjson.dumps([thing]) for thing in things]


class Reader:
    """Follows a list for some things at a time, and keeps what it tells."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.cursor: str | None = None
        self.cursors: list[str] = []
        self.told: list[list[Any]] = []
        self.gaps: list[Gap] = []

    def read(self, things: int = -1) -> None:
        asyncio.run(self._read(things))

    async def _read(self, things: int) -> None:
        following: AsyncGenerator[Heard | Gap] = followed(self.shelf, self.cursor, self.shelf.clock)
        async with aclosing(following) as said:
            async for thing in said:
                if isinstance(thing, Gap):
                    self.gaps.append(thing)
                    continue
                if thing.payload:
                    self.told += orjson.loads(thing.payload)
                if thing.cursor is not None:
                    self.cursor = thing.cursor
                    self.cursors.append(thing.cursor)
                things -= 1
                if things == 0 or (things < 0 and not thing.payload and thing.cursor != self.begin(thing.cursor)):
                    return

    @staticmethod
    def begin(cursor: str | None) -> str | None:
        """The cursor itself if no round was ended before it."""
        trail = Trail.read(cursor or "")
        return cursor if trail is not None and trail.due_ms == 0 else None


@given(
    kind=st.sampled_from(["newest", "since", "oldest"]),
    steps=st.lists(st.tuples(st.integers(0, 14), st.integers(1, 12), st.integers(0, 5)), max_size=8),
)
def test_wherever_listening_ends_nothing_is_lost(kind: str, steps: list[tuple[int, int, int]]) -> None:
    clock = ManualClock(from_ms(NOON_MS))
    shelf = Shelf(clock, kind)
    reader = Reader(shelf)
    reader.read()
    for count, things, back in steps:
        clock.advance(90)
        shelf.put(count)
        reader.read(things)
        reader.cursor = reader.cursors[-1 - min(back, 1, len(reader.cursors) - 1)]  # what came last was not kept
    clock.advance(90)
    reader.read()
    assert {number for number, _ in reader.told} == set(shelf.things)
    assert reader.gaps == []


def test_pages_are_told_from_the_oldest_on_and_a_page_has_a_cursor_of_its_own() -> None:
    clock = ManualClock(from_ms(NOON_MS))
    shelf = Shelf(clock)
    reader = Reader(shelf)
    shelf.put(1)
    reader.read()
    shelf.put(8)
    clock.advance(90)
    reader.read(2)  # one page, of which the last brings the cursor
    assert {number for number, _ in reader.told} == {0, 1, 2}
    asked = shelf.asked
    clock.advance(90)
    reader.read()
    assert sorted(number for number, _ in reader.told) == list(range(9)), "none comes twice"
    assert shelf.asked - asked <= 3


def test_a_changed_state_comes_again_and_the_same_does_not() -> None:
    clock = ManualClock(from_ms(NOON_MS))
    shelf = Shelf(clock)
    reader = Reader(shelf)
    shelf.put(3)
    reader.read()
    shelf.things[1] = "changed"
    for _ in range(3):
        clock.advance(90)
        reader.read()
    assert reader.told[3:] == [[1, "changed"]]


def test_a_thing_that_is_pinned_to_the_top_hides_nothing() -> None:
    class Pinned(Shelf):
        async def page(self, trail: Trail, following: str | None) -> Page:
            page = await super().page(trail, following)
            return page if following else Page([[0, self.things[0]], *page.things], page.following)

    clock = ManualClock(from_ms(NOON_MS))
    shelf = Pinned(clock)
    reader = Reader(shelf)
    shelf.put(9)
    reader.read()
    clock.advance(90)
    shelf.put(20)
    reader.read()
    assert {number for number, _ in reader.told} >= set(range(9, 29))


def test_what_is_no_longer_listed_is_a_gap_once() -> None:
    clock = ManualClock(from_ms(NOON_MS))
    shelf = Shelf(clock, depth=6)
    reader = Reader(shelf)
    shelf.put(2)
    reader.read()
    clock.advance(600)
    shelf.put(20)
    for _ in range(2):
        reader.read()
        clock.advance(90)
    assert [(gap.since, gap.until) for gap in reader.gaps] == [(from_ms(NOON_MS), from_ms(NOON_MS + 600_000))]


def test_a_list_is_not_asked_for_before_its_time_also_after_a_restart() -> None:
    clock = ManualClock(from_ms(NOON_MS))
    shelf = Shelf(clock)
    reader = Reader(shelf)
    reader.read()
    reader.read()
    assert shelf.asked == 2
    assert clock.now() == from_ms(NOON_MS + 60_000)


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from("ab"), st.integers(0, 2 * NOON_MS)), max_size=40))
def test_a_trail_is_the_same_after_it_was_saved(entries: list[tuple[int, str, int]]) -> None:
    trail = Trail()
    for number, state, at_ms in entries:
        known = trail.seen.get(str(number))
        assert trail.take(Entry(str(number), state, at_ms), NOON_MS) == (known != state)
    trail.turn, trail.due_ms, trail.note = 3, 7, "x"
    again = Trail.read(trail.cursor())
    assert again == trail
    assert list(again.seen.items()) == list(trail.seen.items())
    assert again.latest_ms <= NOON_MS, "a time ahead of ours hides nothing"


def test_a_trail_forgets_the_oldest_and_goes_round() -> None:
    trail = Trail()
    for number in range(REMEMBERED + 5):
        trail.take(Entry(f"t{number}"), NOON_MS)
    assert len(trail.seen) == REMEMBERED
    assert "t4" not in trail.seen
    seen = [name for _ in range(11) for name in trail.some(100, "t")]
    assert set(seen[:REMEMBERED]) == set(trail.seen)
    assert seen[0] == f"t{REMEMBERED + 4}"
    assert trail.some(5, "other") == []


@pytest.mark.parametrize("cursor", ["", "null", "[]", '{"seen":[[1]]}', '{"seen":{},"latest":"x"}'])
def test_what_is_no_trail_is_none(cursor: str) -> None:
    assert Trail.read(cursor) is None


def test_the_order_of_fields_is_no_change() -> None:
    assert state_of({"a": 1, "b": [2]}) == state_of({"b": [2], "a": 1})
    assert state_of({"a": 1, "b": 2}, "a") == state_of({"a": 1, "b": 3}, "a")
