"""X's filtered stream, listened to: rules, breaks that are filled, what is to be forgotten."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from random import Random
from typing import Any, cast

import pytest

from ingest.connections import tls_context
from ingest.live import Gap, Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.source import source
from ingest.sources.x_v2_stream import XV2Stream
from ingest.web import Web
from ingest.x_rules import rules
from schemas.brand import Brand
from schemas.clock import ManualClock
from schemas.errors import Poison, Refused, Transient, UsageError
from schemas.outbound import OutboundSettings
from schemas.post import PostEvent
from schemas.wire import from_ms, ms
from tests.support.x_server import COMPLIANCE, NOON_MS, RECENT, STREAM, TOKEN, Break, XServer, number_of, post, x_server

BRANDS = (Brand(name="Acme", query='("acme phone"~3 OR 愛客美) AND NOT job* AND lang:en'),)
LOCAL = OutboundSettings(allow=("127.0.0.1",))
MINUTE_MS = 60_000
TLS = tls_context()  # takes a while to make


class Listener:
    """Listens as the runner does: keeps what was heard, and where to go on from."""

    def __init__(self, server: XServer, monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
        monkeypatch.setattr(XV2Stream, "clock", server.clock)
        found = source("x-v2-stream", {"bearer_token": TOKEN, "base_url": server.url, **options})
        assert isinstance(found, XV2Stream)
        self.source, self.server = found, server
        self.cursor: str | None = None
        self.heard: list[PostEvent] = []
        self.gaps: list[Gap] = []
        self.payloads: list[bytes] = []

    async def listen(self, until: Callable[[], bool], channel: str = "") -> None:
        """Listen until it is so; raises what ends it before."""
        async with Web(LOCAL, clock=self.server.clock, chance=Random(1), tls=TLS) as web:
            said = cast(AsyncGenerator[Heard | Gap], self.source.listen(channel, web, BRANDS, self.cursor))
            async with aclosing(said) as things:
                async for thing in things:
                    self._keep(thing)
                    if until():
                        return

    def _keep(self, thing: Heard | Gap) -> None:
        if isinstance(thing, Gap):
            self.gaps.append(thing)
            return
        self.cursor = thing.cursor or self.cursor
        if thing.payload:
            self.payloads.append(thing.payload)
            outcome = parsed(self.source, Record(1, thing.payload, seen_at=self.server.clock.now()))
            if not isinstance(outcome, Poison):
                self.heard += [one for one in outcome if isinstance(one, PostEvent)]

    def ids(self) -> list[str]:
        return sorted({event.native_id for event in self.heard})


def run(test: Callable[[XServer], Coroutine[Any, Any, None]]) -> None:
    async def served() -> None:
        async with x_server(ManualClock(from_ms(NOON_MS))) as server:
            await asyncio.wait_for(test(server), 30)

    asyncio.run(served())


def test_rules_hold_what_any_post_about_a_brand_has() -> None:
    brands = [*BRANDS, Brand(name="T", query='$T OR ("at t" AND (phone OR acme.com))'), Brand(name="O", query="OR")]
    with pytest.raises(UsageError):
        rules([Brand(name="L", query="lang:en")], 512)
    assert rules(brands[:1], 512) == ['(phone OR "愛客美" OR "爱客美")']
    assert rules(brands[1:2], 512) == ['$T OR ("at t" (phone OR "acme.com" OR "acme com"))']


@pytest.mark.parametrize("longest", [64, 100, 512])
def test_no_rule_is_longer_than_it_may_be_and_all_words_are_asked_for(longest: int) -> None:
    names = [f"acme{number}" for number in range(60)]
    brands = [Brand(name="A", query=f"({' OR '.join(names)}) AND phone"), Brand(name="B", query="b" * 300)]
    made = rules(brands, longest)
    assert max(map(len, made)) <= longest
    assert all(any(name in rule for rule in made) for name in names)
    assert all(rule.count("(") == rule.count(")") for rule in made)


def test_our_rules_are_kept_in_step_and_those_of_others_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(server: XServer) -> None:
        server.rules = {
            "1": {"id": "1", "value": "of others", "tag": "theirs"},
            "2": {"id": "2", "value": "what we had", "tag": "hearken"},
        }
        listener = Listener(server, monkeypatch)
        await _until_filled(listener, server)
        await _until_filled(listener, server)
        assert [rule["value"] for rule in server.rules.values()] == ["of others", *rules(BRANDS, 512)]

    run(test)


def test_rules_that_x_does_not_take_are_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(server: XServer) -> None:
        server.complaint = {"errors": [{"title": "UnprocessableEntity", "value": "acme phone", "details": ["no"]}]}
        listener = Listener(server, monkeypatch)
        with pytest.raises(Refused, match="UnprocessableEntity") as refused:
            await listener.listen(lambda: False)
        assert "acme" not in str(refused.value)

    run(test)


@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_breaks_lose_nothing_and_double_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(seed)

    async def test(server: XServer) -> None:
        listener = Listener(server, monkeypatch)
        await listener.listen(lambda: listener.cursor is not None)
        opened, each = 0, 0
        for _ in range(20):
            kind = rng.choice(["cut", "close", "refused"])
            server.breaks.append(Break(kind, rng.randrange(3), rng.choice([503, 429])))  # type: ignore[arg-type]
            listening = asyncio.create_task(listener.listen(lambda: False))
            if kind != "refused":
                opened += 1
                await server.listened(opened)
            for _ in range(rng.randrange(3, 9)):
                each += 1
                server.clock.advance(rng.randrange(1, 20))
                server.publish(post(ms(server.clock.now()), f"acme {each}"))
                if rng.random() < 0.3:
                    server.say(
                        rng.choice([b"\r\n", b'{"data":{"id":\r\n', b"nonsense\r\n", b'{"errors":[{"title":"x"}]}\r\n'])
                    )
            with suppress(Transient):
                await listening
            server.clock.advance(rng.randrange(30, 3600))
        listening = asyncio.create_task(listener.listen(lambda: len(listener.ids()) == each + 1))
        await server.listened(opened + 1)
        server.clock.advance(60)
        server.publish(post(NOON_MS + 10**9, "acme at last"))
        await listening
        assert listener.ids() == sorted(one["id"] for one in server.posts)
        assert len({(event.native_id, event.version) for event in listener.heard}) == each + 1
        assert listener.gaps == []

    run(test)


def test_what_is_older_than_the_search_or_not_open_to_it_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(server: XServer) -> None:
        listener = Listener(server, monkeypatch)
        listener.cursor = number_of(NOON_MS - 9 * 86_400_000)
        await _until_filled(listener, server)
        assert [gap.since for gap in listener.gaps] == [from_ms(NOON_MS - 9 * 86_400_000)]
        listener.gaps.clear()
        server.refuses_search = 403
        listener.cursor = number_of(NOON_MS - MINUTE_MS)
        await _until_filled(listener, server)
        assert "answers 403" in listener.gaps[0].reason

    run(test)


async def _until_filled(listener: Listener, server: XServer) -> None:
    opened, heard = server.opened, len(listener.payloads)
    listening = asyncio.create_task(listener.listen(lambda: len(listener.payloads) > heard and server.opened > opened))
    await server.listened(opened + 1)
    server.publish(post(NOON_MS, "acme", each=server.opened), streamed=True)
    await listening


def test_backfill_is_asked_for_by_who_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(server: XServer) -> None:
        listener = Listener(server, monkeypatch, backfill_minutes=5)
        listener.cursor = number_of(NOON_MS - 2 * MINUTE_MS)
        await _until_filled(listener, server)
        assert [params["backfill_minutes"] for path, params in server.asked if path == STREAM] == ["5"]
        assert RECENT not in [path for path, _ in server.asked]
        listener.cursor = number_of(NOON_MS - 20 * MINUTE_MS)
        await _until_filled(listener, server)
        assert RECENT in [path for path, _ in server.asked]

    run(test)


def test_without_catching_up_a_break_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(server: XServer) -> None:
        listener = Listener(server, monkeypatch, catch_up="false")
        listener.cursor = number_of(NOON_MS - 2 * MINUTE_MS)
        await _until_filled(listener, server)
        assert [(gap.since, gap.until) for gap in listener.gaps] == [
            (from_ms(NOON_MS - 2 * MINUTE_MS), from_ms(NOON_MS))
        ]

    run(test)


def test_what_is_to_be_forgotten_is_heard_from_where_listening_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def notice(at_ms: int) -> dict[str, Any]:
        return {"delete": {"tweet": {"id": number_of(at_ms), "author_id": "7"}, "event_at": from_ms(at_ms).isoformat()}}

    async def test(server: XServer) -> None:
        server.notices = [notice(NOON_MS - hours * 60 * MINUTE_MS) for hours in (30, 3, 1)]
        listener = Listener(server, monkeypatch, compliance=True)
        streams = ("compliance", "compliance of users")
        assert listener.source.channels(BRANDS) == ["", *(f"{name} {n}" for name in streams for n in (1, 2, 3, 4))]
        listener.cursor = number_of(NOON_MS - 2 * 60 * MINUTE_MS)
        await listener.listen(lambda: bool(listener.heard), "compliance 2")
        assert [(event.op, event.native_id) for event in listener.heard] == [
            ("delete", number_of(NOON_MS - 60 * MINUTE_MS))
        ]
        assert listener.cursor == number_of(NOON_MS - 60 * MINUTE_MS)
        listener.cursor = number_of(NOON_MS - 48 * 60 * MINUTE_MS)
        await listener.listen(lambda: len(listener.heard) > 1, "compliance 2")
        assert len(listener.gaps) == 1
        assert [params["partition"] for path, params in server.asked if path == COMPLIANCE] == ["2", "2"]

    run(test)


def test_a_heartbeat_is_a_sign_of_life_and_silence_a_break(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sources.x_v2_stream._SILENCE_S", 0.2)

    async def test(server: XServer) -> None:
        listener = Listener(server, monkeypatch)
        listening = asyncio.create_task(listener.listen(lambda: False))
        await server.listened(1)
        server.say(b"\r\n")
        with pytest.raises(Transient, match=r"no answer in time|broke|nothing"):
            await listening
        assert listener.payloads == []

    run(test)


@pytest.mark.parametrize("cursor", ["", "yesterday", "-1", "1e9", "9" * 40, "{}"])
def test_a_position_that_is_none_of_ours_is_a_gap(cursor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(server: XServer) -> None:
        listener = Listener(server, monkeypatch)
        listener.cursor = cursor
        await listener.listen(lambda: listener.cursor != cursor)
        assert len(listener.gaps) == 1

    run(test)


def test_a_token_that_is_not_taken_stops_it_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(server: XServer) -> None:
        listener = Listener(server, monkeypatch, bearer_token="another-secret")
        with pytest.raises(Refused) as refused:
            await listener.listen(lambda: False)
        assert "another-secret" not in str(refused.value)
        assert timedelta(0) == server.clock.now() - from_ms(NOON_MS)

    run(test)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "lacks bearer_token"),
        ({"bearer_token": "x", "longest_rule": 10}, "longest_rule"),
        ({"bearer_token": "x", "backfill_minutes": 6}, "backfill_minutes"),
        ({"bearer_token": "x", "base_url": "api"}, "base_url"),
        ({"bearer_token": "x", "catch_up": "perhaps"}, "true or false"),
    ],
)
def test_a_mistake_in_the_options_is_one_line(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        channels(options)


def channels(options: dict[str, Any]) -> Sequence[str]:
    found = source("x-v2-stream", options)
    assert isinstance(found, XV2Stream)
    return found.channels(BRANDS)
