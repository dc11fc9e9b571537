"""Bluesky's search, read from the newest post of a stretch of time to its oldest."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import listed, object_of
from ingest.history import Stretch
from ingest.live import Gap, Heard
from schemas.errors import Poison
from schemas.times import read_time
from schemas.wire import from_ms, ms

if TYPE_CHECKING:
    from ingest.web import Web

_PATH = "/xrpc/app.bsky.feed.searchPosts"
_PAGE = 100  # the most that is given at once
_MOMENT = timedelta(milliseconds=1)


async def searched(
    web: "Web", source: str, base: str, words: str, stretch: Stretch, cursor: str | None
) -> AsyncGenerator[Heard | Gap]:
    """Yield the pages of a search. A cursor is the moment from which on all was told, and the service's own position.

    The service gives up at some depth: there it is asked again, for what is as old as the oldest that it gave, or
    older, until it gives nothing any more.
    """
    known = orjson.loads(cursor) if cursor else {}
    until = from_ms(known["until"]) if known else stretch.until
    oldest, page, given = from_ms(known.get("oldest", ms(until))), known.get("page"), known.get("given", 0)
    while until > stretch.since:
        params = {"q": words, "sort": "latest", "limit": str(_PAGE), "since": _iso(stretch.since), "until": _iso(until)}
        answer = await web.get(base + _PATH, source=source, params=params | ({"cursor": page} if page else {}))
        found = object_of(answer)
        posts = listed(found, "posts")
        oldest, given = min([oldest, *_moments(posts)]), given + len(posts)
        page = found.get("cursor") if posts and isinstance(found.get("cursor"), str) else None
        if page is None:
            if not given:
                return
            further = oldest + _MOMENT  # others of the same moment may be behind the last one
            if further >= until:
                if given >= _PAGE:
                    yield Gap("more posts in one moment than a search gives", oldest, oldest)
                further = oldest
            until, oldest, given = further, further, 0
        state = {"until": ms(until), "oldest": ms(oldest), "page": page, "given": given}
        yield Heard(answer.body if posts else b"", orjson.dumps(state).decode())


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moments(posts: list[Any]) -> list[datetime]:
    """Return the moments by which the search sorts: when a post was written, but not later than it was seen."""
    found = []
    for post in posts:
        record = post.get("record") if isinstance(post, dict) else None
        claims = [record.get("createdAt") if isinstance(record, dict) else None]
        claims += [post.get("indexedAt")] if isinstance(post, dict) else []
        times = []
        for claim in claims:
            try:
                times.append(read_time(claim))
            except Poison:
                continue
        found += [min(times)] if times else []
    return found
