"""Limits: no more than is allowed in any window, first come first served, and nobody waits for long."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.limits import POLITE, PUBLISHED, Bucket, Limit, Limits
from ingest.rate_headers import Quota
from ingest.source import sources
from schemas.clock import ManualClock
from schemas.errors import Transient

START = datetime(2026, 1, 1, tzinfo=UTC)


def passed(clock: ManualClock) -> float:
    return (clock.now() - START).total_seconds()


@given(
    st.integers(1, 50),
    st.integers(1, 100),
    st.integers(1, 20),
    st.lists(st.floats(0, 30), min_size=1, max_size=80),
)
def test_no_window_ever_holds_more_than_the_limit_and_its_burst(
    requests: int, window_s: int, burst: int, pauses: list[float]
) -> None:
    clock = ManualClock(START)
    bucket = Bucket(Limit(requests, window_s, burst), START)
    at = []
    for pause_s in pauses:
        clock.advance(pause_s)
        while wait_s := bucket.wait_s(clock.now()):
            clock.advance(wait_s)
        bucket.take()
        at.append(passed(clock))
    for first, began in enumerate(at):
        inside = [moment for moment in at[first:] if moment < began + window_s]
        assert len(inside) <= requests + burst + 1


def test_who_asks_first_is_let_through_first() -> None:
    clock = ManualClock(START)
    limits = Limits(clock, {"board": Limit(1, 5, burst=1)})
    order: list[tuple[int, float]] = []

    async def ask(number: int) -> None:
        await limits.admit("a.example", "board")
        order.append((number, passed(clock)))

    async def run() -> None:
        await asyncio.gather(*(ask(number) for number in range(4)))

    asyncio.run(run())
    assert order == [(0, 0), (1, 5), (2, 10), (3, 15)]


def test_each_server_and_each_source_has_its_own() -> None:
    clock = ManualClock(START)
    limits = Limits(clock, {"board": Limit(1, 5, burst=1)})

    async def run() -> list[float]:
        asked = [("a.example", "board"), ("b.example", "board"), ("a.example", "other"), ("a.example", "board")]
        return [await limits.admit(host, source) for host, source in asked]

    assert asyncio.run(run()) == [0, 0, 0, 5]


def test_nobody_is_kept_waiting_for_more_than_a_minute() -> None:
    limits = Limits(ManualClock(START))
    limits.heed("a.example", "board", Quota(retry_after_s=61))
    with pytest.raises(Transient, match=r"a\.example: its limit for board is used up for 61 s") as caught:
        asyncio.run(limits.admit("a.example", "board"))
    assert caught.value.retry_after_s == 61


def test_our_own_servers_are_asked_freely_but_heard() -> None:
    clock = ManualClock(START)
    limits = Limits(clock, {"board": Limit(1, 5, burst=1)}, is_ours=lambda host: host == "a.example")

    async def run() -> float:
        for _ in range(1000):
            assert await limits.admit("a.example", "board") == 0
        limits.heed("a.example", "board", Quota(remaining=0, reset_s=20))
        return await limits.admit("a.example", "board")

    assert asyncio.run(run()) == 20


def test_a_clock_that_is_set_back_gives_and_takes_nothing() -> None:
    bucket = Bucket(Limit(1, 1, burst=1), START)
    bucket.take()
    before = datetime(2025, 1, 1, tzinfo=UTC)
    assert bucket.wait_s(before) == 1
    bucket.close(20, before)
    assert bucket.wait_s(datetime(2024, 1, 1, tzinfo=UTC)) == 20


def test_buckets_of_strangers_do_not_pile_up() -> None:
    limits = Limits(ManualClock(START))

    async def run() -> None:
        for number in range(5000):
            await limits.admit(f"{number}.example", "board")

    asyncio.run(run())
    assert len(limits._buckets) <= 4096


def test_every_limit_is_below_what_it_says() -> None:
    for limit in (POLITE, *PUBLISHED.values()):
        assert 0 < limit.burst <= max(limit.requests, 50)
    assert PUBLISHED.keys() & sources().keys()
