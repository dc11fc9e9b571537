"""GitHub's lists as they are followed: what a search finds by its last change, and the events of a repository."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import json_of, listed, object_of
from ingest.listing import MINUTE_MS, Listing, Page
from ingest.trail import Entry, Trail, state_of
from schemas.errors import Refused, Transient
from schemas.times import read_time
from schemas.wire import from_ms, ms

if TYPE_CHECKING:
    from ingest.web import Web

_PAGE = 100
SEARCHED = 1_000  # results that GitHub gives of one search
_OVERLAP_MS = 5 * MINUTE_MS  # a search knows of a change a little later
_EVENT_PAGES = 3  # of three hundred events
_CONTENT = ("updated_at", "title", "body", "state", "comments")
# A discussion under the names that GitHub's other interface has, in which there is no search for them.
_DISCUSSIONS = """query($search: String!, $after: String) { search(type: DISCUSSION, first: 100, query: $search,
after: $after) { pageInfo { endCursor hasNextPage } nodes { ... on Discussion { html_url: url title body
created_at: createdAt updated_at: updatedAt user: author { login ... on User { id: databaseId } } } } } }"""


class IssueSearch(Listing):
    """Issues and pull requests that a search finds, by their last change, oldest first."""

    since = True
    ascending = True
    most_pages = SEARCHED // _PAGE

    def __init__(
        self, web: "Web", source: str, base: str, headers: Mapping[str, str], search: str, interval_s: float
    ) -> None:
        self.web, self.source, self.base, self.headers, self.search = web, source, base, headers, search
        self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Search for what has changed since the trail, five minutes of it included."""
        begin = from_ms(max(trail.begin_ms - _OVERLAP_MS, 0))
        return await self.found(f"{self.search} updated:>={_iso(begin)}", "updated", "asc", following)

    async def between(self, since: datetime, until: datetime, following: str | None) -> Page:
        """Search for what was published between two moments, newest first."""
        last = until - timedelta(seconds=1)  # which GitHub includes
        return await self.found(f"{self.search} created:{_iso(since)}..{_iso(last)}", "created", "desc", following)

    async def found(self, search: str, by: str, order: str, following: str | None) -> Page:
        """Return a page of what a search finds, sorted by a time."""
        number = int(following or "1")
        asked = {"q": search, "sort": by, "order": order, "per_page": str(_PAGE), "page": str(number)}
        answer = await self.web.get(
            f"{self.base}/search/issues", source=self.source, params=asked, headers=self.headers
        )
        things = listed(object_of(answer), "items")
        more = len(things) == _PAGE and number < self.most_pages
        return Page(things, str(number + 1) if more else None)

    def entry(self, thing: Any) -> Entry:
        """Return what a thread goes by, and what an edit or an answer changes."""
        return Entry(thing["html_url"], state_of(thing, *_CONTENT), ms(read_time(thing["updated_at"])))

    def published(self, thing: Any) -> datetime:
        """Return when a thread was opened."""
        return read_time(thing["created_at"])

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return threads as an answer to a search."""
        return [orjson.dumps({"total_count": len(things), "items": things})]


class DiscussionSearch(IssueSearch):
    """Discussions that a search finds, by their last change, oldest first; only who has a token may search so."""

    async def found(self, search: str, by: str, order: str, following: str | None) -> Page:
        """Search as for issues, over GraphQL."""
        variables = {"search": f"{search} sort:{by}-{order}", "after": following}
        answer = await self.web.post(
            f"{self.base}/graphql", source=self.source, json={"query": _DISCUSSIONS, "variables": variables},
            headers=self.headers, repeatable=True,
        )  # fmt: skip
        found = object_of(answer)
        data = found.get("data")
        if found.get("errors") or not isinstance(data, dict):
            raise Transient(f"{self.source}: the search for discussions is answered with an error", MINUTE_MS / 1000)
        page = data["search"]["pageInfo"]
        following = page["endCursor"] if page["hasNextPage"] else None
        return Page([node for node in data["search"]["nodes"] if node], following)


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


class RepositoryEvents(Listing):
    """The public events of a repository, newest first; GitHub shows three hundred, and says how often to look."""

    most_pages = _EVENT_PAGES

    def __init__(
        self, web: "Web", source: str, base: str, headers: Mapping[str, str], repository: str, interval_s: float
    ) -> None:
        self._web, self._source, self._headers = web, source, headers
        self._url = f"{base}/repos/{repository}/events"
        self._repository = repository
        self._shortest_s = self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for a page of events; for the first one only if it is another than last time."""
        number = int(following or "1")
        headers = {**self._headers, **({"if-none-match": trail.note} if number == 1 and trail.note else {})}
        asked = {"per_page": str(_PAGE), "page": str(number)}
        answer = await self._web.get(self._url, source=self._source, params=asked, headers=headers)
        if (pause := answer.headers.get("x-poll-interval", "")).isdigit():
            self.interval_s = max(self._shortest_s, float(pause))
        if answer.status == 304:
            return Page([])
        if answer.status == 404:
            raise Refused(f"[sources.{self._source}] repositories: GitHub shows no {self._repository}", 404)
        things = json_of(answer)
        if not isinstance(things, list):
            raise Transient(f"{self._source}: the events of {self._repository} are no list")
        if number == 1:
            trail.note = answer.headers.get("etag", "")
        return Page(things, str(number + 1) if len(things) == _PAGE and number < _EVENT_PAGES else None)

    def entry(self, thing: Any) -> Entry:
        """Return the id of an event, which never changes."""
        return Entry(thing["id"], "", ms(read_time(thing["created_at"])))

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return each event by itself, oldest first."""
        return [orjson.dumps(thing) for thing in reversed(things)]
