"""Reddit's lists as they are followed: the newest posts and comments of a subreddit, and what a search finds."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import Access, listed, object_of
from ingest.listing import Listing, Page
from ingest.trail import Entry, Trail, state_of
from schemas.errors import Transient

if TYPE_CHECKING:
    from ingest.web import Web

PAGE = 100
"""The most that Reddit gives at once."""

_CONTENT = ("edited", "body", "selftext", "title", "author", "removed_by_category", "score", "num_comments")


class RedditList(Listing):
    """One list, newest first, of which Reddit shows a thousand things at most.

    It is not asked for what came before a name, for once that thing is deleted nothing at all would come. After each
    look a hundred of the known things are looked at again: so deletions and edits are seen that the list does not show.
    """

    def __init__(
        self,
        web: "Web",
        source: str,
        base: str,
        access: Access,
        path: str,
        params: Mapping[str, str],
        interval_s: float,
    ) -> None:
        self._web, self._source, self._base, self._access = web, source, base, access
        self._path, self._params = path, params
        self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for a page: the one after a name, or the first."""
        asked = {"limit": str(PAGE), **self._params, **({"after": following} if following else {})}
        data = await self._data(self._path, asked)
        after = data.get("after")
        return Page(listed(data, "children"), after if isinstance(after, str) else None)

    def entry(self, thing: Any) -> Entry:
        """Return the full name of a thing, and what an edit, a deletion or a vote changes."""
        data = thing["data"]
        return Entry(f"{thing['kind']}_{data['id']}", state_of(data, *_CONTENT), int(data["created_utc"] * 1000))

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return things as a listing."""
        return [orjson.dumps({"kind": "Listing", "data": {"children": things}})]

    async def again(self, trail: Trail) -> Sequence[Any]:
        """Return a hundred known things as they are now."""
        names = trail.some(PAGE, "t")
        return await self.named(names) if names else ()

    async def named(self, names: Sequence[str]) -> Sequence[Any]:
        """Return the things with these names as they are now; what was never there is not among them."""
        return listed(await self._data("/api/info", {"id": ",".join(names)}), "children")

    async def _data(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        url = self._base + path
        asked = {"raw_json": "1", **params}
        answer = await self._access.answer(
            self._web, lambda headers: self._web.get(url, source=self._source, params=asked, headers=headers)
        )
        data = object_of(answer).get("data")
        if not isinstance(data, dict):
            raise Transient(f"{self._source}: {path} is answered with no listing")
        return data
