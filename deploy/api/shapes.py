"""The shapes of answers that are not shapes of the pipeline already."""

from typing import Generic, TypeVar

from pydantic import BaseModel

from schemas.alert import Alert
from schemas.mention import Mention, Velocity, Virality
from schemas.wire import Timestamp

T = TypeVar("T")


class Rows(BaseModel, Generic[T]):
    """The rows of an answer."""

    data: list[T]


class Series(Rows[T], Generic[T]):
    """Points over time; `interval_ms` is the width of each."""

    interval_ms: int


class Slice(Rows[T], Generic[T]):
    """One page; `next` is the cursor of the one behind it, null where there is none."""

    next: str | None


class Volume(BaseModel):
    """As `hearken trends volume`; `distinct_count` and `expected` are null where mentions are filtered,
    `authors` and what goes by them with `people=false`."""

    time: Timestamp
    brand: str
    count: int
    distinct_count: int | None = None
    expected: float | None = None
    authors: int | None = None
    reach: int | None = None
    reach_unknown: int | None = None
    engagement: int
    engagement_rate: float | None = None


class Share(BaseModel):
    """A brand's share of its group's mentions in one interval, with and without near-copies; None if there is no
    mention. `brand` is null for all that are not shown."""

    time: Timestamp
    brand: str | None
    count: int
    share: float | None
    distinct_share: float | None


class Reach(BaseModel):
    """Authors and their followers, each author once an interval."""

    time: Timestamp
    brand: str
    authors: int
    reach: int
    reach_unknown: int


class Engaged(BaseModel):
    """Engagement with the mentions of an interval, and as a part of their reach."""

    time: Timestamp
    brand: str
    engagement: int
    engagement_rate: float | None


class Top(BaseModel):
    """A frequent value; `label` of entities, `reach` of authors."""

    value: str
    count: int
    label: str | None = None
    reach: int | None = None


class Measured(BaseModel):
    """A value for one combination of keys, in the order of `by`; a key is null for what lacks the dimension."""

    keys: list[str | None]
    value: float | None


class Measures(BaseModel):
    """Any measure by one or two dimensions, the largest first; `hidden` groups are of too few people to be shown."""

    measure: str
    by: list[str]
    data: list[Measured]
    hidden: int


class Summary(BaseModel):
    """What was said of a brand: mentions, who wrote them and who follows those, engagement, and how people felt."""

    brand: str
    mentions: int
    authors: int
    reach: int
    reach_unknown: int
    engagement: int
    positive: int
    neutral: int
    negative: int
    unknown: int


class Audience(BaseModel):
    """Authors of one kind: how many, their followers, their mentions, and their share of the authors shown."""

    value: str | None
    authors: int
    reach: int
    mentions: int
    share: float


class Audiences(Rows[Audience]):
    """The audience by one dimension; `hidden` groups are of too few people to be shown."""

    hidden: int


class BrandView(BaseModel):
    """A brand, the times of its first and last mention, and until when nothing of it is told."""

    id: str
    name: str
    group: str
    query: str
    query_version: str
    aliases: list[str]
    timezone: str
    exclude: list[str]
    first: Timestamp | None = None
    last: Timestamp | None = None
    muted_until: Timestamp | None = None


class Acknowledgement(BaseModel):
    """That somebody looks after an alert."""

    at: Timestamp
    by: str = ""
    note: str = ""


class AlertView(Alert):
    """An alert, and what people have done about it."""

    acknowledged: Acknowledgement | None = None
    muted_until: Timestamp | None = None


class Observed(BaseModel):
    """The totals of a mention as they were seen at a moment; unknown is null."""

    at: Timestamp
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    views: int | None = None


class Step(BaseModel):
    """How far a mention had spread, so many seconds after it was published: deeds with times, each added up; `reach` is
    the followers of those who passed it on."""

    at: Timestamp
    seconds: float
    reposts: int
    quotes: int
    replies: int
    likes: int
    reach: int


class Spread(BaseModel):
    """A mention's cascade over time, and what is known of how it goes on."""

    mention: str
    published_at: Timestamp
    engagement: int
    velocity: Velocity | None
    virality: Virality | None
    points: list[Step]


class Previewed(Rows[Mention]):
    """What a query matches; the count is at least so many where `count_is_least`."""

    count: int
    count_is_least: bool


class Removed(BaseModel):
    """How many mentions of a brand an exclusion list finds."""

    brand: str
    reason: str
    count: int


class ListView(BaseModel):
    """A ready exclusion list."""

    name: str
    query: str


class SourceView(BaseModel):
    """A source of mentions."""

    source: str
    count: int
    last: Timestamp | None


class Status(BaseModel):
    """What answers, and the time that it holds."""

    version: str
    store: str
    first: Timestamp | None
    last: Timestamp | None


class SessionView(BaseModel):
    """Who asks, what that one may do, and whether with a token; `kibana` is the address of one that shows the same
    store, if there is any."""

    name: str
    role: str
    signed_in: bool
    kibana: str | None = None
