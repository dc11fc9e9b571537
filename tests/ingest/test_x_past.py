"""X's past, by its search of the last seven days."""

import asyncio
from random import Random

import pytest

from ingest.history import Stretch
from ingest.live import Gap, Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Poison
from schemas.post import PostEvent
from schemas.wire import from_ms
from tests.ingest.test_x_listening import BRANDS, LOCAL, TLS, Listener
from tests.support.x_server import NOON_MS, number_of, post, x_server


def test_the_past_of_seven_days_is_read_and_what_is_older_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    hour_ms = 3_600_000

    async def go() -> None:
        clock = ManualClock(from_ms(NOON_MS))
        async with x_server(clock) as server, Web(LOCAL, clock=clock, chance=Random(1), tls=TLS) as web:
            server.posts = [post(NOON_MS - hours * hour_ms, "acme phone", hours) for hours in range(160, 0, -1)]
            listener = Listener(server, monkeypatch)
            [rule, *_] = listener.source.chapters(BRANDS)

            async def read(since_h: int, until_h: int, cursor: str | None = None) -> tuple[list[Heard], list[Gap]]:
                stretch = Stretch(from_ms(NOON_MS - since_h * hour_ms), from_ms(NOON_MS - until_h * hour_ms))
                said = [one async for one in listener.source.history(rule, stretch, web, BRANDS, cursor)]
                heard = [one for one in said if isinstance(one, Heard) and one.payload]
                return heard, [one for one in said if isinstance(one, Gap)]

            def numbers(heard: list[Heard]) -> set[str]:
                found = [parsed(listener.source, Record(1, one.payload, seen_at=clock.now())) for one in heard]
                return {one.native_id for each in found if not isinstance(each, Poison) for one in each
                        if isinstance(one, PostEvent)}  # fmt: skip

            def held(since_h: int, until_h: int) -> set[str]:
                return {number_of(NOON_MS - hours * hour_ms, hours) for hours in range(until_h + 1, since_h + 1)}

            heard, gaps = await read(100, 20)
            assert (numbers(heard), gaps) == (held(100, 20), [])
            clock.advance(60)
            later, _ = await read(100, 20, heard[3].cursor)
            assert numbers(heard[:4]) | numbers(later) == held(100, 20)
            assert len(later) < len(heard)
            heard, gaps = await read(400, 0)
            assert numbers(heard) == held(160, 0)
            assert len(gaps) == 1
            assert await read(900, 300) == ([], gaps_of(900, 300))

    def gaps_of(since_h: int, until_h: int) -> list[Gap]:
        ends = from_ms(NOON_MS - since_h * hour_ms), from_ms(NOON_MS - until_h * hour_ms)
        return [Gap("X searches no more than seven days back", *ends)]

    asyncio.run(go())
