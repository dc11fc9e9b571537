"""Routes of any measure by any dimensions, and of the audience."""

from collections import defaultdict
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from fastapi import Query as Parameters
from pydantic import Field

from deploy.api.access import Viewer
from deploy.api.context import Here, Key
from deploy.api.filters import Filters, asked
from deploy.api.shapes import Audience, Audiences, Measured, Measures
from schemas.errors import UsageError
from schemas.wire import from_ms
from sinks.questions import Span
from sinks.selection import Dimension, Intervals, Measure
from sinks.store import Store

router = APIRouter(tags=["measures"])

LEAST_PEOPLE = 10
"""A group of fewer authors is not shown where they are divided by what they are."""

Named = Literal["mentions", "authors", "reach", "engagement", "positive", "neutral", "negative", "unknown", "balance"]
By = Literal[
    "brand", "time", "source", "language", "country", "kind", "sentiment", "size", "site", "author", "hashtag",
    "entity", "link", "mention", "intent", "emotion",
]  # fmt: skip
Kind = Literal["language", "country", "size"]

_COUNTED: dict[Named, tuple[Measure, int]] = {
    "mentions": ("mentions", 0), "authors": ("people", 0), "reach": ("people", 1), "engagement": ("engagement", 0),
    "positive": ("sentiment", 0), "neutral": ("sentiment", 1), "negative": ("sentiment", 2),
    "unknown": ("sentiment", 3), "balance": ("sentiment", 0),
}  # fmt: skip
_PERSONAL = frozenset({"language", "country", "size"})
_ANY = Intervals(86_400_000)


class Divided(Filters):
    """Filters, one or two dimensions, the width of an interval for `time`, and how many rows."""

    by: list[By] = Field(default=["brand"], min_length=1, max_length=2)
    interval: str = Field(default="1d", max_length=6)
    limit: int = Field(default=1_000, ge=1, le=10_000)


class Grouped(Filters):
    """Filters, and what the audience is divided by."""

    by: Kind = "language"


@router.get("/measures/{measure}", response_model=Measures)
async def measures(
    measure: Named, filters: Annotated[Divided, Parameters()], here: Here, key: Key, caller: Viewer
) -> Response:
    """Any measure by any one or two dimensions, the largest first.

    Brands are counted each for itself: what is about two of them counts for both, unless `brand` is one of `by` it is
    added up. A mention counts for each of its hashtags, entities, links and handles.
    """

    def question(store: Store) -> Measures:
        one = asked(filters, here.settings, store)
        span = one.span(store, filters.interval) if "time" in filters.by else None
        intervals = Intervals(span.interval_ms, span.offset_ms) if isinstance(span, Span) else _ANY
        dimensions: list[Dimension] = [name for name in filters.by if name != "brand"]
        counted, at = _COUNTED[measure]
        sums: dict[tuple[str | None, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for cell in store.count(one.selection, dimensions, counted, intervals):
            keys = dict(zip(dimensions, cell.keys, strict=True))
            cells = sums[tuple(cell.brand if name == "brand" else _text(name, keys[name]) for name in filters.by)]
            for place, value in enumerate(cell.values):
                cells[place] += value
        hides = counted == "people" and not _PERSONAL.isdisjoint(filters.by)
        shown = {keys: values for keys, values in sums.items() if not (hides and values[0] < LEAST_PEOPLE)}
        rows = [Measured(keys=list(keys), value=_value(measure, values, at)) for keys, values in shown.items()]
        rows.sort(key=lambda row: (-(row.value if row.value is not None else -2), [key or "" for key in row.keys]))
        return Measures(measure=measure, by=list(filters.by), data=rows[: filters.limit], hidden=len(sums) - len(shown))

    return await here.answers.told(key, question)


@router.get("/audience", response_model=Audiences)
async def audience(filters: Annotated[Grouped, Parameters()], here: Here, key: Key, caller: Viewer) -> Response:
    """Who writes, by language, country or size of account; groups of fewer than ten authors are hidden."""

    def question(store: Store) -> Audiences:
        one = asked(filters, here.settings, store)
        if len(one.brands) != 1:
            raise UsageError("the audience is of one brand: name it with brand=")
        people = store.count(one.selection, (filters.by,), "people", _ANY)
        mentions = store.count(one.selection, (filters.by,), "mentions", _ANY)
        said = {cell.keys[0]: cell.values[0] for cell in mentions}
        shown = [cell for cell in people if cell.values[0] >= LEAST_PEOPLE]
        total = sum(cell.values[0] for cell in shown)
        rows = [
            Audience(
                value=_text(filters.by, cell.keys[0]), authors=cell.values[0], reach=cell.values[1],
                mentions=said[cell.keys[0]], share=cell.values[0] / total,
            )
            for cell in shown
        ]  # fmt: skip
        rows.sort(key=lambda row: (-row.authors, row.value or ""))
        return Audiences(data=rows, hidden=len(people) - len(shown))

    return await here.answers.told(key, question)


def _text(name: str, key: str | int | None) -> str | None:
    if name == "time":
        return f"{from_ms(int(key or 0)):%Y-%m-%dT%H:%M:%SZ}"
    return None if key is None else str(key)


def _value(measure: Named, values: list[int], at: int) -> float | None:
    if measure != "balance":
        return values[at]
    felt = values[0] + values[2]
    return (values[0] - values[2]) / felt if felt else None
