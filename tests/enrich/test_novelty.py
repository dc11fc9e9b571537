"""The record: the same novelty as against every earlier state, though it keeps only those that matter."""

from math import sqrt

from hypothesis import given
from hypothesis import strategies as st

from enrich.novelty import FADE_PER_DAY, Record

vectors = st.lists(st.lists(st.integers(0, 6).map(float), min_size=3, max_size=3), min_size=1, max_size=30)


def rise(now: list[float], then: list[float], days: float) -> float:
    return sqrt(sum(max(0.0, a - b + FADE_PER_DAY * days) ** 2 for a, b in zip(now, then, strict=True)))


@given(vectors)
def test_novelty_is_the_least_rise_above_all_earlier_states(states: list[list[float]]) -> None:
    record = Record()
    for day, state in enumerate(states):
        novelty, rises = record.novelty(state, day)
        expected = min((rise(state, then, day - n) for n, then in enumerate(states[:day])), default=0.0)
        assert abs(novelty - expected) < 1e-9
        assert abs(sqrt(sum(max(0.0, part) ** 2 for part in rises)) - novelty) < 1e-9
        record.keep(state, day)


@given(vectors)
def test_no_kept_state_is_above_another(states: list[list[float]]) -> None:
    record = Record()
    for state in states:
        record.keep(state, 0)
    kept = record.side()
    for one in kept:
        assert [other for other in kept if all(a >= b for a, b in zip(other, one, strict=True))] == [one]


def test_an_earlier_state_sinks_by_the_day() -> None:
    record = Record()
    record.keep([5.0], 0)
    assert record.novelty([5.0], 0)[0] == 0
    assert abs(record.novelty([5.0], 10)[0] - 10 * FADE_PER_DAY) < 1e-12


def test_the_record_is_bounded_and_forgets_the_lowest() -> None:
    record = Record()
    for n in range(600):
        record.keep([float(n), 600.0 - n + n / 1000], 0)
    kept = record.side()
    assert len(kept) == 512
    assert [599.0, 1.599] in kept
    assert [0.0, 600.0] not in kept
