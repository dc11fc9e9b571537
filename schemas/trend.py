"""What one mention adds to its brand, and what a brand's mentions of five minutes come to."""

from typing import Literal

from pydantic import Field

from schemas.mention import SentimentLabel, Virality
from schemas.post import Count, Kind
from schemas.wire import Timestamp, Wire, from_ms

BUCKET_MS = 300_000  # five minutes: the finest scale that spikes are looked for on


def bucket_start(moment_ms: int) -> int:
    """Return the start (ms) of the five-minute bucket that holds the moment."""
    return moment_ms - moment_ms % BUCKET_MS


class Contribution(Wire):
    """What one mention adds to its brand's bucket. `counted` is false for an original known only through reposts;
    `reshares` and `virality` are of mentions that spread, None for all others. `rules` names those of
    the brand's own rules that it meets, None for none. `listed`: true of a post that names so many companies that
    it is about none of them."""

    published_at: Timestamp
    kind: Kind
    counted: bool = True
    sentiment: SentimentLabel = "unknown"
    source: str | None = None
    author: str | None = None
    followers: Count | None = None
    engagement: Count = 0
    signature: str | None = None
    rules: list[str] | None = None
    reshares: Count | None = None
    virality: Virality | None = None
    listed: bool | None = None


class BrandDelta(Wire):
    """A change of one mention's contribution to one brand; `contribution` None withdraws it.

    `bucket` names the bucket of the contribution that it replaces or withdraws, so that a changed `published_at`
    is a withdrawal from the old bucket and a contribution to the new one. A delta older than what is known (by
    `version`) changes nothing. `lane` is the partition that the mention was read from, `clock` how far that was read
    in event time: a brand's mentions come from all of them, and one may be far behind another. What is `history` counts
    and is not judged.
    """

    schema_version: Literal[1] = 1
    brand: str
    mention_id: str
    version: int = Field(ge=0, lt=2**63)
    bucket: Timestamp
    contribution: Contribution | None = None
    lane: int | None = None
    clock: Timestamp | None = None
    history: bool = False


class TrendBucket(Wire):
    """A brand's five minutes. `revision` grows each time the bucket is sent again.

    `distinct_count` leaves out pure reposts and near-copies of an earlier mention of the brand within 48 h.
    `reach` is the sum over distinct authors of their followers where known; `reach_unknown` counts the authors
    whose followers are not. `expected` is the volume that the hour of week makes likely, None in a thin baseline.
    """

    schema_version: Literal[1] = 1
    brand: str
    start: Timestamp
    revision: int
    count: int
    distinct_count: int
    positive: int
    neutral: int
    negative: int
    unknown: int
    authors: int
    reach: int
    reach_unknown: int
    engagement: int
    expected: float | None = None
    revised: bool = False

    @property
    def id(self) -> str:
        """Return the key: brand and start."""
        return f"{self.brand}@{self.start:%Y-%m-%dT%H:%MZ}"


def bucket_time(moment_ms: int) -> Timestamp:
    """Return the moment at which the bucket of `moment_ms` starts."""
    return from_ms(bucket_start(moment_ms))
