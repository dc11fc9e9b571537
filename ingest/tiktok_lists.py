"""Videos of TikTok as its Research API finds them: those of the last days, for it knows of a video after two."""

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import Access, listed, object_of
from ingest.history import Stretch
from ingest.listed_past import PastListing
from ingest.listing import Page
from ingest.live import Gap, Heard
from ingest.trail import Entry, Trail, state_of
from schemas.clock import AsyncClock, Clock
from schemas.errors import Refused, Transient
from schemas.wire import from_ms

if TYPE_CHECKING:
    from ingest.web import Web

_FIELDS = (
    "id,video_description,create_time,region_code,share_count,view_count,like_count,comment_count,username,"
    "voice_to_text"
)
_PAGE = 100
_LAG = timedelta(days=2)
_LONGEST = timedelta(days=29)  # one question covers thirty days at most


class VideoSearch(PastListing):
    """The videos that have one of some words, in no certain order."""

    since = True
    ordered = False
    most_pages = 50

    def __init__(
        self,
        web: "Web",
        source: str,
        base: str,
        access: Access,
        words: Sequence[str],
        interval_s: float,
        clock: Clock,
    ) -> None:
        self._web, self._source, self._access, self._clock = web, source, access, clock
        self._url = f"{base}/v2/research/video/query/?fields={_FIELDS}"
        condition = {"operation": "IN", "field_name": "keyword", "field_values": list(words)}
        self._query = {"or": [condition]}
        self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for a page: the one at a place of a search that TikTok keeps, or the first of a new search."""
        now = self._clock.now()
        return await self._found(max(from_ms(trail.begin_ms) - _LAG, now - _LONGEST), now, following)

    async def past(self, stretch: Stretch, cursor: str | None, clock: AsyncClock) -> AsyncGenerator[Heard | Gap]:
        """Yield the videos of a stretch, some weeks at a time, for one question covers no more. A cursor is the day
        from which on nothing was told yet."""
        begin = datetime.strptime(cursor, "%Y%m%d").replace(tzinfo=UTC) if cursor else stretch.since
        while begin < stretch.until:
            end, following = min(begin + _LONGEST, stretch.until), None
            while True:
                page = await self._found(begin, end, following)
                following = page.following
                if following is None:
                    break
                yield Heard(self.payloads(list(page.things))[0])
            begin = end
            yield Heard(self.payloads(list(page.things))[0] if page.things else b"", f"{begin:%Y%m%d}")

    async def _found(self, begin: datetime, end: datetime, following: str | None) -> Page:
        asked: dict[str, Any] = {
            "query": self._query, "max_count": _PAGE,
            "start_date": f"{begin:%Y%m%d}", "end_date": f"{end:%Y%m%d}",
        }  # fmt: skip
        if following:
            cursor, _, search = following.partition(" ")
            asked |= {"cursor": int(cursor), "search_id": search}
        answer = await self._access.answer(
            self._web,
            lambda headers: self._web.post(
                self._url, source=self._source, json=asked, headers=headers, repeatable=True
            ),
        )
        if answer.status == 400 and following:
            raise Transient(f"{self._source}: TikTok no longer has the search")
        if answer.status == 400:
            raise Refused(
                f"[sources.{self._source}] TikTok does not take the search: check the words and the rights", 400
            )
        data = object_of(answer).get("data")
        found = data if isinstance(data, dict) else {}
        more = found.get("has_more") is True and isinstance(found.get("cursor"), int)
        return Page(listed(found, "videos"), f"{found['cursor']} {found.get('search_id', '')}" if more else None)

    def entry(self, thing: Any) -> Entry:
        """Return the number of a video, and what is said in it."""
        return Entry(
            str(thing["id"]), state_of(thing, "video_description", "voice_to_text"), thing["create_time"] * 1000
        )

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return videos as an answer."""
        return [orjson.dumps({"data": {"videos": things}, "error": {"code": "ok"}})]
