"""Routes of what is frequent and what spreads: top values, velocity leaders, sources."""

from dataclasses import replace
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Response
from fastapi import Query as Parameters
from pydantic import Field

from deploy.api.access import Viewer
from deploy.api.context import Here, Key
from deploy.api.encoding import mentions_json
from deploy.api.filters import BEGINNING, END, Asked, Filters, asked
from deploy.api.leading import leaders
from deploy.api.shapes import Rows, SourceView, Top
from schemas.mention import Mention
from schemas.wire import from_ms
from sinks.selection import Cell, Dimension, Intervals, Trait
from sinks.store import Store

router = APIRouter(tags=["rankings"])

Kind = Literal[
    "entities", "authors", "hashtags", "links", "mentions", "sites", "languages", "countries", "sources", "kinds",
    "intents", "emotions", "places",
]  # fmt: skip

_DIMENSIONS: dict[Kind, Dimension] = {
    "entities": "entity", "authors": "author", "hashtags": "hashtag", "links": "link", "mentions": "mention",
    "sites": "site", "languages": "language", "countries": "country", "sources": "source", "kinds": "kind",
    "intents": "intent", "emotions": "emotion", "places": "entity",
}  # fmt: skip
_READY: Final = ("entities", "authors", "hashtags", "links", "mentions")
_DAY = Intervals(86_400_000)


class Ranked(Filters):
    """Filters, and how many rows."""

    limit: int = Field(default=20, ge=1, le=500)


Asking = Annotated[Ranked, Parameters()]


@router.get("/top/{kind}", response_model=Rows[Top])
async def top(kind: Kind, filters: Asking, here: Here, key: Key, caller: Viewer) -> Response:
    """What is most frequent in the mentions; a mention counts once for each of its values.

    `places` are those that the texts name, `countries` those that the posts are from.
    """

    def question(store: Store) -> Rows[Top]:
        one = asked(filters, here.settings, store)
        ready = _ready(store, kind, one, filters.limit)
        if ready is not None:
            return Rows(data=ready)
        cells = store.count(one.selection, (_DIMENSIONS[kind],), "mentions", _DAY)
        if kind == "places":
            cells = [cell for cell in cells if str(cell.keys[0]).startswith("place:")]
        rows = _added(cells)[: filters.limit]
        if kind in ("entities", "places"):
            split = [(value.partition(":"), count) for value, count in rows]
            return Rows(data=[Top(value=value, count=count, label=label) for (label, _, value), count in split])
        if kind != "authors":
            return Rows(data=[Top(value=value, count=count) for value, count in rows])
        reach = _reach(store.count(one.selection, ("author",), "people", _DAY))
        return Rows(data=[Top(value=value, count=count, reach=reach.get(value)) for value, count in rows])

    return await here.answers.told(key, question)


@router.get("/velocity", response_model=Rows[Mention])
async def velocity(filters: Asking, here: Here, key: Key, caller: Viewer) -> Response:
    """What spreads: mentions by how fast engagement comes per hour, the fastest first."""

    def question(store: Store) -> bytes:
        one = asked(filters, here.settings, store)
        fastest = leaders(store, one, filters, "velocity", filters.limit)
        return mentions_json([mention for mention in fastest if mention.velocity is not None])

    return await here.answers.told(key, question)


@router.get("/sources", response_model=Rows[SourceView])
async def sources(filters: Asking, here: Here, key: Key, caller: Viewer) -> Response:
    """Where mentions come from, and when the last one of each source was published."""

    def question(store: Store) -> Rows[SourceView]:
        one = asked(filters, here.settings, store)
        rows = _added(store.count(one.selection, ("source",), "mentions", _DAY))[: filters.limit]
        found = []
        for source, count in rows:
            of = replace(one.selection, traits=(*one.selection.traits, Trait("source", (source,))))
            last = store.page(of, None, 1).mentions
            found.append(SourceView(source=source, count=count, last=from_ms(last[0].published_ms) if last else None))
        return Rows(data=found)

    return await here.answers.told(key, question)


def _ready(store: Store, kind: Kind, one: Asked, limit: int) -> list[Top] | None:
    """Return what the store has an answer of its own for: the most frequent in all mentions of one brand."""
    if kind not in _READY or len(one.brands) != 1 or not one.selection.is_plain(one.brands[0].id):
        return None
    start, end = one.selection.start or BEGINNING, one.selection.end or END
    return [Top.model_validate(row.model_dump()) for row in store.top(kind, one.brands[0].id, start, end, limit)]


def _added(cells: list[Cell]) -> list[tuple[str, int]]:
    """Return the values of all brands with their counts, the most frequent first, ties by value."""
    counts: dict[str, int] = {}
    for cell in cells:
        if cell.keys[0] is not None:
            counts[str(cell.keys[0])] = counts.get(str(cell.keys[0]), 0) + cell.values[0]
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _reach(cells: list[Cell]) -> dict[str, int | None]:
    """Return the followers of each author; None where they are not known."""
    found: dict[str, int | None] = {}
    for cell in cells:
        authors, followers, unknown = cell.values
        found[str(cell.keys[0])] = None if authors == unknown else followers
    return found
