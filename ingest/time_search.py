"""Searches between two moments, read from the newest thing to the oldest, deeper than one search goes."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson

from ingest.history import Stretch
from ingest.listing import Page
from ingest.live import Gap, Heard
from schemas.errors import Poison
from schemas.wire import from_ms, ms


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search: the answer as `parse` reads it, how many things are in it, the moments that the search
    sorts them by, as far as they can be read, and how to ask for the page behind it (None: there is none)."""

    payload: bytes
    count: int
    moments: Sequence[datetime]
    following: str | None = None


Ask = Callable[[datetime, str | None], Awaitable[Found]]
"""Asks for a page, the first if the second is None, of what is older than a moment and not older than the stretch."""


class Dated(Protocol):
    """A list that can be asked for what was published between two moments, newest first."""

    async def between(self, since: datetime, until: datetime, following: str | None) -> Page:
        """Ask for one page, the first if `following` is None."""
        ...

    def published(self, thing: Any) -> datetime:
        """Return the moment by which the list is sorted. What it raises for an odd shape makes it an unknown one."""
        ...

    def payloads(self, things: list[Any]) -> Sequence[bytes]:
        """Return some things as the platform answers, as one payload."""
        ...


def asking(listed: Dated, stretch: Stretch) -> Ask:
    """Return how such a list is asked."""

    async def ask(until: datetime, following: str | None) -> Found:
        page = await listed.between(stretch.since, until, following)
        moments = [at for thing in page.things if (at := _published(listed, thing)) is not None]
        payload = listed.payloads(list(page.things))[0] if page.things else b""
        return Found(payload, len(page.things), moments, page.following)

    return ask


def _published(listed: Dated, thing: Any) -> datetime | None:
    try:
        return listed.published(thing)
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, Poison):
        return None


async def searched_back(
    ask: Ask, stretch: Stretch, cursor: str | None, grain: timedelta = timedelta(seconds=1), full: int = 1,
    lasting: bool = True,
) -> AsyncGenerator[Heard | Gap]:  # fmt: skip
    """Yield the pages of a search. A cursor is the moment from which on all was told, and the service's own position.

    A service gives up at some depth: there it is asked again, for what is as old as the oldest that it gave, or older,
    until it gives nothing any more. `grain` is how exactly it takes moments; a search that gave fewer than `full`
    things gave all that there are. Where its own positions are not `lasting`, it is asked by time again after a break.
    """
    known = orjson.loads(cursor) if cursor else {}
    until = from_ms(known["until"]) if known else stretch.until
    oldest, page, given = from_ms(known.get("oldest", ms(until))), known.get("page"), known.get("given", 0)
    if page is not None and not lasting:
        until, page, given = min(until, oldest + grain), None, 0
    while until > stretch.since:
        found = await ask(until, page)
        oldest, given = min([oldest, *found.moments]), given + found.count
        page = found.following if found.count else None
        if page is None:
            if given < full:
                if found.count:
                    yield Heard(found.payload, _cursor(stretch.since, stretch.since, None, 0))
                return
            further = oldest + grain  # others of the same moment may be behind the last one
            if further >= until:
                if given >= max(full, 100):
                    yield Gap("more in one moment than a search gives", oldest, oldest)
                further = min(oldest, until - grain)
            until, oldest, given = further, further, 0
        yield Heard(found.payload if found.count else b"", _cursor(until, oldest, page, given))


def _cursor(until: datetime, oldest: datetime, page: str | None, given: int) -> str:
    return orjson.dumps({"until": ms(until), "oldest": ms(oldest), "page": page, "given": given}).decode()
