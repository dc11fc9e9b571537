"""The filters of every question, each with its negative twin, and what they select."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from deploy.asked_times import day_after, day_start, interval_ms, moment
from deploy.known_brands import chosen, known_brands
from schemas.brand import Brand
from schemas.errors import UsageError
from schemas.exclusions import Exclusion, exclusions
from schemas.mention import EmotionLabel, Intent, SentimentLabel
from schemas.post import Kind
from schemas.query.parse import parse_query
from schemas.query.tree import Query
from schemas.settings import Settings
from sinks.questions import Span
from sinks.selection import Dimension, Excluded, Selection, Size, Trait
from sinks.store import Questions

MAX_QUERY = 5_000
MAX_POINTS = 2_000
MAX_BRANDS = 50
BEGINNING, END = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Nothing is asked of a time before or after these."""

Value = Annotated[str, Field(min_length=1, max_length=300)]
Values = Annotated[list[Value], Field(max_length=50)]
Address = Annotated[str, Field(min_length=1, max_length=4_000)]
Written = Annotated[str, Field(min_length=1, max_length=MAX_QUERY)]

_NAMES: tuple[Dimension, ...] = (
    "source", "language", "country", "kind", "sentiment", "size", "site", "author", "hashtag", "entity", "link",
    "mention", "intent", "emotion",
)  # fmt: skip


class Window(BaseModel):
    """Of which brands, and of which time: `from` inclusive, `to` exclusive; by default all that is stored."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    brand: Values = Field(default=[], description="Ids or names; any of them.")
    not_brand: Values = Field(default=[], description="None of these.")
    start: str | None = Field(default=None, alias="from", max_length=40, description="2026-03-20 or 2026-03-20T12:00Z")
    end: str | None = Field(default=None, alias="to", max_length=40)


class Filters(Window):
    """Which mentions: any of the values of each filter, none of its twin's, which what has no value passes too."""

    query: Written | None = Field(default=None, description="A brand query that matches.")
    not_query: Written | None = Field(default=None, description="A brand query that does not.")
    source: Values = []
    not_source: Values = []
    language: Values = Field(default=[], description="`zh` holds `zh-Hant` too.")
    not_language: Values = []
    country: Values = []
    not_country: Values = []
    kind: list[Kind] = []
    not_kind: list[Kind] = []
    sentiment: list[SentimentLabel] = []
    not_sentiment: list[SentimentLabel] = []
    size: list[Size] = Field(default=[], description="Of the author's account: nano below 1,000 followers, and so on.")
    not_size: list[Size] = []
    site: Values = []
    not_site: Values = []
    author: Values = []
    not_author: Values = []
    hashtag: Values = []
    not_hashtag: Values = []
    entity: Values = Field(default=[], description="As answers give it: `product:Acme One`.")
    not_entity: Values = []
    link: list[Address] = []
    not_link: list[Address] = []
    mention: Values = Field(default=[], description="An @handle in the text.")
    not_mention: Values = []
    intent: list[Intent] = Field(default=[], description="What the writer is after.")
    not_intent: list[Intent] = []
    emotion: list[EmotionLabel] = []
    not_emotion: list[EmotionLabel] = []
    excluded: Excluded = Field(default="without", description="What the brands' exclusion lists find.")
    reason: Exclusion | None = Field(default=None, description="Only this exclusion list.")

    def traits(self) -> tuple[Trait, ...]:
        """Return the filters that are about one dimension."""
        twins = [
            (name, wanted, getattr(self, name if wanted else f"not_{name}")) for name in _NAMES for wanted in (1, 0)
        ]
        return tuple(Trait(name, tuple(values), bool(wanted)) for name, wanted, values in twins if values)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is about: the brands that there are, those that are meant, and the selection."""

    known: list[Brand]
    brands: list[Brand]
    selection: Selection

    def of(self, brand: Brand) -> Selection:
        """Return the selection of one of the brands."""
        return replace(self.selection, brands=(brand.id,))

    def span(self, store: Questions, interval: str, most: int = MAX_BRANDS) -> Span | None:
        """Return the stretch asked for, filled up with the days that the store holds; None where it holds nothing.

        Raises UsageError for too many intervals, and for more than `most` brands.
        """
        if len(self.brands) > most:
            raise UsageError(f"at most {most:,} brands at once: name some with brand=")
        start, end = self.selection.start, self.selection.end
        if start is None or end is None:
            extent = store.extent([brand.id for brand in self.brands])
            if extent is None:
                return None
            start = start or day_start(extent[0])
            end = end or day_after(extent[1])
        if start >= end:
            return None
        span = Span(start, end, interval_ms(interval, "interval"))
        if len(span.starts()) > MAX_POINTS:
            raise UsageError(f"more than {MAX_POINTS} points: ask for a longer interval or a shorter time")
        return span


def asked(window: Window, settings: Settings, store: Questions) -> Asked:
    """Return what is asked. Raises UsageError, or QueryError for a query that cannot be read."""
    known = known_brands(settings, store)
    named = [brand for name in window.brand for brand in chosen(known, name)] or known
    unwanted = {brand.id for name in window.not_brand for brand in chosen(known, name)}
    brands = [brand for brand in dict.fromkeys(named) if brand.id not in unwanted]
    start, end = _moment(window.start, "from"), _moment(window.end, "to")
    if start is not None and end is not None and start >= end:
        raise UsageError("to is not after from: to is exclusive")
    selection = Selection(tuple(brand.id for brand in brands), start, end)
    if isinstance(window, Filters):
        selection = replace(
            selection,
            traits=window.traits(),
            queries=() if window.query is None else (parse_query(window.query),),
            counters=() if window.not_query is None else (parse_query(window.not_query),),
            removed=tuple(_removed(brands, window.reason)),
            excluded=window.excluded,
        )
    return Asked(known, brands, selection)


def _removed(brands: list[Brand], reason: Exclusion | None) -> list[tuple[str, Query]]:
    found = []
    for brand in brands:
        query = exclusions(tuple(name for name in brand.exclude if reason in (None, name)))
        if query is not None:
            found.append((brand.id, query))
    return found


def _moment(text: str | None, name: str) -> datetime | None:
    value = moment(text and text.replace(" ", "+"), name)  # a plus sign in an address is a space
    if value is not None and not BEGINNING <= value <= END:
        raise UsageError(f"{name}: write a date between 1990 and 2200")
    return value
