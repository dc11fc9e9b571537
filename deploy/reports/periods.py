"""The days that a report is of: whole days of the brand's time zone, and as many before them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from schemas.clock import Clock
from schemas.errors import UsageError
from sinks.store import Questions

Period = Literal["day", "week"]

_DAYS: dict[Period, int] = {"day": 1, "week": 7}
_YEARS = range(1990, 2200)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` up to but without `end`, both aware UTC."""

    start: datetime
    end: datetime


def stretches(period: Period, until: date, zone: ZoneInfo) -> tuple[Stretch, Stretch]:
    """Return the days up to but without `until`, and the equally many before; a day is as long as the zone has it."""
    width = timedelta(days=_DAYS[period])
    last, middle, first = (_midnight(until - width * times, zone) for times in range(3))
    return Stretch(middle, last), Stretch(first, middle)


def read_day(text: str) -> date:
    """Return the day that ISO 8601 text names. Raises UsageError."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise UsageError(f"--until {text!r} is not a day: write it as 2026-03-30")
    return found


def last_whole_day(store: Questions, brands: Sequence[str], zone: ZoneInfo, clock: Clock) -> date:
    """Return the day after the last whole one that the store can know of these brands: today, or when all that it holds
    is older, as a recording is, the day after the last mention."""
    today = clock.now().astimezone(zone).date()
    extent = store.extent(brands)
    return today if extent is None else min(today, extent[1].astimezone(zone).date() + timedelta(days=1))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
