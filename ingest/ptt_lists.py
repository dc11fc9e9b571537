"""A board of PTT as it is followed: its newest articles, and again those of late, for the pushes below them."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from ingest.listing import Listing, Page
from ingest.ptt_pages import read_page
from ingest.trail import Entry, Trail, state_of
from schemas.errors import Poison, Refused, Transient

if TYPE_CHECKING:
    from ingest.web import Web

_BEFORE = re.compile(r'href="/bbs/[\w-]+/index(\d+)\.html"[^>]*>[^<]*上頁')
_AGAIN = 10
_OF_AGE = {"cookie": "over18=1"}  # the web asks everybody, and is satisfied with this

Thing = dict[str, Any]


class NewestArticles(Listing):
    """A board's articles, newest page first. Each new one is asked for by itself."""

    whole = True
    most_pages = 20

    def __init__(self, web: "Web", source: str, base: str, board: str, interval_s: float) -> None:
        self._web, self._source, self._base, self._board = web, source, base, board
        self.interval_s = interval_s

    async def page(self, trail: Trail, following: str | None) -> Page:
        """Ask for a page of the board, and for what is new on it."""
        url = f"{self._base}/bbs/{self._board}/index{following or ''}.html"
        markup = await self._markup(url)
        if markup is None:
            raise Refused(f"[sources.{self._source}] boards: PTT shows no board {self._board}", 404)
        try:
            entries = read_page(markup, url).entries
        except Poison as poison:
            raise Transient(f"{self._source}: {self._board} is shown as no board ({poison.reason})") from None
        things: list[Thing] = []
        for address, _ in entries:
            if address is not None:
                state = trail.seen.get(address)
                things.append(await self._article(address) if state is None else {"address": address, "state": state})
        before = _BEFORE.search(markup)
        return Page(things, before[1] if before else None)

    def entry(self, thing: Any) -> Entry:
        """Return an article's address, and its state: what it says, and the pushes below it."""
        return Entry(thing["address"], thing["state"], int(thing["address"].split("/M.")[1].split(".")[0]) * 1000)

    def payloads(self, things: list[Any]) -> list[bytes]:
        """Return each article's page, with its address."""
        return [
            orjson.dumps({name: thing[name] for name in ("url", "html", "gone") if name in thing}) for thing in things
        ]

    async def again(self, trail: Trail) -> Sequence[Any]:
        """Return some articles as they are now."""
        return [await self._article(name) for name in trail.some(_AGAIN)]

    async def _article(self, address: str) -> Thing:
        url = f"{self._base}/bbs/{address}.html"
        markup = await self._markup(url)
        if markup is None:
            return {"address": address, "state": "gone", "url": url, "gone": True}
        return {"address": address, "state": _state(markup, url), "url": url, "html": markup}

    async def _markup(self, url: str) -> str | None:
        """Return a page; None for one that is not there."""
        answer = await self._web.get(url, source=self._source, headers=_OF_AGE)
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise Refused(f"[sources.{self._source}] PTT answers {answer.status}", answer.status)
        return answer.body.decode("utf-8", "replace")


def _state(markup: str, url: str) -> str:
    try:
        page = read_page(markup, url)
    except Poison:
        return state_of({"markup": markup})
    pushes = [[push.tag, push.user, push.text, push.when] for push in page.pushes]
    return state_of({"body": page.body, "meta": page.meta, "pushes": pushes})
