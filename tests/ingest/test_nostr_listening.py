"""Nostr's relays, listened to: breaks, several relays, and deletions that are not their sender's."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from random import Random
from typing import Any, cast

import orjson
import pytest

from ingest.connections import tls_context
from ingest.live import Gap, Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.source import source
from ingest.sources.nostr import Nostr
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Poison, Refused, Transient, UsageError
from schemas.outbound import OutboundSettings
from schemas.post import PostEvent
from schemas.wire import from_ms
from tests.support.relay import Break, Relay, event, relay

NOON_S = 1_709_294_400
LOCAL = OutboundSettings(allow=("127.0.0.1",))
TLS = tls_context()  # takes a while to make


class Listener:
    """Listens as the runner does: keeps what was heard, and where to go on from."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *relays: Relay, **options: Any) -> None:
        self.clock = ManualClock(from_ms(NOON_S * 1000))
        monkeypatch.setattr(Nostr, "clock", self.clock)
        found = source("nostr", {"relays": [one.url for one in relays], **options})
        assert isinstance(found, Nostr)
        self.source = found
        self.cursor: str | None = None
        self.heard: list[PostEvent] = []
        self.gaps: list[Gap] = []
        self.kinds: Counter[str] = Counter()

    def listen(
        self, until: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None, channel: int = 0
    ) -> None:
        """Listen until it is so; raises what ends it before."""
        asyncio.run(asyncio.wait_for(self._listen(until, meanwhile, channel), 20))

    async def _listen(self, until: Callable[[], bool], meanwhile: Callable[[], object], channel: int) -> None:
        async with Web(LOCAL, clock=self.clock, chance=Random(1), tls=TLS) as web:
            name = self.source.channels(())[channel]
            said = cast(AsyncGenerator[Heard | Gap], self.source.listen(name, web, (), self.cursor))
            call = asyncio.get_running_loop().run_in_executor(None, meanwhile)
            try:
                async with aclosing(said) as things:
                    async for thing in things:
                        self._keep(thing)
                        if until():
                            return
            finally:
                await call

    def _keep(self, thing: Heard | Gap) -> None:
        if isinstance(thing, Gap):
            self.gaps.append(thing)
            return
        self.cursor = thing.cursor or self.cursor
        outcome = parsed(self.source, Record(1, thing.payload or b'["EOSE","x"]', seen_at=self.clock.now()))
        if not isinstance(outcome, Poison):
            self.heard += [one for one in outcome if isinstance(one, PostEvent)]
            self.kinds.update(getattr(one, "kind", "") for one in outcome)

    def ids(self, op: str = "create") -> set[str]:
        return {one.native_id for one in self.heard if one.op == op}


def test_twenty_breaks_lose_nothing_and_double_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(3)
    with relay() as server:
        listener = Listener(monkeypatch, server)
        listener.listen(lambda: listener.cursor is not None)
        published: list[dict[str, Any]] = []
        for step in range(20):
            server.breaks.append(Break(rng.choice(["cut", "close", "closed"]), rng.randrange(4)))
            now_s = NOON_S + step * 400

            fresh = [event(now_s - rng.randrange(60), f"acme {step}.{each}") for each in range(6)]
            published += fresh

            def publish(fresh: list[dict[str, Any]] = fresh) -> None:
                server.await_asked(len(server.asked) + 1)
                server.publish(*fresh)

            with suppress(Transient):
                listener.listen(lambda: False, publish)
            listener.clock.advance(400)
            missed = [event(now_s + 200 - rng.randrange(600), f"acme {step} {each}") for each in range(5)]
            published += missed
            server.publish(*rng.sample(missed, 5))
        server.breaks.clear()
        listener.listen(lambda: listener.ids() == {one["id"] for one in published})
    assert listener.gaps == []
    states = {(one.native_id, one.version) for one in listener.heard}
    assert len(states) == len(published), "what is heard again is the same state"


def test_a_post_of_several_relays_is_one_post(monkeypatch: pytest.MonkeyPatch) -> None:
    with relay() as one, relay() as two:
        listener = Listener(monkeypatch, one, two)
        assert list(listener.source.channels(())) == [one.url[5:], two.url[5:]]
        made = event(NOON_S, "acme")
        one.publish(made)
        two.publish(made)
        listener.cursor = str(NOON_S)
        listener.listen(lambda: bool(listener.heard))
        listener.listen(lambda: len(listener.heard) > 1, channel=1)
    assert len({(event.id, event.version) for event in listener.heard}) == 1


