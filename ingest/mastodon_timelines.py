"""Mastodon's timelines as they are followed: where one streams, what a position in it is, what came behind it."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import orjson

from ingest.live import Gap, Heard
from schemas.errors import Poison, Refused
from schemas.times import read_time
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

_PAGE = 40  # the most that a server gives at once
_MOST_PAGES = 1_000  # about a quarter of an hour at the rate that servers allow
_OVERLAP_MS = 60_000  # a post of another server has the id of when it was written, and so comes late
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SNOWFLAKE = re.compile(r"\d{17,19}")
_TIMELINES = {"public": "public", "public:local": "public/local", "public:remote": "public/remote"}


@dataclass(frozen=True, slots=True)
class Position:
    """The highest id of a status that was taken from a timeline, and when that status was published."""

    id: str
    at: datetime | None = None

    @classmethod
    def read(cls, cursor: str) -> Self | None:
        """Return the position that a cursor stands for; None for what is none of ours."""
        native_id, _, at = cursor.partition("@")
        if not _ID.fullmatch(native_id):
            return None
        try:
            return cls(native_id, read_time(at) if at else None)
        except Poison:
            return None

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Return the position before all that was published from a moment on, where ids say when they were given."""
        return cls(str(max(0, ms(moment) - _OVERLAP_MS) << 16), moment)

    def cursor(self) -> str:
        """Return the position as text."""
        return f"{self.id}@{self.at.isoformat() if self.at else ''}"

    @property
    def earlier(self) -> str:
        """The id from a minute before, where ids say when they were given."""
        return str(int(self.id) - (_OVERLAP_MS << 16)) if _SNOWFLAKE.fullmatch(self.id) else self.id


@dataclass(frozen=True, slots=True)
class Timeline:
    """One timeline of the server at `base`: "public", "public:local", "public:remote", or a hashtag with its #."""

    base: str
    name: str

    @property
    def server(self) -> str:
        """The server's name, as posts of it carry it."""
        return self.base.removeprefix("https://").removeprefix("http://")

    def streaming(self) -> tuple[str, dict[str, str]]:
        """Return the path and the parameters under which it streams."""
        if self.name.startswith("#"):
            return "/api/v1/streaming/hashtag", {"tag": self.name[1:]}
        return f"/api/v1/streaming/{_TIMELINES[self.name]}", {}

    def reading(self) -> tuple[str, dict[str, str]]:
        """Return the path and the parameters under which it is read page by page."""
        if self.name.startswith("#"):
            return f"/api/v1/timelines/tag/{quote(self.name[1:], safe='')}", {}
        which = self.name.partition(":")[2]
        return "/api/v1/timelines/public", {which: "true"} if which else {}


def is_timeline(name: object) -> bool:
    """Tell whether there is such a timeline."""
    return isinstance(name, str) and (name in _TIMELINES or re.fullmatch(r"#\w+", name) is not None)


class TimelineReader:
    """Reads a timeline page by page, and keeps the position in it. One for each connection."""

    def __init__(
        self, web: "Web", source: str, timeline: Timeline, headers: Mapping[str, str], position: Position | None
    ) -> None:
        """Begin behind `position`; None where nothing was taken yet."""
        self._web, self._source, self._headers = web, source, headers
        self._timeline = timeline
        self.position = position
        self._closed = False

    @property
    def cursor(self) -> str | None:
        """The position as text, if there is one."""
        return self.position.cursor() if self.position else None

    def take(self, status: object) -> str | None:
        """Move on behind a status, and return the cursor. What is no status, or an older one, moves nothing."""
        native_id = _id(status)
        if native_id is not None and (self.position is None or _rank(native_id) > _rank(self.position.id)):
            self.position = Position(native_id, _published(status))
        return self.cursor

    async def begin(self) -> datetime | None:
        """Take the newest status for the position, and return when it was published.

        Raises Refused where the timeline is not open.
        """
        page = await self._page({"limit": "1"})
        self.position = None if page else Position("0")  # behind which everything comes, once there is something
        for status in page:
            self.take(status)
        return self.position.at if self.position else None

    async def missed(self, *, overlapping: bool) -> AsyncIterator[Heard | Gap]:
        """Yield what came behind the position, oldest first, until there is no more.

        `overlapping` begins a minute before it. Where there is more than can be asked for, a Gap stands for the rest.
        Raises Refused where the timeline is not open.
        """
        if self.position is None:
            return
        behind = self.position.earlier if overlapping else self.position.id
        for _ in range(_MOST_PAGES):
            page = await self._page({"limit": str(_PAGE), "min_id": behind})
            fresh = sorted((status for status in page if _rank(_id(status)) > _rank(behind)), key=_rank_of)
            for status in fresh:
                around = {"server": self._timeline.server, "event": "update", "payload": status}
                yield Heard(orjson.dumps(around), self.take(status))
            if not fresh:
                return
            behind = fresh[-1]["id"]
        yield Gap(f"more than {_MOST_PAGES * _PAGE} posts were missed", self.position.at, await self.begin())

    async def missed_if_open(self, *, overlapping: bool) -> AsyncIterator[Heard | Gap]:
        """Do as `missed`, but where the timeline is not open a Gap, once, stands for all that came."""
        if self._closed:
            return
        try:
            async for thing in self.missed(overlapping=overlapping):
                yield thing
        except Refused as refusal:
            self._closed = True
            yield Gap(str(refusal), self.position.at if self.position else None)

    async def _page(self, params: Mapping[str, str]) -> list[Any]:
        path, which = self._timeline.reading()
        url, server = self._timeline.base + path, self._timeline.server
        try:
            answer = await self._web.get(url, source=self._source, params={**which, **params}, headers=self._headers)
        except Refused as refusal:
            text = f"{server} shows {self._timeline.name} only to those who have a token of it"
            raise Refused(text, refusal.status, refusal.body) from None
        page = None
        if answer.status == 200:
            with suppress(orjson.JSONDecodeError):
                page = orjson.loads(answer.body)
        if not isinstance(page, list):
            raise Refused(f"{server} does not show {self._timeline.name}: it answers {answer.status}", answer.status)
        return page


def _id(status: object) -> str | None:
    native_id = status.get("id") if isinstance(status, dict) else None
    return native_id if isinstance(native_id, str) and _ID.fullmatch(native_id) else None


def _rank(native_id: str | None) -> tuple[int, str]:
    """Order ids as servers do: numbers, and texts of one length."""
    return (len(native_id), native_id) if native_id else (0, "")


def _rank_of(status: object) -> tuple[int, str]:
    return _rank(_id(status))


def _published(status: object) -> datetime | None:
    try:
        return read_time(status.get("created_at")) if isinstance(status, dict) else None
    except Poison:
        return None
