"""Spans of event time: which buckets an answer has, and which spans are refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.trend import BUCKET_MS
from schemas.wire import from_ms
from sinks.questions import Span

DAY = timedelta(days=1)
MONDAY = datetime(2024, 3, 4, tzinfo=UTC)


@given(st.integers(0, 2**42), st.integers(1, 2**33), st.integers(BUCKET_MS // 1000, 2**10).map(lambda n: n * BUCKET_MS))
def test_starts_cover_the_span_and_nothing_else(first: int, length: int, interval_ms: int) -> None:
    span = Span(from_ms(first), from_ms(first + length), interval_ms)
    starts = span.starts()
    assert starts[0] <= first < starts[0] + interval_ms
    assert starts[-1] < first + length <= starts[-1] + interval_ms
    assert all((start - span.offset_ms) % interval_ms == 0 for start in starts[:3])
    assert span.first_ms <= first < span.first_ms + BUCKET_MS
    assert span.last_ms - BUCKET_MS < first + length <= span.last_ms


def test_weeks_start_on_mondays_and_days_at_midnight() -> None:
    thursday = MONDAY + 3 * DAY
    assert [from_ms(start) for start in Span(thursday, thursday + DAY, 7 * 86_400_000).starts()] == [MONDAY]
    assert [from_ms(start) for start in Span(thursday, thursday + DAY, 86_400_000).starts()] == [thursday]


@pytest.mark.parametrize(
    ("length", "interval_ms", "problem"),
    [
        (DAY, 0, "multiple of 5 minutes"),
        (DAY, BUCKET_MS + 1, "multiple of 5 minutes"),
        (0 * DAY, BUCKET_MS, "nothing lies between"),
        (-DAY, BUCKET_MS, "nothing lies between"),
        (4000 * DAY, BUCKET_MS, "points"),
    ],
)
def test_spans_that_are_refused(length: timedelta, interval_ms: int, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        Span(MONDAY, MONDAY + length, interval_ms)
