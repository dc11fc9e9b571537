"""How fast attention decays after a post: the spread of the times at which people share it, learned per source.

The age of a post when it is shared follows a log-normal law well enough (Zaman, Fox and Bradlow, "A Bayesian Approach
for Predicting the Popularity of Tweets", 2014). A source is known by the middle and the width of that law.
"""

from dataclasses import dataclass
from math import log, sqrt
from typing import Any

from enrich.state import Table

WEEKS = 8
"""How many weeks of event time a source's law is learned from."""

ENOUGH = 200
"""The reshares that must be seen before a source's own law is used."""

_WEEK_MS = 7 * 24 * 3_600_000
_STEPS = 4  # a doubling of the age is four bins wide
_BINS = 82  # up to two weeks
_OLDEST_S = 14 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Attention:
    """The middle (log of seconds) and width of the ages at which a source's posts are shared.

    The default is the middle between sources; `doubt` is how far one cascade's middle may lie from it.
    """

    middle: float = log(2400)
    width: float = 1.6
    doubt: float = 1.3


DEFAULT = Attention()


class Ages:
    """Ages of shared posts by source: one small value for each, whose size does not grow.

    Commutative: the order in which reshares are told changes nothing, as long as none comes eight weeks late. It does
    not recognise what it was told before.
    """

    def __init__(self, table: Table) -> None:
        """Keep them in `table`, by source."""
        self._table = table

    def saw(self, source: str, published_ms: int, reshared_ms: int) -> None:
        """Note that a post was reshared; what is older than two weeks, or comes eight weeks late, is left out."""
        age_s = (reshared_ms - published_ms) / 1000
        if not 0 <= age_s <= _OLDEST_S:
            return
        weeks: dict[str, list[int]] = self._table.get(source) or {}
        week = reshared_ms // _WEEK_MS
        newest = max([week, *map(int, weeks)])
        if week <= newest - WEEKS:
            return
        weeks = {name: counts for name, counts in weeks.items() if int(name) > newest - WEEKS}
        counts = weeks.setdefault(str(week), [0] * _BINS)
        counts[int(_STEPS * log(max(age_s, 1.0)) / log(2))] += 1
        self._table.put(source, weeks)

    def attention(self, source: str) -> Attention:
        """Return the source's law; the default while fewer than 200 reshares were seen."""
        weeks: dict[str, Any] = self._table.get(source) or {}
        counts = [sum(column) for column in zip(*weeks.values(), strict=True)]
        total = sum(counts)
        if total < ENOUGH:
            return DEFAULT
        ages = [(place + 0.5) / _STEPS * log(2) for place in range(_BINS)]
        middle = sum(age * count for age, count in zip(ages, counts, strict=True)) / total
        variance = sum((age - middle) ** 2 * count for age, count in zip(ages, counts, strict=True)) / total
        # Part of the spread lies between cascades, part within each: half of the variance is taken for either.
        return Attention(middle, max(sqrt(variance / 2), 0.8), max(sqrt(variance / 2), 0.5))
