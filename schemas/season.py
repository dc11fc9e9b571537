"""The volume that the hour of week makes likely: what a brand had at the same local hour in the weeks before."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from math import fsum, sqrt
from typing import Protocol

HOUR_MS = 3_600_000
WEEKS = 8
"""How many weeks back the baseline reaches."""

_LEAST_WEEKS = 2
_WEEK_MS = 168 * HOUR_MS
_FADE = 0.8  # the weight of a week against that of the week after it: half after three weeks
_WEIGHTS = [_FADE**week for week in range(1, WEEKS + 1)]
_AT_ONCE = 24 * 500  # hours
_USUAL = 3.0  # so many times the width of a Poisson count above the median is no longer usual


class Hourly(Protocol):
    """Volumes by start of hour (ms), such as a dict."""

    def get(self, hour_ms: int, otherwise: int, /) -> int:
        """Return the volume of an hour, `otherwise` when none is known."""
        ...


def hour_start(moment_ms: int) -> int:
    """Return the start (ms) of the hour that holds the moment; hours are whole in UTC."""
    return moment_ms - moment_ms % HOUR_MS


def expected(hourly: Hourly, first_ms: int, hour_start_ms: int, zone: tzinfo) -> float | None:
    """Return the volume expected in an hour, None in a thin baseline.

    `hourly` gives counts by start of hour (ms); an hour that is not in it had none. `first_ms` is the time of the first
    mention ever: what lies before its hour says nothing, and fewer than two weeks after it are no baseline. It is the
    mean of the same hour of week on the wall clock of `zone` in up to eight weeks before, recent weeks weighing more.
    A week in which that hour was far above its median in these weeks counts as much as is usual at the most (a
    winsorised mean): one crisis must not make the next one look expected.
    """
    first_hour_ms = hour_start(first_ms)
    hours = _same_hour_of_weeks_before(hour_start_ms, zone)
    volumes = [hourly.get(hour_ms, 0) for hour_ms in hours if hour_ms >= first_hour_ms]
    if len(volumes) < _LEAST_WEEKS:
        return None
    median = sorted(volumes)[(len(volumes) - 1) // 2]
    most = median + _USUAL * sqrt(median + 1)
    weights = _WEIGHTS[: len(volumes)]
    return fsum(weight * min(volume, most) for weight, volume in zip(weights, volumes, strict=True)) / fsum(weights)


@lru_cache(maxsize=4_096)
def _same_hour_of_weeks_before(hour_start_ms: int, zone: tzinfo) -> tuple[int, ...]:
    """Return the starts of the same hour on the wall clock of `zone` in the weeks before, the last week first."""
    if zone is UTC or getattr(zone, "key", None) == "UTC":  # where no clock is ever changed
        return tuple(hour_start_ms - week * _WEEK_MS for week in range(1, WEEKS + 1))
    local = datetime.fromtimestamp(hour_start_ms / 1000, zone)
    # Subtraction moves the hands of the wall clock, whatever the clocks of the zone did in between.
    weeks = (local - timedelta(weeks=week) for week in range(1, WEEKS + 1))
    return tuple(hour_start(round(then.timestamp() * 1000)) for then in weeks)


def expected_hours(hourly: Hourly, first_ms: int, start_ms: int, end_ms: int, zone: tzinfo) -> dict[int, float | None]:
    """Return what `expected` says of each hour that lies in `start_ms` up to `end_ms`, wholly or in part, by its start.

    It is the same but for rounding, of all the hours at once: of a year and a half in some hundredths of a second.
    """
    hours = range(hour_start(start_ms), end_ms, HOUR_MS)
    found: dict[int, float | None] = {}
    for at in range(0, len(hours), _AT_ONCE):
        part = hours[at : at + _AT_ONCE]
        found |= zip(part, _expected(hourly, hour_start(first_ms), part, zone), strict=True)
    return found


def _expected(hourly: Hourly, first_hour_ms: int, hours: Sequence[int], zone: tzinfo) -> list[float | None]:
    import numpy as np  # here: most commands ask for no expectation, and it takes a while to load

    before = np.array(hours)[:, None] - _weeks_back(hours, zone)
    low = int(before.min())
    known = np.fromiter((hourly.get(hour, 0) for hour in range(low, int(before.max()) + 1, HOUR_MS)), np.int64)
    within = before >= first_hour_ms
    volumes = known[(before - low) // HOUR_MS]
    weeks = within.sum(axis=1)  # those that are within are the last ones, for none of the earlier ones begins later
    ordered = np.sort(np.where(within, volumes, np.iinfo(np.int64).max), axis=1)
    median = ordered[np.arange(len(hours)), np.maximum(weeks - 1, 0) // 2]
    most = median + _USUAL * np.sqrt(median + 1.0)
    parts = np.where(within, np.minimum(volumes, most[:, None]) * _WEIGHTS, 0.0)
    whole = np.array([fsum(_WEIGHTS[:count]) for count in range(WEEKS + 1)])
    means: list[float] = (parts.sum(axis=1) / np.where(weeks, whole[weeks], 1.0)).tolist()
    thin: list[bool] = (weeks < _LEAST_WEEKS).tolist()
    return [None if none else mean for none, mean in zip(thin, means, strict=True)]


def _weeks_back(hours: Sequence[int], zone: tzinfo) -> list[list[int]]:
    """Return how long before each of successive hours the same one of the weeks before was, in ms.

    Where the first and the last hour of a day say the same, no clock was changed between them, nor in those weeks.
    """
    found: list[list[int]] = []
    for at in range(0, len(hours), 24):
        day = hours[at : at + 24]
        first, last = _back(day[0], zone), _back(day[-1], zone)
        found += [first] * len(day) if first == last else [_back(hour, zone) for hour in day]
    return found


def _back(hour_ms: int, zone: tzinfo) -> list[int]:
    return [hour_ms - then_ms for then_ms in _same_hour_of_weeks_before(hour_ms, zone)]


def sum_of_hours(hours: Mapping[int, float | None], start_ms: int, end_ms: int) -> float | None:
    """Return what the volumes of `hours`, by their starts, come to from `start_ms` up to `end_ms`.

    Of an hour that it holds in part the proportion counts; None where one of them is None.
    """
    parts: list[float] = []
    for hour_ms in range(hour_start(start_ms), end_ms, HOUR_MS):
        volume = hours[hour_ms]
        if volume is None:
            return None
        parts.append(volume * (min(end_ms, hour_ms + HOUR_MS) - max(start_ms, hour_ms)) / HOUR_MS)
    return fsum(parts)
