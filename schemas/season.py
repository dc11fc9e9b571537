"""The volume that the hour of week makes likely: what a brand had at the same local hour in the weeks before."""

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


def expected_between(hourly: Hourly, first_ms: int, start_ms: int, end_ms: int, zone: tzinfo) -> float | None:
    """Return the volume expected from `start_ms` up to `end_ms`, None when the baseline of any hour of it is thin.

    It is the sum over its hours, of an hour that it holds in part the proportion; the rest is as in `expected`.
    """
    parts: list[float] = []
    for hour_ms in range(hour_start(start_ms), end_ms, HOUR_MS):
        volume = expected(hourly, first_ms, hour_ms, zone)
        if volume is None:
            return None
        parts.append(volume * (min(end_ms, hour_ms + HOUR_MS) - max(start_ms, hour_ms)) / HOUR_MS)
    return fsum(parts)
