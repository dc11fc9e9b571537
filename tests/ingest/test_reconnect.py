"""The reconnect policy: soon at first, later and later, never early, never for ever."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.backoff import full_jitter_s
from ingest.reconnect import LONGEST_RETRY_AFTER_S, Reconnect


@given(st.integers(), st.integers(0, 10**9))
def test_a_delay_is_never_longer_than_the_cap(seed: int, breaks: int) -> None:
    assert 0 <= Reconnect(Random(seed)).delay_s(breaks) <= min(300, 2.0 ** min(breaks, 20))


@given(st.integers(), st.integers(0, 100), st.floats(0, 1e9))
def test_it_is_never_earlier_than_the_server_asked_for(seed: int, breaks: int, asked_s: float) -> None:
    delay_s = Reconnect(Random(seed)).delay_s(breaks, asked_s)
    assert min(asked_s, LONGEST_RETRY_AFTER_S) <= delay_s <= LONGEST_RETRY_AFTER_S + 1


def test_many_who_were_cut_off_together_come_back_apart() -> None:
    delays = [Reconnect(Random(seed)).delay_s(5) for seed in range(1000)]
    assert sum(delays) / len(delays) == pytest.approx(16, rel=0.1)
    assert all(sum(low <= delay < low + 4 for delay in delays) > 60 for low in range(0, 32, 4))


def test_after_a_row_of_breaks_the_mean_doubles_up_to_the_cap() -> None:
    chance = Random(7)
    means = [sum(full_jitter_s(attempt, chance) for _ in range(2000)) / 2000 for attempt in range(9)]
    assert means == pytest.approx([0.5, 1, 2, 4, 8, 16, 30, 30, 30], rel=0.1)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.booleans())))
def test_what_went_well_ends_the_row(connections: list[tuple[float, bool]]) -> None:
    breaks = 0
    for lasted_s, progressed in connections:
        before, breaks = breaks, Reconnect.breaks_in_a_row(breaks, lasted_s, progressed)
        assert breaks == (0 if progressed or lasted_s >= 60 else before + 1)
