"""Questions of Stack Exchange as they are followed: those with something new since a moment, oldest first."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import listed, object_of
from ingest.listing import MINUTE_MS, Listing, Page
from ingest.trail import Entry, Trail, state_of
from schemas.errors import Refused, Transient

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


class StackexchangeSearch(Listing):
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
        if self._filter is None:
            self._filter = await self._made_filter()
        number = int(following or "1")
        asked = {
            **self._params, "filter": self._filter, "page": str(number), "pagesize": str(_PAGE), "sort": "activity",
            "order": "asc", "min": str(max(trail.begin_ms - _OVERLAP_MS, 0) // 1000),
        }  # fmt: skip
        found = await self._asked("search/advanced", asked)
        more = found.get("has_more") is True and number < _MOST_PAGES
        backoff = found.get("backoff")
        return Page(
            listed(found, "items"), str(number + 1) if more else None,
            float(backoff) if isinstance(backoff, (int, float)) else 0.0,
        )  # fmt: skip

    def entry(self, thing: Any) -> Entry:
        """Return what a question goes by, and the state of it and of all below it."""
        said = [thing, *(thing.get("answers") or []), *(thing.get("comments") or [])]
        said += [comment for answer in thing.get("answers") or [] for comment in answer.get("comments") or []]
        state = [[one.get("last_edit_date"), one.get("closed_date"), one.get("score"), one.get("body")] for one in said]
        return Entry(str(thing["question_id"]), state_of({"said": state}), thing["last_activity_date"] * 1000)

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return questions as an answer."""
        return [orjson.dumps({"items": things})]

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
