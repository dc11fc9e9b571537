"""The course of a cascade up to a moment, and the numbers in which it differs from other courses.

A course is points (seconds since the post, reshares there), whatever it was seen through: reshares with their times,
totals observed now and then, or both.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import erfc, exp, log, sqrt
from statistics import NormalDist

from enrich.attention import DEFAULT, Attention
from enrich.cascade import Cascade
from enrich.velocity import increments

Points = Sequence[tuple[float, float]]
"""(seconds since the post, number of reshares), oldest first."""

FEATURES = (
    "seen", "age", "span", "rest", "law", "doubt", "growth", "half", "quarter", "eighth", "early", "first", "gap",
    "start", "asked", "asked late",
)  # fmt: skip
"""What `features` returns, in order.

The last two say for what one asks: 1 for a day or less, 0 for a week or more, and that times the log of the age.
Networks that learned from one population do not read them; for the others they are a hint of the kind of source, see
`enrich.forecast`.
"""

RISING = (2, 3, 4)
"""The places of what depends on the horizon; each grows with it."""

DAY_S = 86_400.0

_LAW = NormalDist(DEFAULT.middle, DEFAULT.width)  # of the logs of the ages at which posts are shared
_LEAST_SHARE = 1e-9
_PARTS = 8  # into how many points an increment between two observations is cut, ...
_MOST_PARTS = 256  # ... fewer where there are many observations
_MIDDLES = tuple(log(60) + step * log(2880) / 13 for step in range(14))  # a minute to two days
_EIGHT = log(8)
_WIDTHS = (0.8, 1.3, 1.9, 2.6)
_MOST_SAID = 500.0  # more reshares than that say no more of what will come: they depend on one another


def points(cascade: Cascade, published_ms: int, as_of_ms: int) -> list[tuple[float, float]]:
    """Return the course of the reposts that came by `as_of_ms`; what claims to be older than the post came with it."""
    found: list[tuple[float, float]] = []
    moves = list(increments(cascade, "reposts", published_ms))
    most = max(min(_PARTS, _MOST_PARTS // max(len(moves), 1)), 1)
    for start_h, end_h, number in moves:
        start_s, end_s = (max(at_h * 3600 - published_ms / 1000, 0.0) for at_h in (start_h, end_h))
        ages = _ages(start_s, end_s, most)
        found += [(at_s, number / len(ages)) for at_s in ages if at_s * 1000 <= as_of_ms - published_ms]
    return sorted(found)


def _ages(start_s: float, end_s: float, parts: int) -> list[float]:
    """Return when so many equal parts of an increment came, by the usual law of attention between two ages.

    Spread evenly they would say that attention does not fade, of which a total tells nothing.
    """
    if end_s <= start_s:
        return [start_s]
    before, behind = (_LAW.cdf(log(max(at_s, 1.0))) for at_s in (start_s, end_s))
    shares = [before + (behind - before) * (part + 0.5) / parts for part in range(parts)]
    if not 0 < shares[0] <= shares[-1] < 1 or behind - before < _LEAST_SHARE:  # so late that the law says nothing
        return [start_s + (end_s - start_s) * (part + 0.5) / parts for part in range(parts)]
    return [min(max(exp(_LAW.inv_cdf(share)), start_s), end_s) for share in shares]


def reaches(cascade: Cascade, published_ms: int, as_of_ms: int) -> tuple[list[tuple[float, float]], list[float]] | None:
    """Return the course of the reposts that were told one by one, and the mean followers of resharers at each point.

    None where the followers of most are not known or all are 0, or nothing but totals was seen of most reposts.
    """
    held = [
        (max(seconds / sum(kinds) - published_ms / 1000, 0.0), kinds[0], followers, sum(kinds) - unknown)
        for *kinds, followers, unknown, seconds in cascade.deeds.values()
        if kinds[0]
    ]
    held = sorted(deed for deed in held if deed[0] * 1000 <= as_of_ms - published_ms)
    known = sum(number for *_, number in held)
    if known * 2 <= max(cascade.seen("reposts"), *(total for _, total in cascade.observed("reposts")), 0):
        return None
    if not any(followers for _, _, followers, _ in held):
        return None  # nobody followed by anyone: a source that writes 0 for what it does not know
    mean = sum(followers for _, _, followers, _ in held) / known
    return [(at_s, float(number)) for at_s, number, _, _ in held], [
        followers / told if told else mean for _, _, followers, told in held
    ]


def features(course: Points, age_s: float, horizon_s: float, attention: Attention = DEFAULT) -> list[float]:
    """Return what a forecast is made from: the course up to `age_s`, of which the number at `horizon_s` is wanted.

    Every number is finite, and those of `RISING` grow with the horizon. Both times are at least two seconds. More than
    500 reshares are read as 500 in the same course.
    """
    age_s = max(age_s, 2.0)
    span = max(horizon_s / age_s, 1.0)
    seen = sum(number for _, number in course)
    if seen > _MOST_SAID:
        course = [(at_s, number * _MOST_SAID / seen) for at_s, number in course]
        seen = _MOST_SAID
    log_age = log(age_s)
    first_sum = second_sum = 0.0
    tail = [0.0] * 3  # the last half, quarter and eighth of the time
    head = [0.0] * 2  # the first eighth and quarter
    for at_s, number in course:
        place = log(min(max(at_s, 1.0), age_s))
        first_sum += number * place
        second_sum += number * place * place
        part = at_s / age_s
        if part >= 0.5:
            tail[0] += number
            if part >= 0.75:
                tail[1] += number
                tail[2] += number * (part >= 0.875)
        elif part <= 0.25:
            head[1] += number
            head[0] += number * (part <= 0.125)
    law, doubt = _log_normal(seen, first_sum, second_sum, log_age, log_age + log(span), attention)
    shares = [
        log((part + expected * 2) / (seen + 4))
        for part, expected in zip((*tail, *head), (0.5, 0.25, 0.125, 0.125, 0.25), strict=True)
    ]
    asked = min(max(1 - log(max(horizon_s, 1.0) / DAY_S) / log(7), 0.0), 1.0)
    gap = log((1 - min(course[-1][0] / age_s, 1.0)) * seen + 0.1) if course else 0.0
    start = log(min(course[0][0] / age_s, 1.0) * seen + 0.1) if course else 0.0
    return [
        log(seen + 0.5),
        log_age,
        log(span),
        log(max(1 - 1 / span, 1e-4)),
        law,
        doubt,
        log((seen + 1) / (max(seen * log_age - first_sum, 0.0) + 1)),
        *shares,
        gap,
        start,
        asked,
        asked * log_age,
    ]


def _log_normal(
    seen: float, first_sum: float, second_sum: float, log_age: float, log_horizon: float, attention: Attention
) -> tuple[float, float]:
    """Return the log of how many times over reshares grow until the horizon if their ages follow a log-normal law.

    The mean over laws, each weighted by how well it fits the ages seen, and the deviation for eight times the age.
    Reshares come in bursts, so that many of them say less than as many independent ones: the likelihood is tempered.
    """
    temper = max(seen, 1.0) ** -0.35
    laws = _laws(log_age, log_horizon)
    fits = []
    for middle, width, log_spread, _, _ in laws:
        distance = second_sum - 2 * middle * first_sum + seen * middle * middle
        fit = (-distance / (2 * width * width) - seen * log_spread) * temper
        fit -= ((middle - attention.middle) / attention.doubt) ** 2 / 2 + ((width - attention.width) / 0.6) ** 2 / 2
        fits.append(fit)
    best = max(fits)
    total = mean = eightfold = squares = 0.0
    for fit, (_, _, _, growth, long_growth) in zip(fits, laws, strict=True):
        weight = exp(fit - best)
        total += weight
        mean += weight * growth
        eightfold += weight * long_growth
        squares += weight * long_growth * long_growth
    return mean / total, sqrt(max(squares / total - (eightfold / total) ** 2, 0.0))


@lru_cache(maxsize=64)
def _laws(log_age: float, log_horizon: float) -> list[tuple[float, float, float, float, float]]:
    """Return each law that allows for such an age: middle, width, log of (width times the share of all that is
    younger), log of the growth until the horizon, and until eight times the age."""
    found = []
    for middle in _MIDDLES:
        for width in _WIDTHS:
            cover = _below((log_age - middle) / width)
            if cover > 1e-6:
                growth, long_growth = (
                    log(max(_below((at - middle) / width) / cover, 1.0)) for at in (log_horizon, log_age + _EIGHT)
                )
                found.append((middle, width, log(width * cover), growth, long_growth))
    return found


def _below(deviations: float) -> float:
    return 0.5 * erfc(-deviations / sqrt(2))
