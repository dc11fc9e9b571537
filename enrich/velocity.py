"""How fast engagement comes: exponentially weighted rates, and a rank that does not go stale.

With n engagements at time t, a half-life h and the decay l = ln 2 / h, the velocity at T is the sum of
n * l * 2^-((T - t) / h): an exponentially weighted rate per hour in which each engagement counts half after each
half-life (Cormode, Shkapenyuk, Srivastava and Xu, "Forward Decay: A Practical Time Decay Model for Streaming Systems",
ICDE 2009). Spread evenly from a to b, n gives n / (b - a) * (2^-((T - b) / h) - 2^-((T - a) / h)), the integral of it.
"""

from collections.abc import Iterator
from math import exp, expm1, log

from enrich.cascade import DEED_KINDS, Cascade, DeedKind
from schemas.mention import Velocity
from schemas.wire import from_ms

HALF_LIVES_H = (1 / 12, 1.0, 12.0)
"""Five minutes, one hour, twelve hours."""

Increment = tuple[float, float, int]
"""New engagement: from when to when (hours since 1970) it came, evenly, and how much."""

_HOUR_MS = 3_600_000
_LN2 = log(2)


def velocity(cascade: Cascade, published_ms: int) -> Velocity | None:
    """Return how fast engagement came as of the last one, None without any.

    `published_ms` is when the post appeared: a total that is seen for the first time came evenly since then. Values are
    cut to six significant digits, the rank to six decimals, so that they are equal on every machine.
    """
    if not cascade.moved:
        return None
    moves = [increment for kind in DEED_KINDS for increment in increments(cascade, kind, published_ms)]
    if not moves:
        return None
    last_deed_h = (cascade.last_deed_ms or 0) / _HOUR_MS
    as_of_h = max(last_deed_h, max(end for _, end, _ in moves))
    v5m, v1h, v12h = (
        # The last deed itself counts whole, also where its bin is so wide that its mean time lies far back.
        _short(max(_rate(moves, as_of_h, h), _LN2 / h if as_of_h == last_deed_h else 0.0))
        for h in HALF_LIVES_H
    )
    # Rates of which the weights have the mean ages h / ln 2: when a rate climbs evenly, they differ by its slope times
    # the difference of the ages.
    acceleration = (v5m - v1h) * _LN2 / (HALF_LIVES_H[1] - HALF_LIVES_H[0])
    rank = log(v1h) + _LN2 * as_of_h / HALF_LIVES_H[1]
    return Velocity.trusted(
        {
            "v5m": v5m,
            "v1h": v1h,
            "v12h": v12h,
            "acceleration": _short(acceleration),
            "as_of": from_ms(round(as_of_h * _HOUR_MS)),
            "rank": round(rank, 6),
        }
    )


def increments(cascade: Cascade, kind: DeedKind, published_ms: int) -> Iterator[Increment]:
    """Yield the deeds of a kind, each bin at its mean time, and what its observed totals show beyond them.

    What a total exceeds the deeds seen by then is engagement that nobody reported. It is new where it exceeds all
    earlier ones, so that totals which flutter or fall add nothing, and came since the observation before.
    """
    course = cascade.course(kind)
    for at_ms, number in course:
        yield at_ms / _HOUR_MS, at_ms / _HOUR_MS, number
    reported, unreported, place, since_ms = 0, 0, 0, published_ms
    for at_ms, total in cascade.observed(kind):
        while place < len(course) and course[place][0] <= at_ms:
            reported += course[place][1]
            place += 1
        if total - reported > unreported:
            yield min(since_ms, at_ms) / _HOUR_MS, at_ms / _HOUR_MS, total - reported - unreported
            unreported = total - reported
        since_ms = at_ms


def _rate(increments: list[Increment], as_of_h: float, half_life_h: float) -> float:
    """Return engagements per hour; the order of the increments is part of the result's last bits."""
    decay = _LN2 / half_life_h
    rate = 0.0
    for start, end, number in increments:
        weight = exp(-decay * (as_of_h - end))
        rate += number * weight * (-expm1(-decay * (end - start)) / (end - start) if end > start else decay)
    return rate


def _short(value: float) -> float:
    return float(f"{value:.6g}")
