"""Routes of numbers over time: volume, sentiment, share of voice, reach, engagement."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Response
from fastapi import Query as Parameters
from pydantic import Field

from deploy.api.access import Viewer
from deploy.api.context import Context, Here, Key
from deploy.api.filters import MAX_BRANDS, Asked, Filters, Values, Window, asked
from deploy.api.shapes import Engaged, Reach, Series, Share, Volume
from deploy.api.sharing import shares
from deploy.known_brands import groups
from schemas.brand import Brand
from schemas.wire import from_ms
from sinks.points import sentiment_points
from sinks.questions import SentimentPoint, Span
from sinks.selection import Intervals, Measure, Selection
from sinks.store import Store

router = APIRouter(tags=["over time"])

T = TypeVar("T")

_MAX_SHARING = 500  # brands in one group


class Counted(Filters):
    """Filters, and the width of an interval."""

    interval: str = Field(default="1d", max_length=6, description="5m, 1h, 1d, 1w: a multiple of five minutes")


class Told(Counted):
    """Filters, the width of an interval, and whether people are counted."""

    people: bool = Field(default=True, description="Count authors and reach, which is most of the work.")


class Shared(Window):
    """Brands or a group, a time, and the width of an interval."""

    group: str | None = Field(default=None, max_length=200, description="All brands of a group.")
    interval: str = Field(default="1d", max_length=6)
    limit: int | None = Field(
        default=None, ge=1, le=MAX_BRANDS,
        description="Only so many of each group, those of which most is said, and one without a name for the rest.",
    )  # fmt: skip
    among: Values = Field(default=[], description="Ids of brands that are shown whatever is said of them.")


Asking = Annotated[Counted, Parameters()]


@router.get("/volume", response_model=Series[Volume])
async def volume(filters: Annotated[Told, Parameters()], here: Here, key: Key, caller: Viewer) -> Response:
    """How much is said: mentions with and without near-copies, what was expected, authors, reach and engagement."""
    return await _series(here, key, filters, partial(_volume, filters.people))


@router.get("/reach", response_model=Series[Reach])
async def reach(filters: Asking, here: Here, key: Key, caller: Viewer) -> Response:
    """How many people wrote, and how many follow them."""

    def points(store: Store, one: Asked, brand: Brand, span: Span) -> Iterator[Reach]:
        for start, (authors, followers, unknown) in _sums(store, one, brand, span, "people", 3):
            yield Reach(time=from_ms(start), brand=brand.id, authors=authors, reach=followers, reach_unknown=unknown)

    return await _series(here, key, filters, points)


@router.get("/engagement", response_model=Series[Engaged])
async def engagement(filters: Asking, here: Here, key: Key, caller: Viewer) -> Response:
    """Likes, reposts, replies and quotes of what was said."""

    def points(store: Store, one: Asked, brand: Brand, span: Span) -> Iterator[Engaged]:
        people = dict(_sums(store, one, brand, span, "people", 3))
        for start, (engaged,) in _sums(store, one, brand, span, "engagement", 1):
            followers = people[start][1]
            rate = engaged / followers if followers else None
            yield Engaged(time=from_ms(start), brand=brand.id, engagement=engaged, engagement_rate=rate)

    return await _series(here, key, filters, points)


@router.get("/sentiment", response_model=Series[SentimentPoint])
async def sentiment(filters: Asking, here: Here, key: Key, caller: Viewer) -> Response:
    """How people feel, and the balance from -1 to 1."""

    def points(store: Store, one: Asked, brand: Brand, span: Span) -> list[SentimentPoint]:
        if one.selection.is_plain(brand.id):
            return store.sentiment(brand.id, span)
        return sentiment_points(brand.id, span, dict(_sums(store, one, brand, span, "sentiment", 4)))

    return await _series(here, key, filters, points)


@router.get("/share", response_model=Series[Share])
async def share(filters: Annotated[Shared, Parameters()], here: Here, key: Key, caller: Viewer) -> Response:
    """Share of voice: each brand's part of what is said about the brands of its group; of the brands given, if any."""

    def question(store: Store) -> Series[Share]:
        window = Window.model_validate(filters.model_dump(exclude={"group", "interval", "limit", "among"}))
        one = asked(window, here.settings, store)
        brands = [brand for brand in one.brands if filters.group in (None, brand.group)]
        width, points = 0, list[Share]()
        for group in [brands] if filters.brand or filters.group else groups(one.known, brands):
            chosen = Asked(one.known, group, one.selection)
            span = chosen.span(store, filters.interval, _MAX_SHARING if filters.limit else MAX_BRANDS)
            if span is None:
                continue
            width = span.interval_ms
            found = store.share([brand.id for brand in group], span)
            points += shares(found, filters.limit or len(group), frozenset(filters.among))
        return Series(interval_ms=width, data=points)

    return await here.answers.told(key, question)


def _volume(people: bool, store: Store, one: Asked, brand: Brand, span: Span) -> Iterator[Volume]:
    if one.selection.is_plain(brand.id):
        for point in store.volume(brand.id, span, people):
            yield Volume.model_validate(point.model_dump())
        return
    who = dict(_sums(store, one, brand, span, "people", 3)) if people else None
    engaged = dict(_sums(store, one, brand, span, "engagement", 1))
    for start, (count,) in _sums(store, one, brand, span, "mentions", 1):
        authors, followers, unknown = (None, None, None) if who is None else who[start]
        yield Volume(
            time=from_ms(start), brand=brand.id, count=count, authors=authors, reach=followers, reach_unknown=unknown,
            engagement=engaged[start][0], engagement_rate=engaged[start][0] / followers if followers else None,
        )  # fmt: skip


def _sums(
    store: Store, one: Asked, brand: Brand, span: Span, measure: Measure, width: int
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield what was counted in each interval of the span, empty ones too."""
    of = one.of(brand)
    exact = Selection(
        of.brands, from_ms(span.first_ms), from_ms(span.last_ms), of.traits, of.queries, of.counters, of.removed,
        of.excluded,
    )  # fmt: skip
    cells = store.count(exact, ("time",), measure, Intervals(span.interval_ms, span.offset_ms))
    found = {cell.keys[0]: cell.values for cell in cells}
    for start in span.starts():
        yield start, found.get(start, (0,) * width)


Points = Callable[[Store, Asked, Brand, Span], Iterable[T]]


async def _series(here: Context, key: str, filters: Counted, points: Points[T]) -> Response:
    """Return the points of every brand that is asked for."""

    def question(store: Store) -> Series[T]:
        one = asked(filters, here.settings, store)
        span = one.span(store, filters.interval)
        if span is None:
            return Series(interval_ms=0, data=[])
        return Series(
            interval_ms=span.interval_ms,
            data=[point for brand in one.brands for point in points(store, one, brand, span)],
        )

    return await here.answers.told(key, question)
