"""When a brand is talked about: its mean volume, the hours and days with more of it, and how it scatters."""

from datetime import UTC, datetime, tzinfo
from math import sqrt
from typing import Any

DAY_MS = 86_400_000

_HOUR_MS = 3_600_000
_WEEK_HOURS = 168
_MEMORY_DAYS = 21  # the mean forgets over three weeks,
_HOUR_DAYS = 28  # the shape of the day over four,
_WEEKDAYS = 6  # and a day of the week over as many of its kind
_HOUR_PRIOR_DAYS = 3  # so many days of "no hour differs" are believed before the first day
_USUAL = 4  # a bucket counts as so many times what was expected at the most: a burst is not the rhythm
_LEAST_FACTOR = 0.02


class Rhythm:
    """The expected volume of a bucket, learnt bucket by bucket in a few numbers that never become more.

    It is a mean times a factor for the hour of day and one for the day of the week, each an exponential mean of
    winsorised volumes, on the wall clock of `zone`. `width_ms` is the width of a bucket. Unlike `schemas.season`, which
    asks the stored volumes of eight weeks, it can be asked for each bucket of a stream and needs no store.
    """

    def __init__(self, width_ms: int, zone: tzinfo = UTC) -> None:
        self._per_day = DAY_MS / width_ms
        self._memory = max(2.0, _MEMORY_DAYS * self._per_day)
        self._zone = zone
        self._buckets = 0
        self._mean = 0.0
        self._hours, self._seen_hours = [1.0] * 24, [0] * 24
        self._days, self._seen_days = [1.0] * 7, [0] * 7
        self._excess, self._square = 0.0, 0.0

    @property
    def mean(self) -> float:
        """The mean volume of a bucket."""
        return self._mean

    def season(self, end_ms: int, span_ms: int) -> float:
        """Return how much more than the mean the hours before `end_ms` make likely: 1 = neither more nor less."""
        return self._factor(*self._last_hour(end_ms), span_ms)

    def _last_hour(self, end_ms: int) -> tuple[int, int]:
        """Return the hour of day and the day of the week that a moment ends."""
        local = datetime.fromtimestamp((end_ms - 1) / 1000, self._zone)
        return local.hour, local.weekday()

    def _factor(self, hour: int, day: int, span_ms: int) -> float:
        hours = round(span_ms / _HOUR_MS)
        if hours <= 1:
            return self._hours[hour] * self._days[day]
        if hours >= _WEEK_HOURS:
            return 1.0
        total = 0.0
        for _ in range(hours):
            total += self._hours[hour] * self._days[day]
            hour -= 1
            if hour < 0:
                hour, day = 23, (day - 1) % 7
        return total / hours

    def learn(self, start_ms: int, end_ms: int, volume: float) -> None:
        """Take a bucket into account."""
        self._buckets += 1
        first_day = self._buckets <= self._per_day
        hour, day = self._last_hour(end_ms)
        expected = self._mean if first_day else self._mean * self._factor(hour, day, end_ms - start_ms)
        usual = volume if first_day else min(volume, _USUAL * (expected + 1))
        if not first_day and self._mean > 0:
            self._learn_shape(hour, day, usual)
            step = 1 / min(self._buckets, self._memory)
            self._excess += step * ((usual - expected) ** 2 - expected - self._excess)
            self._square += step * (expected**2 - self._square)
        self._mean += (usual - self._mean) / min(self._buckets, self._memory)

    def quiet(self, start_ms: int, end_ms: int) -> None:
        """Take all buckets from `start_ms` up to `end_ms` into account, none of which had any volume.

        Comes to what `learn` would make of them one by one, but that the mean and the factor of a day of the week stay
        as they are until the day is over; costs some microseconds a day.
        """
        width_ms = round(DAY_MS / self._per_day)
        left = (end_ms - start_ms) // width_ms
        while left > 0:
            local = datetime.fromtimestamp((start_ms + width_ms - 1) / 1000, self._zone)
            past_ms = (local.hour * 60 + local.minute) * 60_000 + local.second * 1000 + local.microsecond // 1000
            number = min(left, 1 + (DAY_MS - past_ms - 1) // width_ms)
            if self._buckets >= self._per_day and self._mean > 0:
                self._learn_silence(past_ms, local.weekday(), number, width_ms)
            self._mean *= _kept(self._buckets, self._memory, number)
            self._buckets += number
            start_ms += number * width_ms
            left -= number

    def _learn_silence(self, past_ms: int, day: int, number: int, width_ms: int) -> None:
        """Learn the shape and the scatter from so many buckets of one day, the first of which ends so long after its
        midnight."""
        per_hour, per_day = max(1.0, self._per_day / 24), max(1.0, self._per_day)
        prior, most = _HOUR_PRIOR_DAYS * per_hour, _HOUR_DAYS * per_hour
        hours, seen = self._hours, self._seen_hours
        sum_expected = sum_square = 0.0
        hour, done = past_ms // _HOUR_MS, 0
        while done < number:
            upto = min(number, -(-((hour + 1) * _HOUR_MS - past_ms) // width_ms))
            if upto > done:
                expected = self._mean * self._factor(hour, day, width_ms)
                sum_expected += (upto - done) * expected
                sum_square += (upto - done) * expected**2
                left = hours[hour] * _kept(seen[hour] + prior, most, upto - done)
                hours[hour] = left if left > _LEAST_FACTOR else _LEAST_FACTOR
                seen[hour] += upto - done
                done = upto
            hour += 1
        day_kept = _kept(self._seen_days[day] + per_day, _WEEKDAYS * per_day, number)
        self._days[day] = max(_LEAST_FACTOR, self._days[day] * day_kept)
        self._seen_days[day] += number
        kept = _kept(self._buckets, self._memory, number)
        square = sum_square / number
        excess = square - sum_expected / number
        self._excess = excess + kept * (self._excess - excess)
        self._square = square + kept * (self._square - square)

    def _learn_shape(self, hour: int, day: int, usual: float) -> None:
        per_hour = max(1.0, self._per_day / 24)
        by_hour = usual / (self._mean * self._days[day])
        by_day = usual / (self._mean * self._hours[hour])
        self._seen_hours[hour] += 1
        self._seen_days[day] += 1
        hour_weight = min(self._seen_hours[hour] + _HOUR_PRIOR_DAYS * per_hour, _HOUR_DAYS * per_hour)
        day_weight = min(self._seen_days[day] + max(1.0, self._per_day), _WEEKDAYS * max(1.0, self._per_day))
        self._hours[hour] = max(_LEAST_FACTOR, self._hours[hour] + (by_hour - self._hours[hour]) / hour_weight)
        self._days[day] = max(_LEAST_FACTOR, self._days[day] + (by_day - self._days[day]) / day_weight)

    def z(self, volume: float, expected: float) -> float:
        """Return how many standard deviations a volume lies above what was expected."""
        return (volume - expected) / self.deviation(expected)

    def deviation(self, expected: float) -> float:
        """Return the standard deviation of a volume around what is expected.

        Volumes are taken as negative binomial: variance m + d m^2, with d from the moments of the winsorised buckets.
        One is added to the variance, so that the first mention of a brand that is never mentioned is not a wonder.
        """
        dispersion = max(0.0, self._excess / self._square) if self._square > 0 else 0.0
        return sqrt(1 + expected + dispersion * expected**2)

    def side(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return {
            "buckets": self._buckets,
            "mean": self._mean,
            "hours": list(self._hours),
            "seen_hours": list(self._seen_hours),
            "days": list(self._days),
            "seen_days": list(self._seen_days),
            "scatter": [self._excess, self._square],
        }

    def load(self, side: dict[str, Any]) -> None:
        """Become what `side` returned."""
        self._buckets, self._mean = side["buckets"], side["mean"]
        self._hours, self._seen_hours = list(side["hours"]), list(side["seen_hours"])
        self._days, self._seen_days = list(side["days"]), list(side["seen_days"])
        self._excess, self._square = side["scatter"]


def _kept(weight: float, most: float, number: int) -> float:
    """Return what is left of an exponential mean after so many zeros: the product of 1 - 1/w, with w = weight + 1 and
    so on, at the most `most`."""
    if weight + number <= most:
        return weight / (weight + number)
    rising = max(0, int(most - weight))
    return weight / (weight + rising) * (1 - 1 / most) ** (number - rising) if rising else (1 - 1 / most) ** number
