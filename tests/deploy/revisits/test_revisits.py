"""Looking again, on a server that answers as Bluesky does: counts, quota, deletions, and what must be forgotten."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from deploy.revisits.revisits import Revisits
from deploy.revisits.sweep import Sweep
from ingest.live import Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.sources.bluesky_rest import BlueskyRest
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Transient, UsageError
from schemas.guard import Guard, place
from schemas.mention import Mention, Velocity
from schemas.post import PostEvent, post_id
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore
from sinks.store import Questions
from tests.support.http_server import Asked, answer, serving

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def uri(number: int) -> str:
    return f"at://did:plc:ana/app.bsky.feed.post/p{number}"


def known(number: int, age_h: float = 1, velocity: float = 0) -> Mention:
    published = NOON - timedelta(hours=age_h)
    speed = Velocity(v5m=0, v1h=velocity, v12h=0, acceleration=0, as_of=NOON, rank=velocity)
    return Mention(
        id=post_id("bluesky", uri(number)), source="bluesky", native_id=uri(number), version=1,
        published_at=published, observed_at=published, text="acme", velocity=speed,
    )  # fmt: skip


@dataclass
class Stored:
    """What a store would answer of these mentions."""

    mentions_there: list[Mention]

    def mentions(self, brand: Any, query: Any, start: Any, end: Any, sort: str, limit: int) -> list[Mention]:
        assert brand is None
        found = [
            one
            for one in self.mentions_there
            if one.published_at
            and (start is None or one.published_at >= start)
            and (end is None or one.published_at < end)
        ]
        key: Callable[[Mention], Any] = (
            (lambda one: (-(one.velocity.rank if one.velocity else 0), one.id))
            if sort == "velocity"
            else (lambda one: (-one.published_ms, one.id))
        )
        return sorted(found, key=key)[:limit]


@dataclass
class Network:
    """Posts by number, each with its likes, which grow with each answer; some are not there, some are missing once."""

    gone: set[int] = field(default_factory=set)
    absent_once: set[int] = field(default_factory=set)
    down: bool = False
    asked: Counter[int] = field(default_factory=Counter)
    sizes: list[int] = field(default_factory=list)

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if self.down:
            writer.write(answer(503))
            return
        numbers = [int(one.rpartition("/p")[2]) for one in parse_qs(urlsplit(asked.path).query)["uris"]]
        self.sizes.append(len(numbers))
        self.asked.update(numbers)
        there = [number for number in numbers if number not in self.gone | self.absent_once]
        self.absent_once -= set(numbers)
        writer.write(answer(200, orjson.dumps({"posts": [self._post(number) for number in there]})))

    def _post(self, number: int) -> dict[str, Any]:
        return {
            "uri": uri(number), "cid": "c", "indexedAt": "2024-03-01T11:00:00.000Z", "likeCount": self.asked[number],
            "author": {"did": "did:plc:ana", "handle": "ana.example"},
            "record": {"$type": "app.bsky.feed.post", "text": "acme", "createdAt": "2024-03-01T11:00:00.000Z"},
        }  # fmt: skip


@dataclass
class Run:
    """What was seen in so many hours of looking, on a clock that is moved by whoever waits."""

    network: Network
    stored: Stored
    hours: float
    cursor: str | None = None
    share: float = 0.5
    events: list[PostEvent] = field(default_factory=list)
    broken: int = 0

    def go(self) -> "Run":
        asyncio.run(self._go())
        return self

    async def _go(self) -> None:
        clock = ManualClock(NOON)
        async with serving(self.network) as server, Web(guard=Guard([place("127.0.0.1")]), clock=clock) as web:
            settings = Settings.model_validate(
                {
                    "revisits": {"sources": ["bluesky-rest"], "share": self.share},
                    "sources": {"bluesky-rest": {"base_url": server.url("").rstrip("/")}},
                }
            )
            revisits = Revisits(settings, lambda: cast(Questions, self.stored), clock)
            (channel,) = revisits.channels(())
            until = NOON + timedelta(hours=self.hours)
            while clock.now() < until:
                with suppress(Transient):
                    listening = revisits.listen(channel, web, (), self.cursor)
                    async with aclosing(cast(Any, listening)) as said:
                        async for heard in said:
                            self._take(revisits, heard)
                            if clock.now() >= until:
                                return
                self.broken += 1
                clock.advance(600)

    def _take(self, revisits: Revisits, heard: Heard) -> None:
        self.cursor = heard.cursor if heard.cursor is not None else self.cursor
        if heard.payload:
            outcome = parsed(revisits, Record(1, heard.payload, seen_at=NOON))
            assert isinstance(outcome, list)
            self.events += [one for one in outcome if isinstance(one, PostEvent)]

    @property
    def deleted(self) -> set[str]:
        return {event.native_id for event in self.events if event.op == "delete"}


def test_posts_are_asked_for_together_and_their_counts_are_observations() -> None:
    run = Run(Network(), Stored([known(number) for number in range(60)]), 1).go()
    assert max(run.network.sizes) == 25
    assert set(run.network.asked) == set(range(60))
    first = next(event for event in run.events if event.native_id == uri(1))
    assert first.counts is not None
    assert (first.counts.likes, first.op) == (1, "create")
    assert abs((first.observed_at - NOON).total_seconds()) < 60
    assert run.deleted == set()


def test_hot_ones_are_looked_at_often_and_cold_ones_seldom() -> None:
    run = Run(Network(), Stored([known(1, 20, 1_000), known(2, 20), known(3, 150)]), 12).go()
    hot, cool, cold = (run.network.asked[number] for number in (1, 2, 3))
    assert hot >= 50  # every five minutes for four hours, and less as it cools
    assert 2 <= cool <= 4
    assert cold == 1


def test_the_part_of_the_limit_that_is_given_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BlueskyRest, "hourly", 40)
    run = Run(Network(), Stored([known(number, 2, 1_000) for number in range(2_000)]), 3, share=0.5).go()
    assert 40 <= len(run.network.sizes) <= 61  # twenty an hour, and one to begin with


def test_what_is_missing_twice_is_deleted_and_what_is_missing_once_is_not() -> None:
    run = Run(Network(gone={3}, absent_once={4, 5}), Stored([known(number) for number in range(10)]), 0.3).go()
    assert run.deleted == {uri(3)}


def test_a_server_that_is_down_deletes_nothing() -> None:
    run = Run(Network(down=True), Stored([known(number) for number in range(10)]), 2).go()
    assert (run.events, run.broken > 0) == ([], True)


TERM = timedelta(hours=10)


def test_everything_that_is_kept_is_seen_again_within_its_term(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BlueskyRest, "forget_after", TERM)
    old = [known(number, 24 * 30 + number) for number in range(200)]  # far older than what is followed
    run = Run(Network(gone={7, 150}), Stored(old), 1).go()
    assert set(run.network.asked) == set(range(200))
    assert run.deleted == {uri(7), uri(150)}
    assert Sweep.read(run.cursor).below is None  # it is finished, and says when it began
    assert Sweep.read(run.cursor).begun == NOON
    again = Run(Network(), Stored(old), 4.9, run.cursor).go()
    assert not again.network.asked
    assert set(Run(Network(), Stored(old), 5.1, run.cursor).go().network.asked) == set(range(200))


def test_a_sweep_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BlueskyRest, "forget_after", TERM)
    old = [known(number, 24 * 30 + number) for number in range(200)]
    half = Sweep(NOON - timedelta(hours=1), old[100].published_at).cursor()
    run = Run(Network(), Stored(old), 0.5, half).go()
    assert set(run.network.asked) == set(range(101, 200))


def test_what_cannot_be_seen_within_its_term_is_forgotten_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BlueskyRest, "forget_after", TERM)
    old = [known(number, 24 * 30 + number) for number in range(60)]
    assert Run(Network(down=True), Stored(old), 9.8).go().deleted == set()
    assert Run(Network(down=True), Stored(old), 10.5).go().deleted == {uri(number) for number in range(60)}


def test_a_source_that_cannot_be_asked_is_one_clear_line() -> None:
    settings = Settings.model_validate({"revisits": {"sources": ["ndjson"]}})
    with pytest.raises(UsageError, match=r"ndjson cannot be asked for single posts; these can: bluesky-rest"):
        Revisits(settings, lambda: SqliteStore("nowhere"))
