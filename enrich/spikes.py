"""Spikes of one brand: its buckets in order of time in, for each how new its volume is, and whether an alert opens.

The state of a brand is, for each time scale, log(volume + c) less half of what the hour and the day make likely. c = 6
keeps small counts from mattering: log(n + k / 2) makes the scatter of a negative binomial count with shape k the same
for every mean (Anscombe, Biometrika 1948). Novelty is how far the state lies above all earlier ones (`enrich.novelty`),
with three discounts: what is not far from expected counts little, for by chance alone some mixture of scales is new now
and then; it counts the less the younger the record is, for a young record is beaten easily; and after an alert's worth
of it, what follows within half a day counts the less the sooner it comes, for that is the same episode.
"""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from math import exp, expm1, log
from typing import Any

from enrich.novelty import Record
from enrich.recent import Recent, scales
from enrich.rhythm import DAY_MS, Rhythm

DEFAULT_ALERTS_PER_WEEK = 1.0
"""How many alerts a brand is to give in a week."""

LARGEST = 1e15
"""The largest volume of a bucket that is understood."""

_COUNT = 6.0  # c
_SEASON = 0.5  # how much of the season is taken out: hours differ in what may happen in them, too
_LEAST_DAYS, _LEAST_BUCKETS = 2, 48  # no baseline before that
_WIDEST_MS = 3_600_000  # the record sinks with the time that passes, but in no bucket by more than in an hour
_FULL_DAYS = 7  # a record that holds every hour of the week counts whole
_EPISODE = 0.15  # novelty at which an episode begins, whatever the sensitivity
_EPISODE_MS = DAY_MS / 2
_ONE_BUCKET = 1.5  # widths: months and days of a clock that is changed differ a little
_SAME_EPISODE = 0.8  # what is taken off novelty at its beginning
_WONDER = 8.0  # standard deviations at which novelty counts by two thirds
_DIGITS = 12
_BAND = 3
_LASTING, _TIMES = 2, 3.0  # which scale says that there is much volume still
_WEEKLY, _TAIL = 0.12, -0.79  # the novelty that comes about once a week, and how it falls with the rate


def threshold(alerts_per_week: float = DEFAULT_ALERTS_PER_WEEK) -> float:
    """Return the novelty above which a brand gives so many alerts a week. Raises ValueError unless it is above 0.

    One curve for all brands, fitted to recorded and to generated volumes (`tests/bench/spike_accuracy.py`): novelty is
    the log of a ratio to the brand's own record, so its tail is much alike for all of them, and about a power law.
    """
    if not alerts_per_week > 0:
        raise ValueError("wanted alerts per week must be above 0")
    return _WEEKLY * exp(_TAIL * log(alerts_per_week))


@dataclass(frozen=True, slots=True)
class Score:
    """What a bucket means.

    `novelty` is 0 where the brand has been before, else in log units; `threshold` is what an alert takes. `scale_ms` is
    the time scale that stands out most; `observed` and `expected` are the volumes over it, `z` their difference in
    standard deviations of a negative binomial count, for explanation only. `usual` is the band in which the volume of
    the bucket alone was to be expected, three standard deviations to each side. An alert opens once for its episode,
    which ends when novelty has been below the threshold for half a day, or for a bucket where buckets are wider;
    novelty above it until then is its course.
    `lasting` says that there is much volume still, in the third scale (an hour where buckets have five minutes): three
    standard deviations above what is expected, or thrice that.
    """

    novelty: float
    threshold: float
    scale_ms: int
    observed: float
    expected: float
    z: float
    usual: tuple[float, float]
    alert_opened: bool
    lasting: bool = False

    @property
    def anomaly(self) -> float:
        """The novelty as a number from 0 up to but never 1; different novelties give different numbers."""
        return self.novelty / (1 + self.novelty)


