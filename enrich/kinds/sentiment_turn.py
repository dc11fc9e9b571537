"""When the sentiment about a brand turns against it: more of a day's mentions are negative than its own past explains.

The past is the brand's share of negative mentions, fading by half in four weeks. That a day differs from it by more
than chance alone is usual too, so the number of negative mentions of a day is taken as beta-binomial: its scatter is
learnt from the brand's own days, and how little is known of a young brand widens it further.
"""

from collections.abc import Iterable
from math import exp, lgamma, sqrt
from typing import Any, ClassVar

from enrich.evidence import Volume
from enrich.kind import Heard, Kind, Watched
from enrich.kind_episode import KindEpisode, Sign
from schemas.alert import AlertKind

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_STEP_MS = 3 * _HOUR_MS  # how often it looks
_LOOKS = 7 * _DAY_MS / _STEP_MS  # a week
_HALF_LIFE_MS = 28 * _DAY_MS
_FEWEST = 20  # mentions of a day: a share of fewer says little
_LEAST_DAYS, _LEAST_MENTIONS = 7, 100  # no baseline before that
_TIMES, _LEAST, _MOST = 1.5, 0.25, 0.9  # so many times the usual share is worth an alert, in these bounds
_SCATTER, _DAYS = 0.02, 5  # so much is believed of the scatter of the first days, and as if it had been so many
_USUAL = 3.0  # a day scatters by so many standard deviations at the most: a crisis is not the scatter


class SentimentTurn(Kind):
    """Compares the negative share of the last day with what went before that day, every three hours that have news.

    `side`: the counts of three hours each, of the last day; the faded sums of what was before; the scatter.
    """

    kind: ClassVar[AlertKind] = "sentiment_turn"
    least_voices: ClassVar[int] = 5
    negative_only: ClassVar[bool] = True

    def __init__(self, watched: Watched, side: dict[str, Any]) -> None:
        super().__init__(watched, side)
        if not side:
            side |= {"steps": {}, "past": [0.0, 0.0, 0.0], "at": 0, "first": 0, "looked": 0, "day": 0}
            side["scatter"] = [0.0, 0.0]

    def hear(self, heard: Heard) -> Iterable[Sign]:
        """Count; it is judged when the three hours are over."""
        side = self.side
        feelings = [record.sentiment for record in heard.distinct() if record.sentiment != "unknown"]
        if feelings:
            side["first"] = side["first"] or heard.start_ms
            step = side["steps"].setdefault(str(heard.start_ms // _STEP_MS), [0, 0, 0])
            step[0] += len(feelings)
            step[1] += feelings.count("negative")
            step[2] += feelings.count("positive")
        return ()

    def due_at(self) -> int | None:
        """Return the end of the last three hours that were not looked at."""
        newest = max(map(int, self.side["steps"]), default=-1)
        end_ms = (newest + 1) * _STEP_MS
        return end_ms if newest >= 0 and end_ms > self.side["looked"] else None

    def look(self, moment_ms: int) -> Iterable[Sign]:
        """Judge the day up to a moment."""
        side = self.side
        side["looked"] = moment_ms
        self._move(moment_ms)
        steps = side["steps"].values()
        number, negative, positive = (sum(step[place] for step in steps) for place in range(3))
        past, past_negative, past_positive = side["past"]
        if past < _LEAST_MENTIONS or moment_ms - side["first"] < _LEAST_DAYS * _DAY_MS:
            return
        usual = (past_negative + 0.5) / (past + 1)
        scatter = self._scatter()
        worst = max(steps, key=lambda step: step[1], default=(0, 0, 0))
        lasting, against = number - worst[0], negative - worst[1]
        if lasting >= _FEWEST and against / lasting >= max(_LEAST, min(_TIMES * usual, _MOST)):
            weight = 1 / (scatter / (1 - scatter) + 1 / past)
            least = self.watched.chance(_LOOKS)
            yield Sign(
                self.watched.id,
                moment_ms,
                (positive - negative) / number,
                negative,
                _DAY_MS,
                opens=_tail(against, lasting, usual * weight, (1 - usual) * weight) <= least,
                expected=(past_positive - past_negative) / past,
                z=(against - lasting * usual) / _deviation(lasting, usual, scatter),
            )
        if moment_ms - side["day"] >= _DAY_MS and number > 1:
            side["day"] = moment_ms
            self._learn_scatter(number, negative, usual)

    def _move(self, moment_ms: int) -> None:
        """Let the past fade, and make past what is older than a day."""
        side = self.side
        fade = 0.5 ** ((moment_ms - side["at"]) / _HALF_LIFE_MS)
        side["past"] = [fade * number for number in side["past"]]
        side["at"] = moment_ms
        for step in [step for step in side["steps"] if int(step) * _STEP_MS < moment_ms - _DAY_MS]:
            counts = side["steps"].pop(step)
            fade = 0.5 ** ((moment_ms - int(step) * _STEP_MS) / _HALF_LIFE_MS)
            side["past"] = [number + fade * more for number, more in zip(side["past"], counts, strict=True)]

    def _scatter(self) -> float:
        """Return the correlation of two mentions of one day, 0 where they are independent."""
        excess, weight = self.side["scatter"]
        found: float = (excess + _SCATTER * _DAYS) / (weight + _DAYS)
        return min(max(found, 0.001), 0.5)

    def _learn_scatter(self, number: int, negative: int, usual: float) -> None:
        excess, weight = self.side["scatter"]
        expected, chance = number * usual, number * usual * (1 - usual)
        most = _USUAL * _deviation(number, usual, self._scatter())
        away = min(abs(negative - expected), most)
        found = (away**2 - chance) / (chance * (number - 1))
        fade = 0.5 ** (_DAY_MS / _HALF_LIFE_MS)
        # A day of few mentions says little of its own share.
        much = (number - 1) / (number - 1 + 1 / _SCATTER)
        self.side["scatter"] = [fade * excess + much * found, fade * weight + much]

    def summary(self, name: str, episode: KindEpisode, volume: Volume) -> str:
        """Return the sentence that tells it."""
        return (
            f"{name}: the sentiment of a day is {episode.observed:+.2f}, where {episode.expected or 0:+.2f} is usual;"
            f" of {volume.distinct:,} mentions {volume.negative_share or 0:.0%} are negative."
        )


def _deviation(number: int, share: float, scatter: float) -> float:
    return sqrt(number * share * (1 - share) * (1 + (number - 1) * scatter))


def _tail(least: int, number: int, a: float, b: float) -> float:
    """Return how probable it is that a beta-binomial count out of `number` is `least` or more."""
    term = exp(
        lgamma(number + 1) - lgamma(least + 1) - lgamma(number - least + 1)
        + lgamma(least + a) + lgamma(number - least + b) - lgamma(number + a + b)
        + lgamma(a + b) - lgamma(a) - lgamma(b)
    )  # fmt: skip
    total = 0.0
    for count in range(least, number + 1):
        total += term
        if term < 1e-12 or count == number:
            break
        term *= (number - count) * (a + count) / ((count + 1) * (b + number - count - 1))
    return total
