"""Hours in which many accounts that hardly anybody follows say the same: amplification that looks bought."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from sinks.questions import Span, VolumePoint
from sinks.store import Questions

HOUR_MS = 3_600_000
_HOUR = timedelta(hours=1)
_LEAST_MENTIONS = 20  # in an hour: below that, a share says nothing
_COPIES = 0.6  # share of reposts and near-copies from which an hour is looked at
_TIMES_FEWER = 10  # followers per author against a usual day
_MOST_READ = 2_000


@dataclass(frozen=True, slots=True)
class Wave:
    """Such hours in a row: `start` inclusive, `end` exclusive.

    `copies` of the `count` mentions are reposts or near-copies; `followers` is the mean per author in these hours,
    `usual_followers` on the brand's median day; `wording` is the text that came most often.
    """

    start: datetime
    end: datetime
    count: int
    copies: int
    authors: int
    followers: float
    usual_followers: float
    wording: str


def waves(questions: Questions, brand: str, start: datetime, end: datetime, days: Sequence[VolumePoint]) -> list[Wave]:
    """Return the brand's bought-looking waves in order of time; `days` is its volume per day."""
    usual = median([mean for day in days if (mean := followers_per_author(day)) is not None] or [0.0])
    looked_at = [
        hour
        for hour in questions.volume(brand, Span(start, end, HOUR_MS))
        if hour.count >= _LEAST_MENTIONS
        and 1 - hour.distinct_count / hour.count >= _COPIES
        and (mean := followers_per_author(hour)) is not None
        and mean * _TIMES_FEWER <= usual
    ]
    return [_wave(questions, brand, hours, usual) for hours in _runs(looked_at)]


def followers_per_author(point: VolumePoint) -> float | None:
    """Return the mean number of followers of the authors for whom it is known."""
    if point.authors is None or point.reach is None or point.reach_unknown is None:
        return None
    known = point.authors - point.reach_unknown
    return point.reach / known if known > 0 else None


def _runs(hours: Sequence[VolumePoint]) -> list[list[VolumePoint]]:
    runs = [[hour] for hour in hours[:1]]
    for before, hour in pairwise(hours):
        if hour.time - before.time == _HOUR:
            runs[-1].append(hour)
        else:
            runs.append([hour])
    return runs


def _wave(questions: Questions, brand: str, hours: list[VolumePoint], usual: float) -> Wave:
    start, end = hours[0].time, hours[-1].time + _HOUR
    documents = questions.mentions(brand, None, start, end, "new", _MOST_READ)
    wordings = Counter(document.text for document in documents if document.text)
    authors = sum(hour.authors or 0 for hour in hours)
    known = authors - sum(hour.reach_unknown or 0 for hour in hours)
    followers = sum(hour.reach or 0 for hour in hours) / max(1, known)
    count = sum(hour.count for hour in hours)
    copies = count - sum(hour.distinct_count for hour in hours)
    wording = wordings.most_common(1)[0][0] if wordings else ""
    return Wave(start, end, count, copies, authors, followers, usual, wording)
