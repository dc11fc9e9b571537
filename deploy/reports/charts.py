"""The shapes of a report's charts, in units of the drawing: the template draws them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from zoneinfo import ZoneInfo

from deploy.reports.gathering import HOUR_MS, Hour
from schemas.alert import Alert
from schemas.wire import from_ms, ms
from sinks.questions import SentimentPoint

WIDTH, HEIGHT = 680, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 8, 22
FEELINGS = {"positive": "#0072b2", "neutral": "#999999", "negative": "#d55e00", "unknown": "#c9c9c9"}

_LINES = 4  # of the grid, at most


@dataclass(frozen=True, slots=True)
class Tick:
    """A label of an axis, at a place on it."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Points of the volume, of what was expected, of the bands of what is usual, and places of alerts."""

    volume: str
    expected: Sequence[str]
    bands: Sequence[str]
    alerts: Sequence[tuple[float, float]]
    across: Sequence[Tick]
    up: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a bar; `name` is the feeling that it is of."""

    x: float
    y: float
    width: float
    height: float
    name: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars whose parts stand on each other."""

    parts: Sequence[Bar]
    across: Sequence[Tick]
    up: Sequence[Tick]


def line_chart(hours: Sequence[Hour], alerts: Sequence[Alert], zone: ZoneInfo) -> Lines:
    """Return the volume by the hour with what is usual: about two standard deviations of a count that scatters as
    counts of independent posts do."""
    bounds = [None if one.expected is None else _usual(one.expected) for one in hours]
    most = max([one.count for one in hours] + [high for bound in bounds if bound for high in bound[1:]], default=0)
    up, top = _scale(most)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(hours))

    def x(place: int) -> float:
        return LEFT + (place + 0.5) * step

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)

    stretches = _stretches([bound is not None for bound in bounds])
    known = [[(n, bound) for n in places if (bound := bounds[n])] for places in stretches]
    starts = {one.start_ms: n for n, one in enumerate(hours)}
    marks = [starts.get(ms(alert.opened_at) // HOUR_MS * HOUR_MS) for alert in alerts]
    return Lines(
        volume=_points([(x(n), y(one.count)) for n, one in enumerate(hours)]),
        expected=[_points([(x(n), y(hours[n].expected or 0)) for n, _ in part]) for part in known],
        bands=[
            _points([(x(n), y(low)) for n, (low, _) in part] + [(x(n), y(high)) for n, (_, high) in reversed(part)])
            for part in known
        ],
        alerts=[(round(x(n), 1), round(y(hours[n].count), 1)) for n in marks if n is not None],
        across=_across([from_ms(one.start_ms).astimezone(zone) for one in hours], step),
        up=[Tick(round(y(value), 1), f"{value:,}") for value in up],
    )


def feeling_chart(points: Sequence[SentimentPoint], zone: ZoneInfo) -> Bars:
    """Return the feelings by the day where there are several days, else by the hour."""
    times = [point.time.astimezone(zone) for point in points]
    daily = len(times) > 0 and times[-1] - times[0] > timedelta(hours=30)
    sums: dict[datetime, dict[str, int]] = {}
    for time, point in zip(times, points, strict=True):
        of = sums.setdefault(time.replace(hour=0, minute=0) if daily else time, dict.fromkeys(FEELINGS, 0))
        for name in FEELINGS:
            of[name] += getattr(point, name)
    up, top = _scale(max((sum(of.values()) for of in sums.values()), default=0))
    step, room = (WIDTH - LEFT - RIGHT) / max(1, len(sums)), HEIGHT - TOP - BOTTOM
    parts = []
    for place, of in enumerate(sums.values()):
        below = 0.0
        for name, count in of.items():
            height = room * count / top
            below += height
            if count:
                x, y = LEFT + (place + 0.1) * step, HEIGHT - BOTTOM - below
                parts.append(Bar(round(x, 1), round(y, 1), round(0.8 * step, 1), round(height, 1), name))
    lines = [Tick(round(HEIGHT - BOTTOM - room * value / top, 1), f"{value:,}") for value in up]
    return Bars(parts, _across(list(sums), step), lines)


def _usual(expected: float) -> tuple[float, float]:
    scatter = 2 * sqrt(expected + 1)
    return max(0.0, expected - scatter), expected + scatter


def _scale(most: float) -> tuple[list[int], int]:
    """Return round values from 0 up, and the last of them, which is at least `most`."""
    step = next(
        factor * 10**power for power in range(18) for factor in (1, 2, 5) if factor * 10**power * _LINES >= most
    )
    count = max(1, -int(-most // step))
    return [step * n for n in range(count + 1)], step * count


def _across(times: Sequence[datetime], step: float) -> list[Tick]:
    """Return the days, or of a single day every third hour."""
    if len({time.date() for time in times}) > 2:
        return [
            Tick(round(LEFT + n * step, 1), f"{time:%m-%d}")
            for n, time in enumerate(times)
            if n == 0 or time.date() != times[n - 1].date()
        ]
    return [Tick(round(LEFT + n * step, 1), f"{time:%H:%M}") for n, time in enumerate(times) if time.hour % 3 == 0]


def _stretches(known: Sequence[bool]) -> list[list[int]]:
    """Return the places that are known, in unbroken rows."""
    rows: list[list[int]] = []
    for place, is_known in enumerate(known):
        if is_known and place and known[place - 1]:
            rows[-1].append(place)
        elif is_known:
            rows.append([place])
    return rows


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