class Spikes:
    """The running state of one brand's series, in event time, a pure function of the buckets given to it.

    `width_ms` is the width of a bucket, `zone` the brand's. Buckets come in order of time; one that is left out is a
    gap: it holds no volume, teaches nothing, and does not fire. `side` and `load` carry it over a restart, with the
    same scores to the last bit. Its size stays flat, its cost per bucket too.
    """

    def __init__(self, width_ms: int, zone: tzinfo = UTC, alerts_per_week: float = DEFAULT_ALERTS_PER_WEEK) -> None:
        if width_ms <= 0:
            raise ValueError("a bucket must have a width")
        self._width_ms = width_ms
        self._scales = scales(width_ms)
        self._sinks = min(1.0, _WIDEST_MS / width_ms)
        self._episode_span_ms = max(_EPISODE_MS, _ONE_BUCKET * width_ms)
        self._threshold = threshold(alerts_per_week)
        self._recent, self._rhythm, self._record = Recent(width_ms), Rhythm(width_ms, zone), Record()
        self._buckets = 0
        self._first_ms: int | None = None
        self._last_ms: int | None = None
        self._episode_ms: int | None = None
        self._alert_ms: int | None = None

    def observe(self, bucket_start_ms: int, volume: float) -> Score:
        """Return what the next bucket means. Raises ValueError for one that is not later, a volume below 0 or none.

        Nothing is novel before there are two days and 48 buckets to compare with.
        """
        first_ms = self._take(bucket_start_ms, volume)
        sums, expected, state = self._state(bucket_start_ms)
        days = (bucket_start_ms - first_ms) / DAY_MS
        raw, rises = self._record.novelty(state, days * self._sinks)
        if self._buckets == 1 or raw > 0:
            self._record.keep(state, days * self._sinks)
        most = rises.index(max(rises))
        z = self._rhythm.z(sums[most], expected[most])
        raw *= self._weight(days) * -expm1(-max(0.0, z) / _WONDER)
        # Rounded, so that the anomaly of different novelties differs in floating point too.
        novelty = round(raw * (1 - self._discount(bucket_start_ms)), _DIGITS)
        if raw >= _EPISODE:
            self._episode_ms = bucket_start_ms
        above = novelty >= self._threshold
        opened = above and (self._alert_ms is None or bucket_start_ms - self._alert_ms > self._episode_span_ms)
        if above:
            self._alert_ms = bucket_start_ms
        scatter = _BAND * self._rhythm.deviation(expected[0])
        score = Score(
            novelty=novelty,
            threshold=self._threshold,
            scale_ms=self._scales[most],
            observed=sums[most],
            expected=expected[most],
            z=z,
            usual=(max(0.0, expected[0] - scatter), expected[0] + scatter),
            alert_opened=opened,
            lasting=self._lasts(sums[_LASTING], expected[_LASTING]),
        )
        self._learn(bucket_start_ms, volume)
        return score

    @property
    def mean(self) -> float:
        """The mean volume of a bucket."""
        return self._rhythm.mean

    @property
    def end_ms(self) -> int | None:
        """The end of the last bucket, None before the first."""
        return None if self._last_ms is None else self._last_ms + self._width_ms

    def quiet(self, end_ms: int) -> None:
        """Take the buckets up to `end_ms` into account, none of which had any volume, without scores of theirs.

        A bucket without volume is never new for the brand, so this is what `observe` comes to in a hundredth of the
        time, but for a little: the record gets the last of their states alone, which no earlier one of them is above.
        It does nothing before the first bucket, and for times gone by.
        """
        if self._last_ms is None or self._first_ms is None:
            return
        start_ms = self._last_ms + self._width_ms
        number = (end_ms - start_ms) // self._width_ms
        if number > 0:
            self._rhythm.quiet(start_ms, start_ms + number * self._width_ms)
            self._buckets += number
            self._last_ms += number * self._width_ms
            self._recent.add(self._last_ms, 0)
            self._know(self._state(self._last_ms)[2], self._last_ms, self._first_ms)

    def backfill(self, bucket_start_ms: int, volume: float) -> None:
        """Learn from the next bucket without ever firing: its state is known from then on. Raises as `observe` does."""
        first_ms = self._take(bucket_start_ms, volume)
        _, _, state = self._state(bucket_start_ms)
        self._know(state, bucket_start_ms, first_ms)
        self._learn(bucket_start_ms, volume)

    def correct(self, bucket_start_ms: int, volume: float) -> None:
        """Put right the volume of an earlier bucket, for what is observed from now on; scores given stay as they were.

        A correction opens no alert: what it makes of the present state counts as known. One older than the longest
        scale changes nothing.
        """
        _check(volume)
        if self._first_ms is None or self._last_ms is None or not self._recent.correct(bucket_start_ms, volume):
            return
        self._know(self._state(self._last_ms)[2], self._last_ms, self._first_ms)

    def _know(self, state: list[float], at_ms: int, first_ms: int) -> None:
        self._record.keep(state, (at_ms - first_ms) / DAY_MS * self._sinks)

    def _take(self, start_ms: int, volume: float) -> int:
        _check(volume)
        if self._last_ms is not None and start_ms <= self._last_ms:
            raise ValueError("a bucket must be later than the one before")
        if self._first_ms is None:
            self._first_ms = start_ms
        self._last_ms = start_ms
        self._buckets += 1
        self._recent.add(start_ms, volume)
        return self._first_ms

    def _state(self, start_ms: int) -> tuple[list[float], list[float], list[float]]:
        """Return the volume and the expected volume of each scale, and the state that they make."""
        sums, end_ms = self._recent.sums(), start_ms + self._width_ms
        means = [self._rhythm.mean * scale / self._width_ms for scale in self._scales]
        seasons = [self._rhythm.season(end_ms, scale) for scale in self._scales]
        expected = [mean * season for mean, season in zip(means, seasons, strict=True)]
        state = [
            log(volume + _COUNT) - _SEASON * log((usual + _COUNT) / (mean + _COUNT))
            for volume, usual, mean in zip(sums, expected, means, strict=True)
        ]
        return sums, expected, state

    def _lasts(self, volume: float, expected: float) -> bool:
        """A burst widens the scatter that is expected of a young series, so a z alone would end it too early."""
        return self._rhythm.z(volume, expected) >= _BAND or volume >= _TIMES * max(1.0, expected)

    def _weight(self, days: float) -> float:
        """Return how much the record says at its age."""
        return min(1.0, days / _FULL_DAYS) if days >= _LEAST_DAYS and self._buckets > _LEAST_BUCKETS else 0.0

    def _discount(self, start_ms: int) -> float:
        if self._episode_ms is None:
            return 0.0
        return _SAME_EPISODE * exp((self._episode_ms - start_ms) / self._episode_span_ms)

    def _learn(self, start_ms: int, volume: float) -> None:
        self._rhythm.learn(start_ms, start_ms + self._width_ms, volume)

    def side(self) -> dict[str, Any]:
        """Return all that was learnt, as JSON values."""
        return {
            "buckets": self._buckets,
            "first_ms": self._first_ms,
            "last_ms": self._last_ms,
            "episode_ms": self._episode_ms,
            "alert_ms": self._alert_ms,
            "recent": self._recent.side(),
            "rhythm": self._rhythm.side(),
            "record": self._record.side(),
        }

    def load(self, side: dict[str, Any]) -> None:
        """Become what `side` returned, of a series with the same width."""
        self._buckets, self._first_ms, self._last_ms = side["buckets"], side["first_ms"], side["last_ms"]
        self._episode_ms, self._alert_ms = side["episode_ms"], side["alert_ms"]
        self._recent.load(side["recent"])
        self._rhythm.load(side["rhythm"])
        self._record = Record(side["record"])


def _check(volume: float) -> None:
    if not 0 <= volume <= LARGEST:
        raise ValueError(f"a volume must be a number from 0 to {LARGEST:g}")
