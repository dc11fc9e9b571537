"""Edges of Meta's Graph API as they are followed, whichever network they are of."""

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
from schemas.errors import HearkenError, Poison, Refused, Transient
from schemas.json_value import json_value
from schemas.times import read_time
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

_OVERLAP_MS = 10 * MINUTE_MS
PAGE = 50
_AT_ONCE = 25
_TOO_MANY = {4, 17, 32, 341, 613, 80001, 80002, 80004, 80006}  # numbers of errors
_PASSING = {1, 2}
_CREDENTIALS = {102, 190, 463, 467}
_REST_S = 900.0  # quotas are those of the last hour
# Totals move all the time, and addresses of media are signed anew for each answer.
_UNTOLD = {
    "comment_count", "comments_count", "full_picture", "image", "like_count", "media_url", "paging", "reactions",
    "shares", "source", "thumbnail_url", "updated_time", "view_count", "views",
}  # fmt: skip


class GraphEdge(PastListing):
    """One edge, newest first: `path` of `/NODE/EDGE`, asked for with `params`. `time` is the field of a node's time.

    `dated` edges can be asked for from a moment on. Some known nodes are looked at again each round, with the fields
    that `looks` names, None for none. `lasts_s` is how long an edge shows a node, None for ever.
    """

    whole = True

    def __init__(
        self,
        graph: "Graph",
        path: str,
        params: Mapping[str, str],
        interval_s: float,
        *,
        time: str = "timestamp",
        dated: bool = False,
        looks: str | None = None,
        lasts_s: float | None = None,
    ) -> None:
        self._graph, self._path, self._params, self._time, self._looks = graph, path, params, time, looks
        self.interval_s, self.since, self.lasts_s = interval_s, dated, lasts_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for a page: the one behind a place, or the first."""
        since_s = max(trail.begin_ms - _OVERLAP_MS, 0) // 1000
        return await self._found({"since": str(since_s)} if self.since else {}, following)

    async def between(self, since: datetime, until: datetime, following: str | None) -> Page:
        """Ask for a page of what was published between two moments."""
        times = {"since": str(int(since.timestamp())), "until": str(int(until.timestamp()))}
        return await self._found(times, following)

    def past(self, stretch: Stretch, cursor: str | None, clock: AsyncClock) -> AsyncGenerator[Heard | Gap]:
        """Yield its pages, newest first."""
        return searched_back(asking(self, stretch), stretch, cursor, full=PAGE)

    def published(self, thing: Any) -> datetime:
        """Return when a node was published."""
        return read_time(thing[self._time])

    async def _found(self, times: Mapping[str, str], following: str | None) -> Page:
        asked = {"limit": str(PAGE), **self._params, **times, **({"after": following} if following else {})}
        answer = await self._graph.asked(self._path, asked)
        paging = answer.get("paging")
        more = isinstance(paging, dict) and "next" in paging
        after = (paging.get("cursors") or {}).get("after") if isinstance(paging, dict) and more else None
        return Page(listed(answer, "data"), after if isinstance(after, str) else None)

    def entry(self, thing: Any) -> Entry:
        """Return the id of a node, and a digest of it but for its totals."""
        made = thing.get(self._time)
        return Entry(str(thing["id"]), state_of(_told(thing)), ms(read_time(made)) if made else 0)

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return nodes as an answer."""
        return [orjson.dumps({"data": things})]

    async def again(self, trail: Trail) -> Sequence[Any]:
        """Return some known nodes as they are now, with what has come below them."""
        if self._looks is None or not (names := trail.some(_AT_ONCE)):
            return ()
        fields = {"fields": self._looks}
        try:
            found = list((await self._graph.asked("/", {"ids": ",".join(names), **fields})).values())
        except Refused:  # one that is gone takes the others with it
            found = [await self._graph.one(name, fields) for name in names]
        return [node for node in found if isinstance(node, dict) and "id" in node]


class Graph:
    """The interface of one network, asked with one token."""

    def __init__(self, web: "Web", source: str, base: str, headers: Mapping[str, str]) -> None:
        self._web, self._source, self._base, self._headers = web, source, base, headers

    async def asked(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer to a question. Raises Refused, or Transient where it is for a while only."""
        url = self._base + path
        try:
            answer = await self._web.get(url, source=self._source, params=params, headers=self._headers)
        except Refused as refusal:
            raise self._meant(refusal.status, refusal.body) from None
        if answer.status != 200:
            raise self._meant(answer.status, answer.body)
        return object_of(answer)

    async def one(self, name: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Return one node; nothing of one that is gone, or not ours to see."""
        try:
            return await self.asked(f"/{name}", params)
        except Refused as refusal:
            if refusal.status == 401 or _number(refusal.body)[0] in _CREDENTIALS:
                raise
            return {}

    def _meant(self, status: int, body: bytes) -> HearkenError:
        """Return what an error of the interface means, which is told by a number of its own."""
        number, passing = _number(body)
        if number in _TOO_MANY:
            return Transient(f"{self._source}: more was asked than Meta allows (error {number})", _REST_S)
        if passing or number in _PASSING:
            return Transient(f"{self._source}: Meta cannot answer at the moment (error {number})")
        what = "the token has run out, or is none" if number in _CREDENTIALS or status == 401 else "check its rights"
        return Refused(f"[sources.{self._source}] Meta refuses (status {status}, error {number}): {what}", status, body)


def _told(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a node only changes when somebody says something else."""
    return {name: _below(value) for name, value in node.items() if name not in _UNTOLD}


def _below(value: Any) -> Any:
    if isinstance(value, dict):
        return _told({name: inside for name, inside in value.items() if name != "summary"})
    return [_below(one) for one in value] if isinstance(value, list) else value


def _number(body: bytes) -> tuple[int, bool]:
    try:
        error = json_value(body, len(body) + 1)["error"]
        return int(error["code"]), error.get("is_transient") is True
    except (Poison, LookupError, TypeError, ValueError, AttributeError):
        return 0, False
