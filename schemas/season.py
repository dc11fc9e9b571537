"""The volume that the hour of week makes likely: what a brand had at the same local hour in the weeks before."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from math import fsum, sqrt
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


def expected_between(hourly: Hourly, first_ms: int, moments: Sequence[int], zone: tzinfo) -> list[float | None]:
    """Return the volume expected from each of two or more successive moments (ms) to the next.

    It is the sum of what `expected` says of the hours between them, of an hour in part the proportion; None where it
    says None of one. Of all the hours at once, and the same but for rounding: of three years in hundredths of a second.
    """
    import numpy as np  # here: most commands ask for no expectation, and it takes a while to load

    hours = range(hour_start(moments[0]), moments[-1], HOUR_MS)
    parts = (hours[at : at + _AT_ONCE] for at in range(0, len(hours), _AT_ONCE))
    volumes = np.concatenate([_expected(hourly, hour_start(first_ms), part, zone) for part in parts])
    cuts = np.union1d(np.array(moments), np.array(hours)[1:])
    pieces = volumes[(cuts[:-1] - hours[0]) // HOUR_MS] * np.diff(cuts) / HOUR_MS
    sums = np.add.reduceat(pieces, np.searchsorted(cuts, moments[:-1]))
    return [None if thin else volume for thin, volume in zip(np.isnan(sums).tolist(), sums.tolist(), strict=True)]


def _expected(hourly: Hourly, first_hour_ms: int, hours: Sequence[int], zone: tzinfo) -> "NDArray[np.float64]":
    """Return what `expected` says of successive hours, not a number where it says None."""
    import numpy as np

    before = np.array(hours)[:, None] - _weeks_back(hours, zone)
    low = int(before.min())
    known = np.array([hourly.get(hour, 0) for hour in range(low, int(before.max()) + 1, HOUR_MS)], np.int64)
    within = before >= first_hour_ms
    volumes = known[(before - low) // HOUR_MS]
    weeks = within.sum(axis=1)  # those that are within are the last ones, for none of the earlier ones begins later
    ordered = np.sort(np.where(within, volumes, np.iinfo(np.int64).max), axis=1)
    median = ordered[np.arange(len(hours)), np.maximum(weeks - 1, 0) // 2]
    most = median + _USUAL * np.sqrt(median + 1.0)
    parts = np.where(within, np.minimum(volumes, most[:, None]) * _WEIGHTS, 0.0)
    whole = np.array([fsum(_WEIGHTS[:count]) for count in range(WEEKS + 1)])
    means = parts.sum(axis=1) / np.where(weeks, whole[weeks], 1.0)
    return np.where(weeks < _LEAST_WEEKS, np.nan, means)


def _weeks_back(hours: Sequence[int], zone: tzinfo) -> "NDArray[np.int64]":
    """Return how long before each of successive hours the same one of the weeks before was, in ms.

    Where the first and the last hour of a day say the same, no clock was changed between them, nor in those weeks.
    """
    import numpy as np

    found: list[list[int]] = []
    alike: list[int] = []
    for at in range(0, len(hours), 24):
        day = hours[at : at + 24]
        first, last = _back(day[0], zone), _back(day[-1], zone)
        found += [first] if first == last else [_back(hour, zone) for hour in day]
        alike += [len(day)] if first == last else [1] * len(day)
    return np.repeat(np.array(found, np.int64), alike, axis=0)


def _back(hour_ms: int, zone: tzinfo) -> list[int]:
    return [hour_ms - then_ms for then_ms in _same_hour_of_weeks_before(hour_ms, zone)]
