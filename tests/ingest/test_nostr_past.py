"""Nostr's past: what relays hold of a stretch, whatever they give at once."""

import asyncio
from random import Random

import pytest

from ingest.history import Stretch
from ingest.live import Gap, Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Poison, Refused, Transient
from schemas.post import PostEvent
from schemas.wire import from_ms
from tests.ingest.test_nostr_listening import LOCAL, NOON_S, TLS, Listener
from tests.support.relay import Break, Relay, event, relay

_MINUTE_S = 60
STRETCH = Stretch(from_ms((NOON_S - 90 * _MINUTE_S) * 1000), from_ms((NOON_S - 10 * _MINUTE_S) * 1000))


def read(listener: Listener, cursor: str | None = None) -> tuple[list[Heard], list[Gap]]:
    """Read the first relay's past of the stretch."""

    async def go() -> tuple[list[Heard], list[Gap]]:
        clock = ManualClock(from_ms(NOON_S * 1000))
        async with Web(LOCAL, clock=clock, chance=Random(1), tls=TLS) as web:
            [chapter, *_] = listener.source.chapters(())
            said = [one async for one in listener.source.history(chapter, STRETCH, web, (), cursor)]
        return [one for one in said if isinstance(one, Heard)], [one for one in said if isinstance(one, Gap)]

    return asyncio.run(asyncio.wait_for(go(), 30))


def texts(listener: Listener, heard: list[Heard]) -> list[str]:
    found = []
    for one in heard:
        outcome = parsed(listener.source, Record(1, one.payload, seen_at=from_ms(NOON_S * 1000))) if one.payload else []
        assert not isinstance(outcome, Poison)
        found += [each.text or "" for each in outcome if isinstance(each, PostEvent)]
    return found


def filled(server: Relay) -> set[str]:
    """Give a relay a post every minute for two hours, and every fifth minute two more of the same second; return what
    lies in the stretch."""
    for minute in range(120):
        at_s = NOON_S - minute * _MINUTE_S
        server.publish(*(event(at_s, f"kettle {minute} {n}") for n in range(1 if minute % 5 else 3)))
        server.publish(event(at_s, "+", kind=7))
    return {one["content"] for one in server.events
            if one["kind"] == 1 and STRETCH.holds(from_ms(one["created_at"] * 1000))}  # fmt: skip


@pytest.mark.parametrize("most", [4, 50, 500])
def test_all_of_a_stretch_is_read_however_few_a_relay_gives(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    with relay() as server:
        server.most = most
        wanted = filled(server)
        listener = Listener(monkeypatch, server)
        heard, gaps = read(listener)
        assert (set(texts(listener, heard)), gaps) == (wanted, [])
        if most < 500:
            assert heard[2].cursor is not None
            later, _ = read(listener, heard[2].cursor)
            assert set(texts(listener, heard[:3])) | set(texts(listener, later)) == wanted
            assert len(later) < len(heard)


def test_a_break_comes_again_and_a_refusal_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with relay() as server:
        filled(server)
        listener = Listener(monkeypatch, server)
        for kind in ("cut", "closed"):
            server.breaks.append(Break("cut" if kind == "cut" else "closed", after=3))
            with pytest.raises(Transient):
                read(listener)
        server.breaks.append(Break("closed", reason="auth-required: members only"))
        with pytest.raises(Refused, match=r"take it out of \[sources.nostr\] relays"):
            read(listener)
