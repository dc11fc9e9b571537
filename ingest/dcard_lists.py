"""The newest posts of a Dcard forum as they are followed, with the comments below them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import json_of
from ingest.listing import Listing, Page
from ingest.trail import Entry, Trail, state_of
from schemas.errors import Refused, Transient
from schemas.times import read_time
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

_PAGE = 30
_COMMENTS = 100
_AGAIN = 5  # posts whose comments are looked at in a round: two questions each
_POST = "post:"
_CONTENT = ("title", "excerpt", "hidden", "withheld", "hiddenByAuthor", "isHidden", "edited", "deletedAt")


class NewestPosts(Listing):
    """A forum's posts, newest first. The list has excerpts, so each new post is asked for by itself."""

    whole = True

    def __init__(self, web: "Web", source: str, base: str, forum: str, interval_s: float) -> None:
        self._web, self._source, self._base, self._forum = web, source, base, forum
        self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for a page, and for what is new on it."""
        asked = {"limit": str(_PAGE), "popular": "false", **({"before": following} if following else {})}
        posts = await self._listed(f"/forums/{self._forum}/posts", asked)
        whole = [await self._whole(post) if _is_new(post, trail) else post for post in posts]
        oldest = min(
            (post["id"] for post in posts if isinstance(post, dict) and isinstance(post.get("id"), int)), default=0
        )
        return Page(whole, str(oldest) if len(posts) == _PAGE and oldest else None)

    def entry(self, thing: Any) -> Entry:
        """Return what a post goes by, and what its list would say of an edit; or a comment."""
        made_ms = ms(read_time(thing["createdAt"]))
        if "postId" in thing:
            return Entry(str(thing["id"]), state_of(thing, "content", *_CONTENT))
        return Entry(f"{_POST}{thing['id']}", state_of(thing, *_CONTENT), made_ms)

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return posts and comments as a page."""
        return [orjson.dumps({"items": things})]

    async def again(self, trail: Trail) -> Sequence[Any]:
        """Return the newest comments below some of the posts."""
        found: list[Any] = []
        for name in trail.some(_AGAIN, _POST):
            path = f"/posts/{name.removeprefix(_POST)}"
            try:
                post = await self._object(path)
                count = post.get("commentCount")
                if isinstance(count, int) and count > 0:
                    after = {"after": str(count - _COMMENTS)} if count > _COMMENTS else {}
                    found += await self._listed(f"{path}/comments", {"limit": str(_COMMENTS), **after})
            except Refused as refusal:
                if refusal.status != 404:
                    raise
        return found

    async def _whole(self, post: dict[str, Any]) -> dict[str, Any]:
        """Return a post with its whole text; as it is, where it is gone meanwhile."""
        try:
            return {**post, **await self._object(f"/posts/{post['id']}"), **{name: post.get(name) for name in _CONTENT}}
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return post

    async def _object(self, path: str) -> dict[str, Any]:
        found = await self._asked(path, {})
        return found if isinstance(found, dict) else {}

    async def _listed(self, path: str, params: Mapping[str, str]) -> list[Any]:
        found = await self._asked(path, params)
        if isinstance(found, dict):  # newer answers have the list in an object
            found = found.get("items")
        if not isinstance(found, list):
            raise Transient(f"{self._source}: {path} is answered with no list")
        return found

    async def _asked(self, path: str, params: Mapping[str, str]) -> Any:
        return json_of(await self._web.get(self._base + path, source=self._source, params=params))


def _is_new(post: Any, trail: Trail) -> bool:
    return isinstance(post, dict) and trail.seen.get(f"{_POST}{post.get('id')}") != state_of(post, *_CONTENT)
