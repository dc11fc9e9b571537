"""Listening to Hacker News: each item once, whatever the network does, and the changes that it tells of."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import cast

import orjson
import pytest

from deploy.embedded import Embedded
from ingest.hackernews_walk import REMEMBERED, TRIES, Walk
from ingest.live import Heard
from ingest.parsing import Outcome, parsed
from ingest.records import Record
from ingest.source import Skipped
from ingest.sources.hackernews_firebase import HackernewsFirebase
from ingest.web import Web
from schemas.brand import Brand
from schemas.clock import ManualClock
from schemas.errors import Poison, Transient
from schemas.outbound import OutboundSettings
from schemas.post import PostEvent
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore
from tests.support.hackernews import Fault, HackerNews, serving

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used: reading the system's authorities takes a while
NOON = datetime(2024, 3, 1, 13, tzinfo=UTC)


class Listener:
    """Listens as the runner does: it keeps the cursor of what it has taken, and goes on from there after a break."""

    def __init__(self, base_url: str, take: Callable[[Record, Outcome], None] = lambda *_: None) -> None:
        self.source = HackernewsFirebase(base_url, interval_s=0.01)
        self.cursor: str | None = None
        self.clock = ManualClock(NOON)
        self.breaks = 0
        self.taken: list[Outcome] = []
        self._take = take

    def hear(self, done: Callable[[], bool]) -> None:
        """Listen until it is done, for twenty seconds at most."""
        asyncio.run(asyncio.wait_for(self._hear(done), 20))

    async def _hear(self, done: Callable[[], bool]) -> None:
        allowed = OutboundSettings(allow=("127.0.0.1",))
        async with Web(allowed, clock=self.clock, chance=Random(3), tls=PLAIN) as web:
            while True:
                try:
                    async with aclosing(self.source.listen("", web, [], self.cursor)) as said:  # type: ignore[type-var]
                        async for heard in said:
                            self._keep(cast(Heard, heard))
                            if done():
                                return
                except Transient:
                    self.breaks += 1

    def _keep(self, heard: Heard) -> None:
        if heard.payload:
            self.clock.advance(1)
            record = Record(1, heard.payload, seen_at=self.clock.now())
            outcome = parsed(self.source, record)
            self.taken.append(outcome)
            self._take(record, outcome)
        self.cursor = heard.cursor or self.cursor

    def posts(self) -> list[PostEvent]:
        """Return the posts that were heard, in order."""
        return [one for some in self.taken if isinstance(some, list) for one in some if isinstance(one, PostEvent)]

    def at(self, number: int, rounds: int = 1) -> Callable[[], bool]:
        """Return whether everything up to an item was walked, and so many rounds were done since."""
        seen = 0

        def done() -> bool:
            nonlocal seen
            walk = Walk.read(self.cursor) if self.cursor else None
            seen += walk is not None and walk.last >= number and not walk.missing
            return seen > rounds

        return done


@pytest.fixture
def network() -> HackerNews:
    return HackerNews()


@pytest.fixture
def listener(network: HackerNews) -> Iterator[Listener]:
    with serving(network) as base_url:
        yield Listener(base_url)


def begin(network: HackerNews, listener: Listener, items: int = 3) -> None:
    """Let there be items, and begin behind them."""
    for number in range(items):
        network.post(f"before {number}")
    listener.hear(lambda: listener.cursor is not None)


def test_listening_begins_now_and_goes_on_where_it_ended(network: HackerNews, listener: Listener) -> None:
    begin(network, listener)
    for part in range(3):
        new = [network.post(f"new {part} {number}") for number in range(20)]
        listener.hear(listener.at(new[-1], rounds=0))
    assert [post.native_id for post in listener.posts()] == [str(number) for number in range(4, 64)]
    assert {post.op for post in listener.posts()} == {"create"}
    assert network.asked["item/1"] == 0


def test_an_edit_is_newer_and_what_is_the_same_is_not_handed_on(network: HackerNews, listener: Listener) -> None:
    begin(network, listener)
    number = network.post("as it was", score=1)
    listener.hear(listener.at(number))
    network.change(number)
    listener.hear(lambda: network.asked[f"item/{number}"] > 3)
    network.change(number, score=5)
    listener.hear(lambda: len(listener.posts()) == 2)
    network.change(number, text="as it is")
    listener.hear(lambda: len(listener.posts()) == 3)
    network.change(number, text="as it was")
    listener.hear(lambda: len(listener.posts()) == 4)
    network.change(number, dead=True)
    listener.hear(lambda: len(listener.posts()) == 5)
    network.change(number, dead=False, deleted=True)
    listener.hear(lambda: len(listener.posts()) == 6)
    posts = listener.posts()
    assert [post.text for post in posts] == ["as it was", "as it was", "as it is", "as it was", None, None]
    assert [post.op for post in posts] == ["create", "create", "update", "update", "update", "delete"]
    assert posts[0].version == posts[1].version
    assert [post.version for post in posts[1:]] == sorted({post.version for post in posts[1:]})
    assert posts[1].counts is not None
    assert posts[1].counts.likes == 5


def test_an_edit_to_what_is_not_remembered_comes_after_the_first_state(network: HackerNews, listener: Listener) -> None:
    begin(network, listener)
    network.change(1, text="edited")
    listener.hear(lambda: bool(listener.posts()))
    (post,) = listener.posts()
    assert (post.op, post.text, post.version) == ("update", "edited", network.items[1]["time"] * 1000)


def test_edits_during_a_break_are_found_after_it(network: HackerNews, listener: Listener) -> None:
    begin(network, listener)
    first = network.post("as it was")
    listener.hear(listener.at(first))
    network.items[first]["text"] = "edited while nobody listened"
    last = [network.post(f"meanwhile {number}") for number in range(60)][-1]
    listener.hear(lambda: len(listener.posts()) >= 62)
    edited = [post for post in listener.posts() if post.native_id == str(first)]
    assert [post.text for post in edited] == ["as it was", "edited while nobody listened"]
    assert listener.posts()[-2].native_id == str(last)


def test_what_is_not_there_yet_is_asked_for_again_and_then_given_up(network: HackerNews, listener: Listener) -> None:
    begin(network, listener)
    late, never, last = (network.post(text) for text in ("late", "never", "last"))
    held = network.items.pop(late), network.items.pop(never)
    listener.hear(lambda: network.asked[f"item/{late}"] == 2)
    network.items[late] = held[0]
    listener.hear(lambda: [Skipped("null")] in listener.taken)
    listener.hear(listener.at(last, rounds=3))
    assert {post.native_id for post in listener.posts()} == {str(late), str(last)}
    assert listener.taken.count([Skipped("null")]) == 1
    assert network.asked[f"item/{never}"] == TRIES


def test_what_stays_unreadable_is_handed_on_as_it_is(network: HackerNews, listener: Listener) -> None:
    begin(network, listener)
    number = network.post("x")
    network.items[number] = {"id": 99, "by": "another"}
    listener.hear(lambda: bool(listener.taken))
    (outcome,) = listener.taken
    assert isinstance(outcome, Poison)


def test_the_cursor_stays_small_and_odd_ones_begin_anew(network: HackerNews, listener: Listener) -> None:
    walk = Walk(5)
    for item in range(3 * REMEMBERED):
        walk.look(item, {"id": item}, new=True)
        walk.miss(item * 7)
    assert len(walk.cursor()) < 80_000
    again = Walk.read(walk.cursor())
    assert again == walk
    for odd in ("", "7", "[]", "{}", '{"last":"x","states":[],"missing":[]}', '{"last":1,"states":[1],"missing":[]}'):
        assert Walk.read(odd) is None
    network.post("before")
    listener.cursor = "odd"
    listener.hear(lambda: listener.cursor != "odd")
    assert not listener.taken


def test_nothing_is_lost_or_doubled_in_the_store_whatever_breaks(network: HackerNews, tmp_path: Path) -> None:
    random = Random(11)
    faults: list[Fault | None] = ["cut", "busy", "broken", "html", "null", *([None] * 9)]
    settings = Settings(brands=(Brand(name="Acme", query="acme"),))
    with SqliteStore(tmp_path / "store.db") as store, serving(network) as base_url:
        pipeline = Embedded(settings, store)

        def take(record: Record, outcome: Outcome) -> None:
            pipeline.process([(record, outcome)], "live", lambda _: None)

        listener = Listener(base_url, take)
        begin(network, listener)
        expected = set()
        for part in range(8):
            new = [network.post(f"acme {part} {number}") for number in range(6)]
            expected |= {str(number) for number in new}
            network.change(new[0], text=f"acme {part} edited")
            network.change(random.choice(new[1:]), score=part)
            before = listener.cursor
            network.faults.extend(random.choice(faults) for _ in range(30))
            listener.hear(listener.at(new[-1], rounds=2))
            if part % 3 == 1:
                listener.cursor = before  # killed before it could be kept
        network.faults.extend(["slow"] * 3)
        listener.hear(listener.at(new[-1], rounds=3))
        stored = store.mentions("acme", None, None, None, "new", 1_000)
    assert {one.native_id for one in stored} == expected
    assert len(stored) == len(expected)
    texts = {one.native_id: one.text for one in stored}
    assert texts == {number: network.items[int(number)]["text"] for number in expected}
    assert listener.breaks > 0
    assert orjson.loads(listener.cursor or "")["last"] == max(network.items)
