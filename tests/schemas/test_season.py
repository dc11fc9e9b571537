from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.season import HOUR_MS, expected, expected_between, hour_start
from schemas.wire import ms

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")  # half an hour off the whole hours of UTC
MONDAY = datetime(2024, 3, 4, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def hours(*counts: int, until: datetime = MONDAY) -> dict[int, int]:
    """Volumes of the same UTC hour in the weeks before `until`, the latest first."""
    return {ms(until - WEEK * (week + 1)): count for week, count in enumerate(counts)}


def test_a_steady_hour_is_expected_again() -> None:
    hourly = hours(7, 7, 7, 7) | {ms(MONDAY) + HOUR_MS: 1000, ms(MONDAY - WEEK) + HOUR_MS: 500}
    assert expected(hourly, min(hourly), ms(MONDAY), UTC) == pytest.approx(7)


def test_two_weeks_are_the_least_and_eight_the_most() -> None:
    assert expected(hours(7), ms(MONDAY - WEEK), ms(MONDAY), UTC) is None
    assert expected(hours(7, 7), ms(MONDAY - 2 * WEEK), ms(MONDAY), UTC) == pytest.approx(7)
    assert expected(hours(7, 7), ms(MONDAY - 2 * WEEK + timedelta(minutes=59)), ms(MONDAY), UTC) == pytest.approx(7)
    assert expected(hours(7, 7), ms(MONDAY - 2 * WEEK + timedelta(hours=1)), ms(MONDAY), UTC) is None
    nine = hours(*[1] * 8, 1000)
    assert expected(nine, min(nine), ms(MONDAY), UTC) == pytest.approx(1)


def test_recent_weeks_weigh_more_and_silent_ones_count() -> None:
    rising = expected(hours(3, 2, 1), ms(MONDAY - 3 * WEEK), ms(MONDAY), UTC)
    falling = expected(hours(1, 2, 3), ms(MONDAY - 3 * WEEK), ms(MONDAY), UTC)
    assert rising is not None
    assert falling is not None
    assert rising > 2 > falling
    assert expected(hours(3), ms(MONDAY - 2 * WEEK), ms(MONDAY), UTC) == pytest.approx(3 * 0.8 / (0.8 + 0.64))
    assert expected({}, ms(MONDAY - 8 * WEEK), ms(MONDAY), UTC) == 0


def test_one_crisis_does_not_make_the_next_one_expected() -> None:
    calm = expected(hours(5, 5, 6, 4), ms(MONDAY - 4 * WEEK), ms(MONDAY), UTC)
    after = expected(hours(160, 5, 6, 4), ms(MONDAY - 4 * WEEK), ms(MONDAY), UTC)
    assert calm is not None
    assert after is not None
    assert calm < after < 2 * calm
    assert expected(hours(160, 5), ms(MONDAY - 2 * WEEK), ms(MONDAY), UTC) == pytest.approx(9.08, abs=0.01)


@pytest.mark.parametrize("change", [datetime(2024, 3, 31, tzinfo=BERLIN), datetime(2024, 10, 27, tzinfo=BERLIN)])
def test_the_hour_on_the_wall_counts_when_clocks_change(change: datetime) -> None:
    local = change.replace(hour=9) + timedelta(days=1)
    weeks = [(local - WEEK * n).astimezone(UTC) for n in range(1, 9)]
    hourly = {hour_start(ms(week)): 5 for week in weeks}
    assert len({week.hour for week in weeks[:1]} | {local.astimezone(UTC).hour}) == 2
    assert expected(hourly, min(hourly), ms(local), BERLIN) == pytest.approx(5)
    assert expected(hourly, min(hourly), ms(local), UTC) == pytest.approx(0)


def test_an_hour_that_the_wall_clock_skips_or_repeats_has_an_answer() -> None:
    skipped = datetime(2024, 4, 7, 2, 30, tzinfo=BERLIN)
    repeated = [datetime(2024, 10, 27, 2, tzinfo=BERLIN, fold=fold) for fold in (0, 1)]
    for moment in [skipped, *repeated]:
        assert expected({}, ms(moment) - 10 * 168 * HOUR_MS, hour_start(ms(moment)), BERLIN) == 0


def test_a_zone_off_the_whole_hours() -> None:
    assert expected(hours(4, 4), ms(MONDAY - 2 * WEEK), ms(MONDAY), KOLKATA) == pytest.approx(4)


def between(hourly: dict[int, int], first: int, start: int, end: int, zone: tzinfo) -> float | None:
    (found,) = expected_between(hourly, first, [start, end], zone)
    return found


def test_between_is_the_sum_and_of_part_of_an_hour_the_proportion() -> None:
    hourly = hours(12, 12, 12) | hours(6, 6, 6, until=MONDAY + timedelta(hours=1))
    first, start = min(hourly), ms(MONDAY)
    assert between(hourly, first, start, start + 2 * HOUR_MS, UTC) == pytest.approx(18)
    assert between(hourly, first, start, start + HOUR_MS // 12, UTC) == pytest.approx(1)
    assert between(hourly, first, start + HOUR_MS // 2, start + 3 * HOUR_MS // 2, UTC) == pytest.approx(9)
    assert between(hourly, first, start - 168 * 2 * HOUR_MS, start, UTC) is None


@given(st.integers(0, 400), st.integers(1, 300), st.integers(1, 300))
def test_parts_add_up(start: int, first: int, second: int) -> None:
    hourly = {ms(MONDAY) - n * HOUR_MS: n % 17 for n in range(1, 24 * 70)}
    fifths = [start, start + first, start + first + second]
    a, b, c = (ms(MONDAY) + n * HOUR_MS // 12 for n in fifths)
    left, right = expected_between(hourly, min(hourly), [a, b, c], BERLIN)
    parts = [between(hourly, min(hourly), *ends, BERLIN) for ends in ((a, b), (b, c), (a, c))]
    assert None not in parts
    assert [left, right] == pytest.approx(parts[:2])
    assert sum(part or 0 for part in parts[:2]) == pytest.approx(parts[2])


@given(st.integers(0, 24 * 400), st.integers(1, 60), st.integers(0, 2**40), st.sampled_from([UTC, BERLIN, KOLKATA]))
def test_many_hours_at_once_are_each_what_it_is_alone(start: int, count: int, most: int, zone: tzinfo) -> None:
    first = ms(MONDAY) - 24 * 30 * HOUR_MS
    hourly = {first + n * HOUR_MS: most * (n % 17) // (1 + n % 5) for n in range(24 * 400) if n % 3}
    begin = first + start * HOUR_MS
    hours = range(begin, begin + (count + 1) * HOUR_MS, HOUR_MS)
    found = expected_between(hourly, first, hours, zone)
    for hour, volume in zip(hours, found, strict=False):
        assert volume == (alone := expected(hourly, first, hour, zone)) or volume == pytest.approx(alone, rel=1e-12)
