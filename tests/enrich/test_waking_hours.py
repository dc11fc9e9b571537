"""Waking hours: what is expected follows the day and the week, fades, and does not grow with bursts."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import orjson
import pytest

from enrich.waking_hours import WakingHours
from schemas.wire import ms

START = datetime(2024, 3, 4, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
HOUR_MS = 3_600_000


def learnt(days: int, hours: range, weekend: bool = True) -> WakingHours:
    """Return what is learnt of so many days on which something is heard in these hours of UTC."""
    found = WakingHours({}, ZoneInfo("UTC"))
    for day in range(days):
        for hour in hours if weekend or day % 7 < 5 else ():
            found.learn(ms(START + timedelta(days=day, hours=hour)))
    return found


def test_of_a_night_less_is_expected_than_of_a_day() -> None:
    hours = learnt(28, range(8, 20))
    noon = ms(START + timedelta(days=28, hours=12))
    assert hours.mean(noon) == pytest.approx(0.5, rel=0.05)
    assert hours.expected(noon, noon + 6 * HOUR_MS) == pytest.approx(3, rel=0.1)  # at the least: no more than the mean
    night = ms(START + timedelta(days=28, hours=21))
    assert hours.expected(night, night + 6 * HOUR_MS) < 1.5
    assert hours.expected(noon, noon + 240 * HOUR_MS) == pytest.approx(120, rel=0.05)


def test_of_a_weekend_less_is_expected_where_nobody_speaks_then() -> None:
    hours = learnt(33, range(24), weekend=False)
    friday = ms(START + timedelta(days=33))
    assert hours.expected(friday, friday + 48 * HOUR_MS) < 0.4 * hours.expected(friday, friday + 96 * HOUR_MS)


def test_the_days_are_those_of_the_brand() -> None:
    taipei, utc = WakingHours({}, ZoneInfo("Asia/Taipei")), WakingHours({}, ZoneInfo("UTC"))
    for n in range(33 * 24):
        at = START + n * HOUR
        if at.astimezone(ZoneInfo("Asia/Taipei")).weekday() < 5:
            taipei.learn(ms(at))
            utc.learn(ms(at))
    saturday = ms(START + timedelta(days=32, hours=16))
    assert taipei.expected(saturday, saturday + 8 * HOUR_MS) < 0.7 * utc.expected(saturday, saturday + 8 * HOUR_MS)


def test_what_was_learnt_goes_over_a_restart_and_fades() -> None:
    side: dict[str, object] = {}
    hours, rng = WakingHours(side, ZoneInfo("UTC")), Random(1)
    for n in range(500):
        if rng.random() < 0.3:
            hours.learn(ms(START + n * HOUR))
    again = WakingHours(orjson.loads(orjson.dumps(side)), ZoneInfo("UTC"))
    end = ms(START + 500 * HOUR)
    assert again.expected(end, end + 7 * HOUR_MS) == hours.expected(end, end + 7 * HOUR_MS)
    assert hours.mean(end) == pytest.approx(0.3, abs=0.05)
    assert hours.mean(end + 90 * 24 * HOUR_MS) < 0.1


def test_no_hour_brings_more_than_what_is_said_to_be_the_most() -> None:
    hours = learnt(28, range(9, 12))
    end = ms(START + timedelta(days=28))
    for since in range(0, 48, 5):
        begin = end + since * HOUR_MS
        courses = [hours.expected(begin, begin + n * HOUR_MS) for n in range(1, 60)]
        most = hours.most(begin)
        assert all(now - before <= most * 1.000001 for before, now in zip([0.0, *courses], courses, strict=False))


def test_of_nothing_nothing_is_expected() -> None:
    assert WakingHours({}, ZoneInfo("UTC")).expected(0, HOUR_MS) == 0
