"""Bluesky's search, read from the newest post of a stretch of time to its oldest."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingest.access import listed, object_of
from ingest.history import Stretch
from ingest.live import Gap, Heard
from ingest.time_search import Found, searched_back
from schemas.errors import Poison
from schemas.times import read_time

if TYPE_CHECKING:
    from ingest.web import Web

_PATH = "/xrpc/app.bsky.feed.searchPosts"
_PAGE = 100  # the most that is given at once
_MOMENT = timedelta(milliseconds=1)


def searched(
    web: "Web", source: str, base: str, words: str, stretch: Stretch, cursor: str | None
) -> AsyncGenerator[Heard | Gap]:
    """Return the pages of a search, as `searched_back` yields them."""

    async def ask(until: datetime, page: str | None) -> Found:
        params = {"q": words, "sort": "latest", "limit": str(_PAGE), "since": _iso(stretch.since), "until": _iso(until)}
        answer = await web.get(base + _PATH, source=source, params=params | ({"cursor": page} if page else {}))
        found = object_of(answer)
        posts, following = listed(found, "posts"), found.get("cursor")
        return Found(answer.body, len(posts), _moments(posts), following if isinstance(following, str) else None)

    return searched_back(ask, stretch, cursor, _MOMENT)


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
