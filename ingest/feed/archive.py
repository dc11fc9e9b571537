"""The older pages of a feed: what it links to itself (RFC 5005), or what WordPress gives by number."""

import asyncio
import html
import re
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import orjson

from ingest.feed.cursor import body_digest
from ingest.feed.discovery import feed_address
from ingest.feed.document import FeedDocument
from ingest.feed.item import Feed
from ingest.feed.polling import ACCEPT, shown_url
from ingest.history import Stretch
from ingest.live import Gap, Heard
from schemas.clock import Clock
from schemas.errors import Poison, Refused
from schemas.wire import from_ms, ms

if TYPE_CHECKING:
    from ingest.web import Answer, Web

_LINK = re.compile(r"<(?:[A-Za-z][\w.-]*:)?link\b([^<>]{1,4000})>")
_ATTRIBUTE = re.compile(r"""([A-Za-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_WORDPRESS = re.compile(r"<generator[^<>]{0,400}>\s*https?://(?:[\w-]+\.)*wordpress\.(?:org|com)\b")
_HEAD = 2**18  # the links of a feed stand before its items
_MOST_PAGES = 10_000
_OLDER = ("prev-archive", "next")  # of a document that is an archive, and of one that is a page


class FeedArchive:
    """The past of one feed at `url`, which `shown` stands for in what people read."""

    def __init__(self, source: str, url: str, shown: str, clock: Clock) -> None:
        self._source, self._url, self._shown, self._clock = source, url, shown, clock

    async def history(self, web: "Web", stretch: Stretch, cursor: str | None) -> AsyncGenerator[Heard | Gap]:
        """Yield the feed and its older pages, until one is older than the stretch as a whole, or there is none.

        A cursor is where to go on. An address with a query may hold a key, which has no place in a cursor, so such a
        feed begins anew. Raises Transient and Refused as the web does, Refused where there is no feed.
        """
        place = _Place.read(cursor, self._url)
        for _ in range(_MOST_PAGES):
            answer = await self._asked(web, place)
            if answer is None:
                return
            document = FeedDocument(
                answer.body, shown_url(answer.url), answer.headers.get("content-type", ""),
                from_ms(ms(self._clock.now())),
            )  # fmt: skip
            try:
                feed = await asyncio.to_thread(document.feed)
            except Poison as poison:
                found = feed_address(answer.body, document.content_type, answer.url)
                if found is not None and place.url == self._url:  # a page that was named by a page is not followed
                    place = _Place(found)
                    continue
                yield Gap(f"{self._shown}: page {place.number} is no feed ({poison.reason})")
                return
            digest = body_digest(answer.body)
            older = _older(answer, place) if feed.items and digest != place.digest else None
            if older is None or _is_before(feed, stretch.since):
                yield Heard(document.payload())
                return
            older.digest = digest
            yield Heard(document.payload(), older.text(self._url))
            place = older
        yield Gap(f"{self._shown}: more than {_MOST_PAGES} pages")

    async def _asked(self, web: "Web", place: "_Place") -> "Answer | None":
        """Return a page; None where there is no more of them."""
        try:
            answer = await web.get(place.url, source=self._source, headers={"accept": ACCEPT})
        except Refused as refusal:
            if place.first or refusal.status == 401:
                raise
            return None
        if answer.status == 200:
            return answer
        if place.first:
            raise Refused(f"{self._shown} answers {answer.status}: check its address", answer.status)
        return None


class _Place:
    """Where one is: the address of a page, which one it is, and what the one before it was."""

    def __init__(self, url: str, number: int = 1, digest: str | None = None) -> None:
        self.url, self.number, self.digest = url, number, digest

    @property
    def first(self) -> bool:
        return self.number == 1

    @classmethod
    def read(cls, cursor: str | None, url: str) -> "_Place":
        if cursor is None:
            return cls(url)
        known = orjson.loads(cursor)
        return cls(known["url"], known["number"], known["digest"])

    def text(self, feed: str) -> str | None:
        if shown_url(feed) != feed:
            return None
        return orjson.dumps({"url": self.url, "number": self.number, "digest": self.digest}).decode()


def _older(answer: "Answer", place: _Place) -> _Place | None:
    """Return where the page behind this one is, None where nothing says that there is one."""
    named = _named(answer.body)
    if named is not None:
        url = urljoin(answer.url, named)
        known = urlsplit(url).scheme in ("http", "https") and url not in (place.url, answer.url)
        return _Place(url, place.number + 1) if known else None
    if _WORDPRESS.search(answer.body[:_HEAD].decode("utf-8", "replace")):
        parts = urlsplit(place.url)
        query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "paged"]
        asked = urlencode([*query, ("paged", str(place.number + 1))])
        return _Place(parts._replace(query=asked).geturl(), place.number + 1)
    return None


def _named(body: bytes) -> str | None:
    """Return the address that a document names for what is older than itself."""
    if body.lstrip()[:1] == b"{":
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        following = found.get("next_url") if isinstance(found, dict) else None
        return following if isinstance(following, str) and following else None
    links: dict[str, str] = {}
    for tag in _LINK.findall(body[:_HEAD].decode("utf-8", "replace")):
        said = {name.lower(): one or other for name, one, other in _ATTRIBUTE.findall(tag)}
        for name in said.get("rel", "").lower().split():
            if url := html.unescape(said.get("href", "")).strip():
                links.setdefault(name, url)
    return next((links[name] for name in _OLDER if name in links), None)


def _is_before(feed: Feed, moment: datetime) -> bool:
    """Say whether everything that a page holds is older than a moment."""
    times = [max(item.times) for item in feed.items if item.times]
    return bool(times) and max(times) < moment
