"""How large a cascade will be: the number of reshares within a horizon, with an 80 % interval.

Small networks read the features of the course so far (`enrich.course`) and say the first, the fifth and the ninth
decile of log((final - seen + 1/2) / seen). What depends on the horizon enters by weights that are not negative, so that
a longer horizon never has a smaller forecast - but for one thing: the usual model knows no source, and takes what it is
asked as a hint. Asked for a day it leans to posts that are slow to spread, as on Weibo, asked for a week to tweets, so
that between a day and a week its forecasts may fall. Those for up to a day, those from a week on, and all of a source's
own model keep the order. Whether followers are known changes no forecast.

As it knows no source, the ends of the usual model reach over every kind of cascade that fits what is seen, also over
kinds that no source is known for; a source's own model, where there is one, has narrower intervals.

Once five reshares were seen, the lower end is that of all cascades, whatever becomes of them: nine in ten reach it. The
middle and the upper end are those of cascades that reach at least 20; before five, all three are those of all.

`forecast.json` holds the numbers, made by `python -m tests.bench.cascade_training`, where the populations that they
learned from are described.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, floor, tanh
from typing import Any, Final

from enrich.attention import DEFAULT, Attention
from enrich.course import DAY_S, Points, features

HORIZON_S: Final = 7 * DAY_S
USUAL: Final = "default"
"""The model for every source that has none of its own; it adapts to what it sees and to what it is asked."""

_FARTHEST = 4.0  # features count as no farther out than so many deviations: far from what was learned, stay sober
_MOST = 12.0  # of the log of growth
_LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class Forecast:
    """The expected final number of reshares (the middle of what is likely) and its 80 % interval.

    `seen <= low <= final <= high`, all finite. Of all cascades, also those that end early, nine in ten reach `low`.
    """

    final: float
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Network:
    """One network: rows of `inner` are the weights of a hidden unit (its offset last), rows of `outer` those of a
    decile over hidden units, then features (its offset last)."""

    inner: Sequence[Sequence[float]]
    outer: Sequence[Sequence[float]]

    def deciles(self, inputs: Sequence[float]) -> list[float]:
        """Return the three deciles of the log of growth for normalised features."""
        hidden = [tanh(_line(row, inputs)) for row in self.inner]
        return [_line(row, [*hidden, *inputs]) for row in self.outer]


@dataclass(frozen=True, slots=True)
class Model:
    """Networks whose answers are averaged, and the mean and deviation of each feature that they read, from the first
    on. `added` has a row for each decile: the weights of a line over the features (its offset last) that is added."""

    means: Sequence[float]
    deviations: Sequence[float]
    networks: Sequence[Network]
    added: Sequence[Sequence[float]]

    def deciles(self, found: Sequence[float]) -> list[float]:
        """Return the three deciles of the log of growth, in order."""
        inputs = [
            min(max((value - mean) / deviation, -_FARTHEST), _FARTHEST)
            for value, mean, deviation in zip(found, self.means, self.deviations, strict=False)
        ]
        answers = [sorted(network.deciles(inputs)) for network in self.networks]
        means = [sum(column) / len(answers) for column in zip(*answers, strict=True)]
        return sorted(mean + _line(row, inputs) for mean, row in zip(means, self.added, strict=True))


def sources() -> list[str]:
    """Return the names of the models, the usual one first."""
    return list(_table())


@cache
def model(source: str) -> Model:
    """Return the source's model; the usual one for a source that has none."""
    table = _table()
    held = table.get(source, table[USUAL])
    networks = [Network(network["inner"], network["outer"]) for network in held["networks"]]
    return Model(held["means"], held["deviations"], networks, held["added"])


def forecast(
    course: Points,
    age_s: float,
    horizon_s: float = HORIZON_S,
    *,
    source: str = USUAL,
    attention: Attention = DEFAULT,
) -> Forecast:
    """Return the forecast of a course at `age_s`, for the number at `horizon_s` (both seconds since the post).

    A course that is older than the horizon is what it is.
    """
    seen = sum(number for _, number in course)
    whole = round(seen)
    if age_s >= horizon_s:
        return Forecast(seen, whole, whole)
    found = features(course, age_s, horizon_s, attention)
    low, middle, high = (grown(seen, decile) for decile in model(source).deciles(found))
    low_number = max(whole, floor(low))
    return Forecast(max(middle, low_number), low_number, max(round(high + 0.4999), low_number))


def grown(seen: float, log_growth: float) -> float:
    """Return the final number for a log of growth; at least `seen`, and finite."""
    return min(seen + max(exp(min(log_growth, _MOST)) * max(seen, 0.5) - 0.5, 0.0), max(_LARGEST, seen))


def _line(row: Sequence[float], inputs: Sequence[float]) -> float:
    return sum(map(float.__mul__, row, inputs), row[-1])


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(files("enrich").joinpath("forecast.json").read_text(encoding="utf-8"))
    return table
