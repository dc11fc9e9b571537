"""The mention: a post that is about a brand, and what enrichment adds to it."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.post import PostEvent
from schemas.wire import PlainText, Timestamp, Wire

SentimentLabel = Literal["positive", "neutral", "negative", "unknown"]
EntityLabel = Literal["person", "organisation", "place", "product", "work", "event", "brand"]
EmotionLabel = Literal["joy", "optimism", "anger", "sadness", "fear", "surprise"]
Intent = Literal["complaint", "question", "praise", "purchase"]
Probability = Annotated[float, Field(ge=0, le=1)]


class BrandMatch(Wire):
    """A brand whose query matched; `query_version` is the digest of the query that did."""

    id: str
    query_version: str


class Sentiment(Wire):
    """How a text feels. The three probabilities sum to 1, also when the label is `unknown`."""

    label: SentimentLabel
    positive: Probability
    neutral: Probability
    negative: Probability


class Entity(Wire):
    """A name in the text: `text == input[start:end]` in code points; `name` is its normalised form."""

    text: PlainText
    label: EntityLabel
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    name: PlainText | None = None


class BrandView(Wire):
    """What a text says of one of the user's brands that it names: how it feels towards it, and for a brand whose name
    has other meanings, how likely the brand is meant; `counts` is false when that is below what the brand asks for."""

    id: str
    sentiment: Sentiment | None = None
    meant: Probability | None = None
    counts: bool = True


class Velocity(Wire):
    """How fast engagement comes, in engagements per hour, exponentially weighted, at three half-lives, `as_of` the
    last engagement. `acceleration` is the difference of the 5 min and 1 h velocities per hour of time-scale
    difference. `rank` orders mentions by what the 1 h velocity has decayed to, at whatever moment one compares
    them: ln v + ln 2 * as_of / half-life (forward decay: Cormode et al., ICDE 2009)."""

    v5m: float
    v1h: float
    v12h: float
    acceleration: float
    as_of: Timestamp
    rank: float


class Signs(Wire):
    """What tells bought engagement from people's, each 0 (as among people) to 1 (as bought), None where nothing says
    it: resharers whom nobody follows, totals that fell, likes that are nearly none or just as many as the reshares."""

    unfollowed: Probability | None = None
    fallen: Probability | None = None
    unliked: Probability | None = None


class Virality(Wire):
    """How a mention spreads by its reshares, as of the last moment that anything was known of its engagement.

    `r` is the reproduction number with its 80 % interval: above 1 the cascade still grows, and it is `supercritical`.
    `forecast` is the number of reshares within seven days of the post, `low` and `high` the 80 % interval of it; always
    finite, and never below `seen`, the reshares so far. `organic` is 1 for people and less the more it looks bought;
    None where nothing says it. None of this is said below five reshares, nor of a total that was seen only once.
    """

    seen: int
    r: float
    r_low: float
    r_high: float
    supercritical: bool
    forecast: int
    low: int
    high: int
    organic: Probability | None = None
    signs: Signs | None = None
    as_of: Timestamp


class RawMention(PostEvent):
    """A post event that matched, with the brands it is about. `brands` is empty for a deletion, and for an edit
    after which no query matches any more: both withdraw the mention."""

    brands: list[BrandMatch] = []


class Analysis(Wire):
    """What the text stages say of one text. `text` and `lang` are the input, the rest is filled in stage by stage."""

    text: PlainText
    lang: str | None = None
    language: str = "und"
    hashtags: list[str] = []
    handles: list[str] = []
    emoji: list[str] = []
    links: list[str] = []
    entities: list[Entity] = []
    sentiment: Sentiment | None = None
    brand_views: list[BrandView] = []
    intents: list[Intent] = []
    emotion: EmotionLabel | None = None
    signature: str | None = None


class Mention(RawMention):
    """The whole document of one mention, as `mentions.enriched.v1`, the stores and the API carry it.

    Here `version` is the document's version: it grows with every merge whatever the order of arrival, and equal
    versions mean equal documents. `content_version` is the newest post event's. With `deleted_at` set the document is
    a stub that holds no text. `engagement` is the sum of likes, reposts, replies and quotes known.
    """

    version: int = Field(ge=0, lt=2**63)
    content_version: int = 0
    language: str = "und"
    hashtags: list[str] = []
    handles: list[str] = []
    emoji: list[str] = []
    entities: list[Entity] = []
    sentiment: Sentiment | None = None
    brand_views: list[BrandView] = []
    intents: list[Intent] = []
    emotion: EmotionLabel | None = None
    signature: str | None = None
    site: str | None = None
    engagement: int = 0
    velocity: Velocity | None = None
    virality: Virality | None = None
    indexed_at: Timestamp | None = None
    deleted_at: Timestamp | None = None

    @property
    def is_live(self) -> bool:
        """Say whether answers may hold it: not deleted, and some brand's query matches it."""
        return self.deleted_at is None and bool(self.brands)

    @property
    def is_counted(self) -> bool:
        """Say whether trends count it: not an original that is known only through reposts, nor one that, as far as
        anything says so, means none of its brands."""
        return self.via != "repost" and (not self.brands or any(self.counts_for(match.id) for match in self.brands))

    def counts_for(self, brand: str) -> bool:
        """Say whether the brand is meant, as far as anything says so: else the mention is kept, and not counted."""
        return all(view.counts for view in self.brand_views if view.id == brand)

    def felt_towards(self, brand: str) -> SentimentLabel:
        """Return how the mention feels towards a brand: as the text as a whole where nothing else is known of it."""
        own = next((view.sentiment for view in self.brand_views if view.id == brand), None) or self.sentiment
        return own.label if own else "unknown"
