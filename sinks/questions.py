"""What can be asked of a store, and the shapes of its answers. Every store answers alike (tests/contracts)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from schemas.errors import UsageError
from schemas.mention import Mention
from schemas.trend import BUCKET_MS, bucket_start
from schemas.wire import Timestamp, Wire, ms

TopKind = Literal["entities", "authors", "hashtags", "links", "mentions"]
Sort = Literal["new", "velocity", "reach"]

MAX_POINTS = 100_000
MOST = 2**40
"""Numbers of people and deeds are cut here, above what there are, so that any sum of them fits into 64 bits."""

_WEEK_MS = 7 * 86_400_000
_FIRST_MONDAY_MS = 4 * 86_400_000


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of event time: `start` inclusive, `end` exclusive, both aware UTC; `interval_ms` is the width of the
    answer's buckets, which are aligned to multiples of it since 1970 (weeks: to Mondays).

    Trends know nothing finer than their five minutes, so both ends are widened to whole ones: `first_ms` inclusive,
    `last_ms` exclusive. The outermost buckets of an answer hold only what lies between these two.
    Raises UsageError when it is empty, has too many buckets, or the width is not a multiple of five minutes.
    """

    start: datetime
    end: datetime
    interval_ms: int

    def __post_init__(self) -> None:
        """Refuse a span that cannot be answered."""
        if self.interval_ms <= 0 or self.interval_ms % BUCKET_MS:
            raise UsageError(f"an interval of {self.interval_ms} ms is not a multiple of 5 minutes")
        if self.end <= self.start:
            raise UsageError(f"nothing lies between {self.start:%Y-%m-%dT%H:%MZ} and {self.end:%Y-%m-%dT%H:%MZ}")
        if (self.last_ms - self.first_ms) // self.interval_ms > MAX_POINTS:
            raise UsageError(f"more than {MAX_POINTS} points: ask for a longer interval or a shorter time")

    @property
    def first_ms(self) -> int:
        """The start, widened to a whole five minutes, in ms."""
        return bucket_start(ms(self.start))

    @property
    def last_ms(self) -> int:
        """The end, widened to a whole five minutes, in ms."""
        return bucket_start(ms(self.end) + BUCKET_MS - 1)

    @property
    def offset_ms(self) -> int:
        """How far after 1970-01-01T00:00Z, a Thursday, the buckets begin: weeks begin on Mondays."""
        return _FIRST_MONDAY_MS if self.interval_ms % _WEEK_MS == 0 else 0

    def starts(self) -> range:
        """Return the start of each bucket of the answer, in ms."""
        first = self.first_ms - (self.first_ms - self.offset_ms) % self.interval_ms
        return range(first, self.last_ms, self.interval_ms)


class Arrivals(NamedTuple):
    """Mentions in the order in which a store first had them, and the cursor to ask on from."""

    mentions: list[Mention]
    cursor: str


class VolumePoint(Wire):
    """A brand's volume in one interval, and what was `expected` of it, None where the baseline is thin.

    `authors` and what goes by them is None where people were not asked for.
    `reach` counts each author once, with the largest number of followers seen in the interval; `reach_unknown` is the
    number of authors whose followers are not known. `engagement_rate` is engagement / reach, None without reach.
    """

    time: Timestamp
    brand: str
    count: int
    distinct_count: int
    expected: float | None
    authors: int | None
    reach: int | None
    reach_unknown: int | None
    engagement: int
    engagement_rate: float | None


class SentimentPoint(Wire):
    """A brand's sentiment in one interval; `balance` is (positive - negative) / (positive + negative), None if 0."""

    time: Timestamp
    brand: str
    positive: int
    neutral: int
    negative: int
    unknown: int
    balance: float | None


class SharePoint(Wire):
    """A brand's share of its group's mentions in one interval, with and without near-copies; None if no mention."""

    time: Timestamp
    brand: str
    count: int
    share: float | None
    distinct_share: float | None


class TopRow(Wire):
    """One of the most frequent values of a kind: `label` for entities, `reach` for authors."""

    value: str
    count: int
    label: str | None = None
    reach: int | None = None


class TotalRow(Wire):
    """What a store holds of one brand."""

    brand: str
    count: int
    first: Timestamp | None
    last: Timestamp | None
