"""What a store has to say about a brand and its rivals, from its own answers alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from deploy.asked_times import day_after, day_start
from deploy.demo.episodes import DAY_MS, Episode, Feeling, episodes, feeling
from deploy.demo.waves import Wave, waves
from schemas.alert import Alert
from schemas.brand import Brand
from sinks.questions import Span, VolumePoint
from sinks.store import Questions

WEEK_MS = 7 * DAY_MS
_ALERTS = 8  # the latest
_QUIET = 0.6  # of the median week before


@dataclass(frozen=True, slots=True)
class QuietWeek:
    """A week, from Monday, in which a brand had `count` mentions where the median week before had `before`."""

    monday: datetime
    count: int
    before: float


@dataclass(frozen=True, slots=True)
class Rival:
    """A brand of the same group: its mentions, its share of the group's, its notable days and its quiet weeks."""

    name: str
    count: int
    share: float
    busy: list[Episode]
    quiet: list[QuietWeek]


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the summary says; `start` inclusive and `end` exclusive are whole days, times are UTC."""

    brand: Brand
    start: datetime
    end: datetime
    days: list[VolumePoint]
    feeling: Feeling
    episodes: list[Episode]
    waves: list[Wave]
    share: float
    rivals: list[Rival]
    alerts: list[Alert]


def find(questions: Questions, brand: Brand, rivals: Sequence[Brand]) -> Findings | None:
    """Return what is to be said of the brand, or None where the store holds nothing of it."""
    totals = {row.brand: row for row in questions.totals()}
    own = totals.get(brand.id)
    if own is None or own.first is None or own.last is None:
        return None
    start = day_start(own.first)
    end = day_after(own.last)
    span = Span(start, end, DAY_MS)
    days = questions.volume(brand.id, span)
    group = sum(row.count for row in totals.values() if row.brand in {brand.id, *(rival.id for rival in rivals)})
    counts = {rival.id: totals[rival.id].count if rival.id in totals else 0 for rival in rivals}
    return Findings(
        brand=brand,
        start=start,
        end=end,
        days=days,
        feeling=feeling(questions.sentiment(brand.id, span)),
        episodes=episodes(questions, brand.id, days),
        waves=waves(questions, brand.id, start, end, days),
        share=own.count / group,
        rivals=[_rival(questions, rival, span, counts[rival.id], group) for rival in rivals],
        alerts=questions.alerts(brand.id, start, end, None, _ALERTS)[::-1],
    )


def _rival(questions: Questions, rival: Brand, span: Span, count: int, group: int) -> Rival:
    days = questions.volume(rival.id, span)
    weeks = [
        week
        for week in questions.volume(rival.id, Span(span.start, span.end, WEEK_MS))
        if span.start <= week.time and week.time + timedelta(days=7) <= span.end  # whole weeks only
    ]
    quiet: list[QuietWeek] = []
    for number, week in enumerate(weeks):
        before = median(earlier.count for earlier in weeks[:number]) if number else 0
        if week.count <= _QUIET * before:
            quiet.append(QuietWeek(week.time, week.count, before))
    return Rival(rival.name, count, count / group, episodes(questions, rival.id, days), quiet)
