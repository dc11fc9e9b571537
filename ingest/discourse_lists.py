"""The newest posts of a Discourse forum, as they are followed."""

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import listed, object_of
from ingest.history import Stretch
from ingest.listed_past import PastListing
from ingest.listing import Page
from ingest.live import Gap, Heard
from ingest.trail import Entry, Trail, state_of
from schemas.clock import AsyncClock
from schemas.errors import Poison
from schemas.times import read_time
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

_PAGE = 50  # a page has the posts of so many numbers, less those that are not for everybody
_CONTENT = ("updated_at", "version", "hidden", "deleted_at", "user_deleted")


class NewestPosts(PastListing):
    """All public posts of a forum, newest first."""

    whole = True
    most_pages = 100

    def __init__(self, web: "Web", source: str, site: str, headers: Mapping[str, str], interval_s: float) -> None:
        self._web, self._source, self._site, self._headers = web, source, site, headers
        self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for the posts up to a number, or for the newest."""
        posts, newest = await self._posts(int(following) if following else None)
        return Page(posts, str(newest - _PAGE) if newest > _PAGE else None)

    async def past(self, stretch: Stretch, cursor: str | None, clock: AsyncClock) -> AsyncGenerator[Heard | Gap]:
        """Yield the posts of a stretch, newest first. Their numbers grow with time, so its end is looked for by halves.

        A cursor is the number up to which nothing was told yet.
        """
        highest = int(cursor) if cursor else await self._end(stretch.until)
        while highest > 0:
            posts, _ = await self._posts(highest)
            moments = _moments(posts)
            highest -= _PAGE
            yield Heard(self.payloads(posts)[0] if posts else b"", str(max(highest, 0)))
            if moments and max(moments) < stretch.since:
                return

    async def _end(self, until: datetime) -> int:
        """Return a number above which every post is of a moment or later, at most some hundred too high."""
        _, high = await self._posts(None)
        low = 0
        while high - low > 2 * _PAGE:
            middle = (low + high) // 2
            moments = _moments((await self._posts(middle))[0])
            if moments and min(moments) >= until:
                high = middle
            else:
                low = middle
        return high

    async def _posts(self, highest: int | None) -> tuple[list[Any], int]:
        """Return the posts up to a number, None for the newest, and that number."""
        asked = {"before": str(highest)} if highest is not None else {}
        answer = await self._web.get(
            f"{self._site}/posts.json", source=self._source, params=asked, headers=self._headers
        )
        posts = listed(object_of(answer), "latest_posts")
        numbers = [post["id"] for post in posts if isinstance(post, dict) and isinstance(post.get("id"), int)]
        return posts, highest if highest is not None else max(numbers, default=0)

    def entry(self, thing: Any) -> Entry:
        """Return a post's own number, and what an edit changes."""
        return Entry(str(int(thing["id"])), state_of(thing, *_CONTENT), ms(read_time(thing["created_at"])))

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return posts as an answer."""
        return [orjson.dumps({"latest_posts": things})]


def _moments(posts: list[Any]) -> list[datetime]:
    """Return when posts were written, of those that say it."""
    found = []
    for post in posts:
        try:
            found.append(read_time(post["created_at"]))
        except (LookupError, TypeError, Poison):
            continue
    return found
