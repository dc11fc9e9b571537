"""The course of a cascade: what came between two totals came as attention fades, not evenly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.cascade import Cascade
from enrich.course import points
from schemas.post import Counts

START = 1_700_000_000_000
DAY_S = 86_400


def _counted(*seen: tuple[int, int]) -> Cascade:
    cascade = Cascade()
    for at_s, total in seen:
        cascade.add_totals(Counts(reposts=total), START + at_s * 1000)
    return cascade


def test_of_a_day_that_was_seen_at_its_end_most_came_early() -> None:
    course = points(_counted((DAY_S, 800)), START, START + DAY_S * 1000)
    assert sum(number for _, number in course) == pytest.approx(800)
    early = sum(number for at_s, number in course if at_s < DAY_S / 8)
    assert 400 < early < 800


def test_a_total_says_nothing_of_times_that_another_one_contradicts() -> None:
    course = points(_counted((3_600, 100), (7_200, 500)), START, START + 7_200_000)
    late = [number for at_s, number in course if 3_600 <= at_s <= 7_200]
    assert sum(late) == pytest.approx(400)


@given(st.lists(st.tuples(st.integers(0, 400 * DAY_S), st.integers(1, 10**6)), min_size=1, max_size=12))
def test_every_reshare_lies_between_the_totals_that_show_it(told: list[tuple[int, int]]) -> None:
    ordered = sorted(told)
    cascade = _counted(*ordered)
    newest_s = ordered[-1][0]
    course = points(cascade, START, START + newest_s * 1000)
    assert [at_s for at_s, _ in course] == sorted(at_s for at_s, _ in course)
    assert all(0 <= at_s <= newest_s for at_s, _ in course)
    totals = [total for _, total in cascade.observed("reposts")]
    assert sum(number for _, number in course) == pytest.approx(max(totals))
