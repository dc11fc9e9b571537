"""Timelines of Weibo as they are followed, newest first."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import listed, object_of
from ingest.listing import Listing, Page
from ingest.trail import Entry, Trail, state_of
from ingest.weibo_statuses import time_of
from schemas.errors import HearkenError, Poison, Refused, Transient
from schemas.json_value import json_value
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

TIMELINES: Mapping[str, tuple[str, str]] = {
    "public": ("/statuses/public_timeline.json", "statuses"),
    "home": ("/statuses/home_timeline.json", "statuses"),
    "mentions": ("/statuses/mentions.json", "statuses"),
    "comments": ("/comments/mentions.json", "comments"),
}
"""Where a timeline is asked for, and under which name its things stand in the answer."""

_PAGE = 100
_TOO_MANY = {10_022, 10_023, 10_024, 20_003}  # numbers of errors
_CONTENT = ("text", "edit_at", "edit_count", "deleted", "visible")
_HOUR_S = 3_600.0  # quotas are by the hour


class Timeline(Listing):
    """One timeline."""

    most_pages = 20

    def __init__(
        self, web: "Web", source: str, base: str, headers: Mapping[str, str], timeline: str, interval_s: float
    ) -> None:
        self._web, self._source, self._headers = web, source, headers
        path, self._name = TIMELINES[timeline]
        self._url = base + path
        self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for a page by its number."""
        number = int(following or "1")
        asked = {"count": str(_PAGE), "page": str(number)}
        try:
            answer = await self._web.get(self._url, source=self._source, params=asked, headers=self._headers)
        except Refused as refusal:
            raise self._meant(refusal.status, refusal.body) from None
        if answer.status != 200:
            raise self._meant(answer.status, answer.body)
        things = listed(object_of(answer), self._name)
        return Page(things, str(number + 1) if things else None)

    def entry(self, thing: Any) -> Entry:
        """Return the number of a status or comment, and what an edit or a deletion changes."""
        made = time_of(thing) if thing.get("created_at") else None
        return Entry(str(thing.get("idstr") or thing["id"]), state_of(thing, *_CONTENT), ms(made) if made else 0)

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return things as an answer."""
        return [orjson.dumps({self._name: things})]

    def _meant(self, status: int, body: bytes) -> HearkenError:
        """Return what an error means, which Weibo tells by a number of its own."""
        try:
            number = int(json_value(body, len(body) + 1)["error_code"])
        except (Poison, LookupError, TypeError, ValueError):
            number = 0
        if number in _TOO_MANY:
            return Transient(f"{self._source}: more was asked than Weibo allows in an hour (error {number})", _HOUR_S)
        return Refused(
            f"[sources.{self._source}] Weibo refuses (status {status}, error {number}): check access_token and rights",
            status,
        )