def test_more_than_a_relay_gives_at_once_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    with relay() as server:
        listener = Listener(monkeypatch, server)
        server.publish(*(event(NOON_S - 3600 + each % 500, f"acme {each}") for each in range(700)))
        listener.cursor = str(NOON_S - 7000)
        listener.listen(lambda: listener.kinds["EOSE"] > 0)
        filters = server.asked[0][2:]
    assert 0 < len(listener.gaps) <= 2
    assert len(filters) == 10
    assert [each["since"] for each in filters[1:]] == [each["until"] for each in filters[:-1]]
    assert filters[0]["since"] == NOON_S - 7000 - 900
    assert "until" not in filters[-1]


def test_nobody_deletes_what_somebody_else_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, theirs, old = event(NOON_S, "acme 1"), event(NOON_S, "acme 2", author="b"), event(9, "acme 3", author="b")
    with relay() as server, relay() as other:
        other.publish(old)
        server.publish(mine, theirs)
        listener = Listener(monkeypatch, server, other)
        listener.cursor = str(NOON_S)
        named = [["e", one["id"]] for one in (mine, theirs, old)]

        def deleted() -> None:
            server.await_asked(1)
            server.publish(event(NOON_S + 1, "", kind=5, tags=named))

        listener.listen(lambda: bool(listener.ids("delete")), deleted)
        assert listener.ids("delete") == {mine["id"]}

        def by_its_author() -> None:
            server.await_asked(len(server.asked) + 1)
            server.publish(event(NOON_S + 2, "", kind=5, author="b", tags=named))

        listener.listen(lambda: len(listener.ids("delete")) > 1, by_its_author)
    assert listener.ids("delete") == {mine["id"], theirs["id"], old["id"]}


def test_the_deletion_of_a_post_that_nobody_has_any_more_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = event(9, "acme")
    with relay() as server:
        server.publish(event(NOON_S, "", kind=5, tags=[["e", gone["id"]]]))
        listener = Listener(monkeypatch, server)
        listener.cursor = str(NOON_S)
        listener.listen(lambda: bool(listener.heard))
    assert listener.ids("delete") == {gone["id"]}


def test_while_nobody_can_be_asked_a_deletion_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> list[str]:
        raise Transient("nobody says whose the posts are")

    with relay() as server:
        server.publish(event(NOON_S, "", kind=5, tags=[["e", "0" * 64]]))
        listener = Listener(monkeypatch, server)
        listener.cursor = str(NOON_S)
        with monkeypatch.context() as patch:
            patch.setattr("ingest.nostr_relays.Authors.others", away)
            with pytest.raises(Transient):
                listener.listen(lambda: bool(listener.heard))
        assert listener.cursor == str(NOON_S)
        listener.listen(lambda: bool(listener.heard))
    assert listener.ids("delete") == {"0" * 64}


@pytest.mark.parametrize(("reason", "error"), [("auth-required: sign in", Refused), ("error: restart", Transient)])
def test_a_relay_that_ends_a_subscription(reason: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    with relay() as server:
        server.publish(event(NOON_S, "acme"))
        server.breaks.append(Break("closed", 0, reason))
        listener = Listener(monkeypatch, server)
        listener.cursor = str(NOON_S)
        with pytest.raises(error):
            listener.listen(lambda: False)


def test_reactions_are_asked_for_unless_they_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    with relay() as server:
        for wanted in ("true", "false"):
            listener = Listener(monkeypatch, server, reactions=wanted)
            listener.cursor = str(NOON_S)
            listener.listen(lambda: True)
        first, second = (asked[2]["kinds"] for asked in server.asked)
    assert set(first) - set(second) == {7}


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1e9", "9" * 20, "{}"])
def test_a_position_that_is_none_of_ours_is_a_gap(cursor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with relay() as server:
        listener = Listener(monkeypatch, server)
        listener.cursor = cursor
        listener.listen(lambda: listener.cursor == str(NOON_S))
    assert len(listener.gaps) == 1


@pytest.mark.parametrize("relays", ["ftp://relay.example", ["a b"], 5, []])
def test_a_mistake_in_the_options_is_one_line(relays: object) -> None:
    with pytest.raises(UsageError, match=r"\[sources.nostr\]"):
        channels(relays)


def channels(relays: object) -> None:
    found = source("nostr", {"relays": relays})
    assert isinstance(found, Nostr)
    found.channels(())


def test_what_is_handed_on_of_a_deletion_is_read_from_a_recording_too() -> None:
    deletion = event(NOON_S, "", kind=5, tags=[["e", "0" * 64], ["e", "1" * 64]])
    payload = orjson.dumps(["EVENT", "x", deletion, {"others": ["0" * 64]}])
    outcome = parsed(source("nostr"), Record(1, payload))
    assert not isinstance(outcome, Poison)
    assert [one.native_id for one in outcome if isinstance(one, PostEvent)] == ["1" * 64]
