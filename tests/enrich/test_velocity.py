from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.cascade import Cascade
from enrich.velocity import HALF_LIVES_H, velocity
from schemas.mention import Velocity
from schemas.post import Counts
from schemas.wire import ms

T = 1_700_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def measured(times: list[int], totals: list[tuple[int, int]] | None = None, published: int = T - DAY) -> Velocity:
    cascade = Cascade()
    for at in times:
        cascade.add_deed("reposts", at, None)
    for at, total in totals or []:
        cascade.add_totals(Counts(reposts=total), at)
    found = velocity(cascade, published)
    assert found is not None
    return found


def by_hand(times: list[float], as_of: int, half_life_h: float, weight: float = 1) -> float:
    decay = log(2) / half_life_h
    return weight * sum(decay * exp(-decay * (as_of - at) / HOUR) for at in times)


def rates(found: Velocity) -> tuple[float, float, float]:
    return found.v5m, found.v1h, found.v12h


@given(st.lists(st.integers(0, 5 * DAY) | st.integers(0, HOUR), min_size=1, max_size=60))
def test_velocity_is_the_sum_over_the_raw_deeds(ages: list[int]) -> None:
    found = measured([T - age for age in ages])
    as_of = T - min(ages)
    assert ms(found.as_of) == as_of
    for rate, half_life in zip(rates(found), HALF_LIVES_H, strict=True):
        assert rate == pytest.approx(by_hand([T - age for age in ages], as_of, half_life), rel=0.01)


@given(st.lists(st.integers(0, 10 * DAY), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_deeds_changes_no_bit(ages: list[int], random: object) -> None:
    times = [T - age for age in ages]
    assert measured(times) == measured(sorted(times)) == measured(sorted(times, reverse=True))


def test_one_deed_weighs_its_decay() -> None:
    found = measured([T])
    assert rates(found) == pytest.approx([log(2) / h for h in HALF_LIVES_H], rel=1e-5)
    # Also when the total is seen unchanged long after, and the deed lies in a wide bin by then.
    assert rates(measured([T - 300 * DAY, T], [(T + 30 * DAY, 2)])) == pytest.approx(rates(found), rel=1e-5)


def test_a_total_is_spread_since_publication_and_its_growth_since_the_last_look() -> None:
    found = measured([], [(T - 2 * HOUR, 100), (T, 160)], published=T - 6 * HOUR)
    early = [T - 6 * HOUR + (n + 0.5) * 4 * HOUR / 10_000 for n in range(10_000)]
    late = [T - 2 * HOUR + (n + 0.5) * 2 * HOUR / 10_000 for n in range(10_000)]
    for rate, half_life in zip(rates(found), HALF_LIVES_H, strict=True):
        spread = by_hand(early, T, half_life, 100 / 10_000) + by_hand(late, T, half_life, 60 / 10_000)
        assert rate == pytest.approx(spread, rel=1e-4)


def test_a_total_on_the_spot_counts_at_once() -> None:
    assert rates(measured([], [(T, 7)], published=T)) == pytest.approx([7 * log(2) / h for h in HALF_LIVES_H], rel=1e-5)
    assert measured([], [(T, 7)], published=T + DAY) == measured([], [(T, 7)], published=T)


def test_deeds_that_were_seen_explain_the_total() -> None:
    times = [T - n * MINUTE for n in range(10)]
    assert measured(times, [(T, 10)]) == measured(times)
    assert measured(times, [(T - 20 * MINUTE, 5), (T, 15)]) == measured(times, [(T - 20 * MINUTE, 5)])
    assert measured(times, [(T, 11)]).v1h > measured(times).v1h


def test_totals_that_flutter_or_fall_add_nothing() -> None:
    steady = measured([], [(T - 3 * HOUR, 10)])
    assert measured([], [(T - 3 * HOUR, 10), (T - 2 * HOUR, 8), (T - HOUR, 10), (T, 2)]) == steady
    assert ms(steady.as_of) == T - 3 * HOUR


def test_without_engagement_there_is_none() -> None:
    assert velocity(Cascade(), T) is None
    unliked = Cascade()
    unliked.add_totals(Counts(likes=0, views=900), T)
    assert velocity(unliked, T - HOUR) is None


def test_acceleration_is_the_slope_of_a_rate_that_climbs_evenly() -> None:
    # One deed at each moment at which the integral of 600 t passes a whole number: 600 more per hour each hour.
    times = [T - 12 * HOUR + round((2 * n / 600) ** 0.5 * HOUR) for n in range(1, 43_200)]
    assert measured(times).acceleration == pytest.approx(600, rel=0.02)
    assert measured([T - n * MINUTE for n in range(12 * 60)]).acceleration == pytest.approx(0, abs=3)


def test_the_rank_orders_by_what_is_left_at_any_moment() -> None:
    burst, trickle = measured([T - 10 * HOUR] * 1000), measured([T - n * HOUR for n in range(5)])
    assert burst.v1h > trickle.v1h
    left = burst.v1h * 2 ** -((ms(trickle.as_of) - ms(burst.as_of)) / HOUR)
    assert (burst.rank > trickle.rank) == (left > trickle.v1h)
    assert burst.rank - trickle.rank == pytest.approx(log(left / trickle.v1h), abs=1e-5)


def test_the_most_absurd_numbers_have_a_velocity() -> None:
    found = measured([0, 2**42 - 1], [(0, 2**53 - 1), (2**42 - 1, 2**53 - 1)], published=-(10**13))
    assert all(0 < rate < float("inf") for rate in rates(found))
