"""When a brand's share of what is said about its group is not what it was.

Of each day the log-odds of the brand's share are compared with those of its past, which fade by half in four weeks,
and with their own scatter from day to day besides that of counting. A share that doubles is the same step in log-odds
for a brand of every size; that it is some hundredths of the whole as well keeps small brands from calling for little.
The change has to hold whichever six hours are left out: a burst alone is a spike, and that is another alert.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any, ClassVar

from enrich.evidence import Volume
from enrich.kind import Heard, Kind, Watched
from enrich.kind_episode import KindEpisode, Sign
from schemas.alert import AlertKind

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_STEP_MS = 6 * _HOUR_MS  # how often it looks
_STEPS = _DAY_MS // _STEP_MS
_LOOKS = 7 * _STEPS  # a week
_HALF_LIFE_MS = 28 * _DAY_MS
_LEAST_DAYS = 10.0  # that count: no baseline before that
_FEWEST = 50  # mentions of the group in a day
_FEWEST_OWN = 20  # of the brand, now or usually
_TIMES, _LEAST = log(2), 0.05  # the odds are twice or half as usual, and the share differs by a twentieth of the whole


class ShareOfVoice(Kind):
    """Compares each brand's share of the group's distinct mentions of a day with its past, four times a day.

    `side`: the counts of six hours each, of the last two days; of each brand the faded mean and scatter of log-odds.
    """

    kind: ClassVar[AlertKind] = "share_of_voice"
    of_groups: ClassVar[bool] = True

    def __init__(self, watched: Watched, side: dict[str, Any]) -> None:
        super().__init__(watched, side)
        if not side:
            side |= {"steps": {}, "past": {}, "looked": 0}

    def hear(self, heard: Heard) -> Iterable[Sign]:
        """Count; it is judged when the six hours are over."""
        number = sum(1 for _ in heard.distinct())
        step = heard.start_ms // _STEP_MS
        if number and (step + 1) * _STEP_MS > self.side["looked"]:
            counts = self.side["steps"].setdefault(str(step), {})
            counts[heard.brand] = counts.get(heard.brand, 0) + number
        return ()

    def due_at(self) -> int | None:
        """Return the end of the first six hours that were not looked at."""
        ends = ((int(step) + 1) * _STEP_MS for step in self.side["steps"])
        return min((end_ms for end_ms in ends if end_ms > self.side["looked"]), default=None)

    def look(self, moment_ms: int) -> Iterable[Sign]:
        """Judge the day up to a moment, and learn from the day before."""
        side = self.side
        side["looked"] = moment_ms
        first = moment_ms // _STEP_MS - 2 * _STEPS
        for step in [step for step in side["steps"] if int(step) < first]:
            del side["steps"][step]
        self._learn(self._counts(first), moment_ms)
        steps = range(first + _STEPS, first + 2 * _STEPS)
        days = [self._counts(first + _STEPS), *(self._counts(first + _STEPS, without) for without in steps)]
        if len(self.watched.names) < 2 or min(sum(counts.values()) for counts in days) < _FEWEST:
            return
        for brand in sorted(side["past"].keys() & self.watched.names.keys()):
            sign = self._sign(brand, [(counts.get(brand, 0), sum(counts.values())) for counts in days], moment_ms)
            if sign is not None:
                yield sign

    def _counts(self, first: int, without: int | None = None) -> dict[str, int]:
        """Return what was said of each brand in the day that begins with a step, without another step of it."""
        found: dict[str, int] = {}
        for step in range(first, first + _STEPS):
            for brand, number in self.side["steps"].get(str(step), {}).items() if step != without else ():
                found[brand] = found.get(brand, 0) + number
        return found

    def _learn(self, counts: Mapping[str, int], moment_ms: int) -> None:
        whole = sum(counts.values())
        if whole < _FEWEST:
            return
        for brand in self.watched.names:
            number = counts.get(brand, 0)
            days, mean, excess, at_ms = self.side["past"].get(brand, (0.0, 0.0, 0.0, moment_ms))
            days = days * 0.5 ** ((moment_ms - at_ms) / _HALF_LIFE_MS) + 1 / _STEPS
            away = _odds(number, whole) - mean
            step = 1 / _STEPS / days
            found = max(0.0, away**2 * (1 - step) - _counting(number, whole))
            self.side["past"][brand] = [days, mean + step * away, excess + step * (found - excess), moment_ms]

    def _sign(self, brand: str, days: Sequence[tuple[int, int]], moment_ms: int) -> Sign | None:
        """Judge a brand's mentions and the group's: of the day, and of it without each of its parts."""
        age, mean, excess, _ = self.side["past"][brand]
        number, whole = days[0]
        share, usual = number / whole, 1 / (1 + exp(-mean))
        if age < _LEAST_DAYS or max(number, usual * whole) < _FEWEST_OWN or abs(share - usual) < _LEAST:
            return None
        aways = [_odds(*day) - mean for day in days]
        if not (min(aways) >= _TIMES or max(aways) <= -_TIMES):
            return None
        z = min(
            (away / sqrt(_counting(*day) + excess * (1 + 1 / age)) for away, day in zip(aways, days, strict=True)),
            key=abs,
        )
        chance = self.watched.chance(_LOOKS)
        return Sign(
            brand,
            moment_ms,
            share,
            abs(aways[0]),
            _DAY_MS,
            opens=abs(z) >= NormalDist().inv_cdf(1 - chance / 2),
            expected=usual,
            ratio=share / usual,
            z=z,
        )

    def summary(self, name: str, episode: KindEpisode, volume: Volume) -> str:
        """Return the sentence that tells it."""
        rivals = len(self.watched.names) - 1
        return (
            f"{name}: {episode.observed:.0%} of what was said of it and its {rivals} rivals within a day, where"
            f" {episode.expected or 0:.0%} is usual."
        )


def _odds(number: int, whole: int) -> float:
    return log((number + 0.5) / (whole - number + 0.5))


def _counting(number: int, whole: int) -> float:
    """Return the variance of the log-odds of a share that comes from counting alone."""
    return 1 / (number + 0.5) + 1 / (whole - number + 0.5)
