"""The reviews of an app as they are followed: the newest five hundred of one country's store."""

from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import object_of
from ingest.listing import Listing, Page
from ingest.trail import Entry, Trail, state_of
from schemas.times import read_time
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

_PAGES = 10  # that the store shows
_CONTENT = ("updated", "title", "content", "im:rating")


class NewestReviews(Listing):
    """The reviews of one app, newest first."""

    most_pages = _PAGES

    def __init__(self, web: "Web", source: str, base: str, country: str, app: str, interval_s: float) -> None:
        self._web, self._source = web, source
        self._begin, self._end = f"{base}/{country}/rss/customerreviews/page=", f"/id={app}/sortby=mostrecent/json"
        self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for a page; a page without reviews is the end."""
        number = int(following or "1")
        answer = await self._web.get(f"{self._begin}{number}{self._end}", source=self._source)
        feed = object_of(answer).get("feed")
        entries = feed.get("entry", []) if isinstance(feed, dict) else []
        found = entries if isinstance(entries, list) else [entries]  # a single one stands without a list
        reviews = [entry for entry in found if isinstance(entry, dict) and "im:rating" in entry]
        return Page(reviews, str(number + 1) if reviews and number < _PAGES else None)

    def entry(self, thing: Any) -> Entry:
        """Return the id of a review, and what an edit changes."""
        return Entry(thing["id"]["label"], state_of(thing, *_CONTENT), ms(read_time(thing["updated"]["label"])))

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return reviews as a page of the feed."""
        return [orjson.dumps({"feed": {"entry": things}})]
