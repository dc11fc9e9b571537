"""The newest posts of a Discourse forum, as they are followed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import listed, object_of
from ingest.listing import Listing, Page
from ingest.trail import Entry, Trail, state_of
from schemas.times import read_time
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

_PAGE = 50  # a page has the posts of so many numbers, less those that are not for everybody
_CONTENT = ("updated_at", "version", "hidden", "deleted_at", "user_deleted")


class NewestPosts(Listing):
    """All public posts of a forum, newest first."""

    whole = True
    most_pages = 100

    def __init__(self, web: "Web", source: str, site: str, headers: Mapping[str, str], interval_s: float) -> None:
        self._web, self._source, self._site, self._headers = web, source, site, headers
        self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for the posts up to a number, or for the newest."""
        asked = {"before": following} if following else {}
        answer = await self._web.get(
            f"{self._site}/posts.json", source=self._source, params=asked, headers=self._headers
        )
        posts = listed(object_of(answer), "latest_posts")
        numbers = [post["id"] for post in posts if isinstance(post, dict) and isinstance(post.get("id"), int)]
        newest = int(following) if following else max(numbers, default=0)
        return Page(posts, str(newest - _PAGE) if newest > _PAGE else None)

    def entry(self, thing: Any) -> Entry:
        """Return a post's own number, and what an edit changes."""
        return Entry(str(int(thing["id"])), state_of(thing, *_CONTENT), ms(read_time(thing["created_at"])))

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return posts as an answer."""
        return [orjson.dumps({"latest_posts": things})]
