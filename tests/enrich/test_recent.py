"""The latest buckets: their sums are those of a plain list, gaps and corrections included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.recent import Recent, scales

MINUTE = 60_000


@pytest.mark.parametrize(
    ("width_ms", "expected"),
    [
        (5 * MINUTE, [5, 15, 60, 180, 720]),
        (MINUTE, [1, 5, 15, 60, 180, 720]),
        (60 * MINUTE, [60, 180, 720]),
        (360 * MINUTE, [360, 720, 2160]),
        (1440 * MINUTE, [1440, 4320, 12960]),
        (7 * MINUTE, [7, 14, 56, 175, 714]),
    ],
)
def test_scales_are_whole_numbers_of_buckets(width_ms: int, expected: list[int]) -> None:
    assert [scale // MINUTE for scale in scales(width_ms)] == expected


@given(st.integers(1, 10**10))
def test_every_width_has_three_scales_or_more_and_bounded_memory(width_ms: int) -> None:
    found = scales(width_ms)
    assert len(found) >= 3
    assert found == sorted(set(found))
    assert all(scale % width_ms == 0 for scale in found)
    assert found[-1] // width_ms <= 720 * 9


@given(st.lists(st.tuples(st.integers(1, 200), st.integers(0, 9)), min_size=1, max_size=40), st.integers(0, 150))
def test_sums_are_those_of_every_bucket_in_time(steps: list[tuple[int, int]], back: int) -> None:
    recent, volumes, at = Recent(5 * MINUTE), dict[int, float](), 0
    for step, volume in steps:
        at += step
        volumes[at] = volume
        recent.add(at * 5 * MINUTE + 17, volume)
    first = min(volumes)
    if recent.correct((at - back) * 5 * MINUTE + 17, 1_000):
        assert at - 144 < at - back <= at
        volumes[at - back] = 1_000
    else:
        assert back >= 144 or at - back < first
    assert recent.sums() == [
        sum(volume for start, volume in volumes.items() if at - span < start <= at) for span in (1, 3, 12, 36, 144)
    ]
