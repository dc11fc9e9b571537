"""Questions of Stack Exchange as they are followed: those with something new since a moment, oldest first."""

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import listed, object_of
from ingest.history import Stretch
from ingest.listed_past import PastListing
from ingest.listing import MINUTE_MS, Page
from ingest.live import Gap, Heard
from ingest.trail import Entry, Trail, state_of
from schemas.clock import AsyncClock
from schemas.errors import Refused, Transient
from schemas.wire import from_ms

if TYPE_CHECKING:
    from ingest.web import Web

_PAGE = 100
_MOST_PAGES = 25  # what Stack Exchange gives without a key
_OVERLAP_MS = MINUTE_MS
_WHOLE = (
    "question.body", "question.answers", "question.comments", "question.closed_date", "question.locked_date",
    "question.last_edit_date", "answer.body", "answer.comments", "answer.link", "comment.body", "comment.link",
)  # fmt: skip
_THROTTLED = 502  # the number of the error
_DAY_S = 86_400.0
_ACTIVE = "last_activity_date"


class StackexchangeSearch(PastListing):
    """Questions that a search finds, with their answers and comments, by when something last happened to them."""

    since = True
    ascending = True
    most_pages = _MOST_PAGES

    def __init__(
        self, web: "Web", source: str, base: str, key: str | None, asked: Mapping[str, str], interval_s: float
    ) -> None:
        self._web, self._source, self._base, self._key, self._params = web, source, base, key, asked
        self._filter: str | None = None
        self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for a page of what is newer than the trail, a minute of it included."""
        number = int(following or "1")
        found = await self._page(max(trail.begin_ms - _OVERLAP_MS, 0) // 1000, number, {})
        more = found.get("has_more") is True and number < _MOST_PAGES
        return Page(listed(found, "items"), str(number + 1) if more else None, _pause_s(found))

    async def past(self, stretch: Stretch, cursor: str | None, clock: AsyncClock) -> AsyncGenerator[Heard | Gap]:
        """Yield what was asked before the end of a stretch and had something new since its beginning.

        Oldest activity first, from the last that was seen on: a page number would skip what moves up while it is read.
        A cursor is the second of that activity, and the page where more than a page has the same.
        """
        least, number = orjson.loads(cursor) if cursor else (int(stretch.since.timestamp()), 1)
        while True:
            found = await self._page(least, number, {"todate": str(int(stretch.until.timestamp()))})
            items = listed(found, "items")
            if (pause_s := _pause_s(found)) > 0:
                await clock.wait(pause_s)
            seconds = [at for item in items if isinstance(item, dict) and isinstance(at := item.get(_ACTIVE), int)]
            more, latest = found.get("has_more") is True, max(seconds, default=least)
            least, number = (latest, 1) if latest > least else (least, number + 1)
            if more and number > _MOST_PAGES:
                yield Gap("more in one second than is given", from_ms(least * 1000), from_ms(least * 1000))
                least, number = least + 1, 1
            yield Heard(self.payloads(items)[0] if items else b"", orjson.dumps([least, number]).decode())
            if not more:
                return

    def entry(self, thing: Any) -> Entry:
        """Return what a question goes by, and the state of it and of all below it."""
        said = [thing, *(thing.get("answers") or []), *(thing.get("comments") or [])]
        said += [comment for answer in thing.get("answers") or [] for comment in answer.get("comments") or []]
        state = [[one.get("last_edit_date"), one.get("closed_date"), one.get("score"), one.get("body")] for one in said]
        return Entry(str(thing["question_id"]), state_of({"said": state}), thing[_ACTIVE] * 1000)

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return questions as an answer."""
        return [orjson.dumps({"items": things})]

    async def single(self, clock: AsyncClock, what: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer about single posts, with all that is said of them, when the next question may be asked."""
        if self._filter is None:
            self._filter = await self._made_filter()
        found = await self._asked(what, {**params, "filter": self._filter})
        if (pause_s := _pause_s(found)) > 0:
            await clock.wait(pause_s)
        return found

    async def _page(self, least: int, number: int, params: Mapping[str, str]) -> dict[str, Any]:
        """Return a page of the questions with something new since a second, that included, oldest activity first."""
        if self._filter is None:
            self._filter = await self._made_filter()
        asked = {
            **self._params, **params, "filter": self._filter, "page": str(number), "pagesize": str(_PAGE),
            "sort": "activity", "order": "asc", "min": str(least),
        }  # fmt: skip
        return await self._asked("search/advanced", asked)

    async def _made_filter(self) -> str:
        """Return the name of the filter that has all of a question, which Stack Exchange keeps for everybody."""
        asked = {"include": ";".join(_WHOLE), "base": "default", "unsafe": "false"}
        items = listed(await self._asked("filters/create", asked), "items")
        name = items[0].get("filter") if items and isinstance(items[0], dict) else None
        if not isinstance(name, str):
            raise Transient(f"{self._source}: Stack Exchange makes no filter")
        return name

    async def _asked(self, what: str, params: Mapping[str, str]) -> dict[str, Any]:
        asked = {**params, "key": self._key} if self._key else params
        answer = await self._web.get(f"{self._base}/{what}", source=self._source, params=asked)
        if answer.status == 400:
            self._judge(answer.body)
        found = object_of(answer)
        left = found.get("quota_remaining")
        if isinstance(left, (int, float)):
            self._web.traffic[self._source].remaining = left
        return found

    def _judge(self, body: bytes) -> None:
        """Raise what an error means: Transient for too many requests, with the seconds that are asked for."""
        try:
            error = orjson.loads(body)
            number, text = error["error_id"], str(error["error_message"])
        except (KeyError, TypeError, ValueError):
            return
        if number == _THROTTLED:
            seconds = [float(word) for word in text.split() if word.isdigit()]
            raise Transient(f"{self._source}: the day's questions are used up", min([*seconds[-1:], _DAY_S]))
        raise Refused(
            f"[sources.{self._source}] Stack Exchange does not take what is asked (error {number}): check sites, tags "
            "and key",
            400,
        )


def _pause_s(found: Mapping[str, Any]) -> float:
    """Return for how many seconds Stack Exchange wants to be left alone."""
    backoff = found.get("backoff")
    return float(backoff) if isinstance(backoff, (int, float)) else 0.0
