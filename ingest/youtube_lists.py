"""YouTube's lists as they are followed: what a search finds newest first, and the comments below those videos."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import listed, object_of
from ingest.history import Stretch
from ingest.listed_past import PastListing
from ingest.listing import MINUTE_MS, Page
from ingest.live import Gap, Heard
from ingest.time_search import asking, searched_back
from ingest.trail import Entry, Trail, state_of
from schemas.clock import AsyncClock
from schemas.errors import Poison, Refused, Transient
from schemas.json_value import json_value
from schemas.times import read_time
from schemas.wire import from_ms, ms

if TYPE_CHECKING:
    from ingest.web import Web

PAGE = 50  # results of one search that cost one question

_OVERLAP_MS = 60 * MINUTE_MS  # a video is found some time after it was published
_VIDEO = "video:"
_NO_COMMENTS = {"commentsDisabled", "forbidden", "videoNotFound"}
_SPENT = {"quotaExceeded", "dailyLimitExceeded", "rateLimitExceeded", "userRateLimitExceeded"}
_PATIENCE_S = 3_600.0  # quotas are new at midnight in California; asking each hour costs nothing


class YoutubeSearch(PastListing):
    """Videos that a search finds, newest first, and the newest comments below the videos that are known.

    A page of results costs one of a hundred searches a day, a page of comments one of ten thousand units.
    """

    since = True
    most_pages = 5

    def __init__(
        self, web: "Web", source: str, base: str, key: str, search: str, interval_s: float, threads: int
    ) -> None:
        """`threads` is below how many videos the comments are looked at in each round."""
        self._web, self._source, self._base, self._key = web, source, base, key
        self._search, self._threads = search, threads
        self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Search for what was published since the newest known video, an hour before it included."""
        return await self._found(from_ms(max(trail.begin_ms - _OVERLAP_MS, 0)), None, following)

    async def between(self, since: datetime, until: datetime, following: str | None) -> Page:
        """Search for what was published between two moments."""
        return await self._found(since, until, following)

    def past(self, stretch: Stretch, cursor: str | None, clock: AsyncClock) -> AsyncGenerator[Heard | Gap]:
        """Yield its pages, newest first."""
        return searched_back(asking(self, stretch), stretch, cursor, full=PAGE, lasting=False)

    def published(self, thing: Any) -> datetime:
        """Return when a video was published."""
        return read_time(thing["snippet"]["publishedAt"])

    async def _found(self, since: datetime, until: datetime | None, following: str | None) -> Page:
        asked = {
            "part": "snippet", "type": "video", "order": "date", "maxResults": str(PAGE), "q": self._search,
            "publishedAfter": f"{since:%Y-%m-%dT%H:%M:%SZ}", **({"pageToken": following} if following else {}),
            **({"publishedBefore": f"{until:%Y-%m-%dT%H:%M:%SZ}"} if until else {}),
        }  # fmt: skip
        found = await self._asked("search", asked)
        token = found.get("nextPageToken")
        return Page(listed(found, "items"), token if isinstance(token, str) else None)

    def entry(self, thing: Any) -> Entry:
        """Return what a video goes by, or a thread of comments with the state of each."""
        snippet = thing["snippet"]
        if "topLevelComment" in snippet:
            replies = (thing.get("replies") or {}).get("comments") or []
            said = [snippet["topLevelComment"], *replies]
            return Entry(thing["id"], state_of({one["id"]: one["snippet"].get("updatedAt") for one in said}))
        return Entry(_VIDEO + thing["id"]["videoId"], "", ms(read_time(snippet["publishedAt"])))

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return things as a page of them."""
        return [orjson.dumps({"kind": "youtube#listResponse", "items": things})]

    async def again(self, trail: Trail) -> Sequence[Any]:
        """Return the newest threads of comments below some of the videos."""
        found: list[Any] = []
        for name in trail.some(self._threads, _VIDEO):
            asked = {"part": "snippet,replies", "videoId": name.removeprefix(_VIDEO), "order": "time"}
            try:
                found += listed(await self._asked("commentThreads", {**asked, "maxResults": "100"}), "items")
            except Refused as refusal:
                if refusal.status != 404 and _reason(refusal.body) not in _NO_COMMENTS:
                    raise
        return found

    async def _asked(self, what: str, params: Mapping[str, str]) -> dict[str, Any]:
        try:
            return object_of(
                await self._web.get(
                    f"{self._base}/{what}", source=self._source, params=params, headers={"x-goog-api-key": self._key}
                )
            )
        except Refused as refusal:
            if _reason(refusal.body) in _SPENT:
                raise Transient(f"{self._source}: YouTube's quota for {what} is used up", _PATIENCE_S) from None
            raise


def _reason(body: bytes) -> str:
    try:
        [first, *_] = json_value(body, len(body))["error"]["errors"]
        return str(first["reason"])
    except (Poison, LookupError, TypeError, ValueError):
        return ""
