"""Algolia's search of Hacker News, read from the newest item of a stretch of time to its oldest."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from ingest.access import listed, object_of
from ingest.history import Stretch
from ingest.live import Gap, Heard
from schemas.wire import from_ms

if TYPE_CHECKING:
    from ingest.web import Web

_PATH = "/api/v1/search_by_date"
_PAGE = 500  # of the thousand that it gives of one search at all


async def searched(
    web: "Web", source: str, base: str, words: str, stretch: Stretch, cursor: str | None
) -> AsyncGenerator[Heard | Gap]:
    """Yield the pages of a search. A cursor is the second, since 1970, from which on all was told.

    Each page is the first of a new search for what is as old as the oldest item before, or older: so no depth is lost,
    and what stands at the seam comes twice.
    """
    first, last = int(stretch.since.timestamp()), int(cursor or stretch.until.timestamp())
    while last >= first:
        params = {
            "query": words, "tags": "(story,comment,poll)", "hitsPerPage": str(_PAGE), "typoTolerance": "false",
            "advancedSyntax": "true", "numericFilters": f"created_at_i>={first},created_at_i<={last}",
        }  # fmt: skip
        answer = await web.get(base + _PATH, source=source, params=params)
        hits = [hit for hit in listed(object_of(answer), "hits") if isinstance(hit, dict)]
        seconds = [second for hit in hits if isinstance(second := hit.get("created_at_i"), int)]
        oldest = min(seconds, default=first)
        if len(hits) < _PAGE:
            yield Heard(answer.body if hits else b"", str(first - 1))
            return
        if oldest >= last:
            yield Gap("more items in one second than the search gives", from_ms(last * 1000), from_ms(last * 1000))
            oldest = last - 1
        last = oldest
        yield Heard(answer.body, str(last))
