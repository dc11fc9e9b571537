"""The hours in which something is heard: how many of them, and at what time of the day and the week."""

from datetime import datetime, tzinfo
from math import log
from typing import Any

_HOUR_MS = 3_600_000
_HALF_LIFE_H = 28 * 24  # hours of long ago count less
_WEEK_H = 168
_PRIOR = 6.0  # hours of each kind that are believed before the first


class WakingHours:
    """Counts hours with something in them, each by its hour of the day and its day of the week, fading by half in four
    weeks; an hour in which nothing is heard costs nothing. On the wall clock of `zone`."""

    def __init__(self, side: dict[str, Any], zone: tzinfo) -> None:
        """Go on from `side`, empty at the beginning, which is changed in place."""
        self._side, self._zone = side, zone
        if not side:
            side |= {"first": None, "at": 0, "hours": [0.0] * 24, "days": [0.0] * 7}

    def learn(self, hour_ms: int) -> None:
        """Take an hour with something in it into account, by its start; it is later than all before."""
        side = self._side
        if side["first"] is None:
            side["first"] = side["at"] = hour_ms
        fade = self._fade(hour_ms)
        side["hours"] = [fade * number for number in side["hours"]]
        side["days"] = [fade * number for number in side["days"]]
        side["at"] = hour_ms
        local = datetime.fromtimestamp(hour_ms / 1000, self._zone)
        side["hours"][local.hour] += 1
        side["days"][local.weekday()] += 1

    def mean(self, moment_ms: int) -> float:
        """Return how many of the hours up to a moment had something in them: 0 none, 1 all."""
        if self._side["first"] is None:
            return 0.0
        age_h = max(1.0, (moment_ms - self._side["first"]) / _HOUR_MS)
        whole = (1 - 0.5 ** (age_h / _HALF_LIFE_H)) * _HALF_LIFE_H / log(2)
        heard: float = sum(self._side["hours"]) * self._fade(moment_ms) / whole
        return min(1.0, heard)

    def expected(self, since_ms: int, moment_ms: int) -> float:
        """Return how many such hours the time between two moments would have at the least, by what was before it.

        Hours in which much is usual do not count for more than others: where little is heard they are uncertain.
        """
        span_h = (moment_ms - since_ms) / _HOUR_MS
        return self.mean(since_ms) * min(1.0, self._season(moment_ms, span_h)) * span_h

    def most(self, since_ms: int) -> float:
        """Return how many such hours an hour after a moment can be expected to bring at the most."""
        busiest = max(_factors(self._side["hours"])) * max(_factors(self._side["days"]))
        return self.mean(since_ms) * max(1.0, busiest)

    def _season(self, end_ms: int, span_h: float) -> float:
        """Return how much more than the mean the hours before a moment make likely: 1 = neither more nor less."""
        hours = max(1, round(span_h))
        if hours >= _WEEK_H:
            return 1.0
        of_hour, of_day = _factors(self._side["hours"]), _factors(self._side["days"])
        local = datetime.fromtimestamp((end_ms - 1) / 1000, self._zone)
        hour, day, total = local.hour, local.weekday(), 0.0
        for _ in range(hours):
            total += of_hour[hour] * of_day[day]
            hour -= 1
            if hour < 0:
                hour, day = 23, (day - 1) % 7
        return total / hours

    def _fade(self, moment_ms: int) -> float:
        fade: float = 0.5 ** ((moment_ms - self._side["at"]) / _HOUR_MS / _HALF_LIFE_H)
        return fade


def _factors(numbers: list[float]) -> list[float]:
    mean = sum(numbers) / len(numbers) + _PRIOR
    return [(number + _PRIOR) / mean for number in numbers]
