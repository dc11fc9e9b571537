"""Days on which much more was said about a brand than usual, and what can be told about them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from schemas.mention import Mention
from sinks.questions import SentimentPoint, Span, TopRow, VolumePoint
from sinks.store import Questions

DAY = timedelta(days=1)
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
_TIMES_USUAL = 1.8
_LEAST_MORE = 25  # mentions above the usual: twice next to nothing is nothing
_ONE_SIDED = 0.6  # share of the mentions with a feeling from which a stretch is called good or bad
_MOST_READ = 20_000
_LOUDEST = 3

Mood = Literal["good", "bad", "mixed"]


@dataclass(frozen=True, slots=True)
class Feeling:
    """How many mentions felt how."""

    positive: int
    neutral: int
    negative: int
    unknown: int

    @property
    def negative_share(self) -> float | None:
        """Return the negative share of the mentions with a feeling, None without any."""
        felt = self.positive + self.negative
        return self.negative / felt if felt else None

    @property
    def mood(self) -> Mood:
        """Return which side prevails."""
        share = self.negative_share
        if share is None or 1 - _ONE_SIDED < share < _ONE_SIDED:
            return "mixed"
        return "bad" if share >= _ONE_SIDED else "good"


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of notable days, `start` inclusive, `end` exclusive.

    `usual` is as many median days; `expected` what the hours of the week before made likely, None where one day has no
    baseline. `origin` is the mention that drew most engagement, `loudest` are mentions of the authors with most
    followers; `languages` are shares.
    """

    start: datetime
    end: datetime
    count: int
    distinct: int
    usual: float
    expected: float | None
    peak: VolumePoint
    feeling: Feeling
    languages: list[tuple[str, float]]
    hashtags: list[TopRow]
    origin: Mention | None
    loudest: list[Mention]


def episodes(questions: Questions, brand: str, days: Sequence[VolumePoint]) -> list[Episode]:
    """Return the brand's notable stretches in order of time; `days` is its volume per day."""
    usual = median(day.count for day in days)
    notable = [day for day in days if day.count >= max(_TIMES_USUAL * usual, usual + _LEAST_MORE)]
    runs = [[day] for day in notable[:1]]
    for before, day in pairwise(notable):
        if day.time - before.time == DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [_episode(questions, brand, run, usual * len(run)) for run in runs]


def feeling(points: Sequence[SentimentPoint]) -> Feeling:
    """Return the sum of the points."""
    return Feeling(
        sum(point.positive for point in points), sum(point.neutral for point in points),
        sum(point.negative for point in points), sum(point.unknown for point in points),
    )  # fmt: skip


def _episode(questions: Questions, brand: str, run: list[VolumePoint], usual: float) -> Episode:
    start, end = run[0].time, run[-1].time + DAY
    hours = questions.volume(brand, Span(start, end, HOUR_MS))
    expected = [day.expected for day in run]
    documents = questions.mentions(brand, None, start, end, "reach", _MOST_READ)
    languages = Counter(document.language for document in documents)
    loudest: dict[str, Mention] = {}
    for document in documents:
        if document.author is not None:
            loudest.setdefault(document.author.handle or document.author.id or document.id, document)
    return Episode(
        start=start,
        end=end,
        count=sum(day.count for day in run),
        distinct=sum(day.distinct_count for day in run),
        usual=usual,
        expected=None if None in expected else sum(day or 0.0 for day in expected),
        peak=max(hours, key=lambda hour: hour.count),
        feeling=feeling(questions.sentiment(brand, Span(start, end, DAY_MS))),
        languages=[(language, count / len(documents)) for language, count in languages.most_common()],
        hashtags=questions.top("hashtags", brand, start, end, 3),
        origin=max(documents, key=lambda document: document.engagement, default=None),
        loudest=list(loudest.values())[:_LOUDEST],
    )
