"""Polling one feed without end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ingest.feed.cursor import FeedCursor, body_digest
from ingest.feed.discovery import feed_address
from ingest.feed.document import FeedDocument
from ingest.feed.pace import LONGEST_S, SELDOM_S, first_pause_s, pause_s
from ingest.live import Gap, Heard
from ingest.markup import address
from ingest.records import MAX_RECORD_BYTES
from schemas.clock import AsyncClock
from schemas.errors import Poison, Refused, Transient, UsageError
from schemas.wire import from_ms, ms

if TYPE_CHECKING:
    from ingest.web import Answer, Web

DEFAULT_INTERVAL_S = 900.0
SHORTEST_S = 10  # more often no feed has something new

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


class Poller:
    """One feed: `url` is where it is, `shown` what it is called where people read it; it is one of so many `feeds`."""

    def __init__(self, source: str, url: str, shown: str, interval_s: float, feeds: int, clock: AsyncClock) -> None:
        self._source, self._url, self._shown = source, url, shown
        self._interval_s, self._feeds, self._clock = interval_s, feeds, clock

    async def listen(self, web: "Web", cursor: str | None) -> AsyncIterator[Heard | Gap]:
        """Yield each document in which something is new, and a gap once where the feed cannot be had.

        What passes (5xx, a network's faults) raises Transient; what does not (404, 410, 403, a web page) is asked
        again at longer intervals. A cursor comes after each poll that changed something. Where the feed has moved for
        good it is asked for at its new place, also after a restart, until it cannot be had there.
        """
        known = FeedCursor.read(cursor)
        if cursor is None:
            await self._clock.wait(first_pause_s(self._url, self._feeds, self._interval_s))
        while True:
            # A clock that was set back must not keep us waiting.
            waiting_s = min((known.due_ms - ms(self._clock.now())) / 1000, SELDOM_S)
            if waiting_s > 0:
                await self._clock.wait(waiting_s)
            told = False
            async for heard in self._poll(web, known):
                told = told or isinstance(heard, Heard)
                yield heard
            if not told:
                yield Heard(b"", known.text())

    async def _poll(self, web: "Web", known: FeedCursor) -> AsyncIterator[Heard | Gap]:
        headers = {"accept": ACCEPT}
        if known.etag:
            headers["if-none-match"] = known.etag
        if known.modified:
            headers["if-modified-since"] = known.modified
        url = known.found_at or known.moved_to or self._url
        try:
            answer = await web.get(url, source=self._source, headers=headers)
        except Transient:
            if known.moved_to is not None:
                known.moved_to = None
                yield Heard(b"", known.text())
            raise
        except (Poison, Refused) as refusal:
            trouble = str(refusal.detail) if isinstance(refusal, Poison) else f"answered {refusal.status}"
            for gap in self._troubled(known, trouble, LONGEST_S):
                yield gap
            return
        self._rest(known, pause_s(self._interval_s, answer.headers, known.ttl_s, self._clock.now()))
        if 200 <= answer.status < 300 or answer.status == 304:
            self._move(known, url, answer.moved)
        if answer.status == 304:
            known.trouble = None
        elif answer.status == 410:
            for gap in self._troubled(known, "is gone for good (410): take it out of urls", SELDOM_S):
                yield gap
        elif not 200 <= answer.status < 300:
            known.found_at = None
            for gap in self._troubled(known, f"answered {answer.status}", 2 * self._interval_s):
                yield gap
        elif body_digest(answer.body) == known.body:
            self._remember(known, answer)
        else:
            async for heard in self._read(web, known, answer):
                yield heard

    async def _read(self, web: "Web", known: FeedCursor, answer: "Answer") -> AsyncIterator[Heard | Gap]:
        now = from_ms(ms(self._clock.now()))
        content_type = answer.headers.get("content-type", "")
        document = FeedDocument(answer.body, shown_url(answer.url), content_type, now)
        try:
            feed = await asyncio.to_thread(document.feed)  # a large one takes a second, and others are waiting
        except Poison as poison:
            if poison.reason == "unknown_kind":
                found = feed_address(answer.body, content_type, answer.url)
                if found is not None and known.found_at is None:  # a page that was named by a page is not followed
                    known.found_at, known.due_ms = found, 0
                    known.etag = known.modified = None
                    return
                trouble, rest_s = "is no feed and names none: give the address of its RSS, Atom or JSON feed", 0.0
            elif len(answer.body) > MAX_RECORD_BYTES:
                trouble, rest_s = f"is no feed to be read: it has {len(answer.body)} bytes", LONGEST_S
            else:
                self._remember(known, answer)
                yield Heard(document.payload(), known.text())  # which becomes a dead letter, once
                return
            for gap in self._troubled(known, trouble, rest_s):
                yield gap
            return
        changed = known.changes(feed, feed.native_ids(), now)
        self._remember(known, answer)
        known.ttl_s = feed.ttl_s
        self._rest(known, pause_s(self._interval_s, answer.headers, feed.ttl_s, now))
        if changed:
            yield Heard(replace(document, changed=changed).payload(), known.text())

    def _troubled(self, known: FeedCursor, trouble: str, rest_s: float) -> list[Gap]:
        """Wait longer, go back to the address that was given, and return what to report: nothing if it was the last
        time."""
        known.moved_to = None
        self._rest(known, max(self._interval_s, rest_s))
        new = known.trouble != trouble
        known.trouble = trouble
        return [Gap(f"{self._shown} {trouble}")] if new else []

    def _rest(self, known: FeedCursor, rest_s: float) -> None:
        known.due_ms = ms(self._clock.now()) + round(rest_s * 1000)

    def _move(self, known: FeedCursor, asked: str, moved: str | None) -> None:
        """Remember where a feed has moved to for good.

        Not from an address with a query: it may hold a key, which has no place in a cursor. And not out of TLS.
        """
        if moved is None or shown_url(asked) != asked or (asked.startswith("https:") and moved.startswith("http:")):
            return
        if known.found_at is not None:
            known.found_at = moved
        else:
            known.moved_to = moved

    def _remember(self, known: FeedCursor, answer: "Answer") -> None:
        known.etag, known.modified = answer.headers.get("etag"), answer.headers.get("last-modified")
        known.body, known.trouble = body_digest(answer.body), None


def channel_names(source: str, urls: Sequence[str]) -> dict[str, str]:
    """Return the feeds by names that can be shown.

    Raises UsageError without feeds, or for what is no address of the web.
    """
    if not urls:
        raise UsageError(f'[sources.{source}] urls: no feed is named; write urls = ["https://example.com/feed.xml"]')
    for number, url in enumerate(urls, 1):
        if address(url) is None:
            raise UsageError(f"[sources.{source}] urls: number {number} is no address that begins with https://")
    return {shown_url(url).removeprefix("https://"): url for url in urls}


def shown_url(url: str) -> str:
    """Return an address without what may be a secret: credentials and query; a digest stands for them."""
    parts = urlsplit(url)
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    if url != shown:
        shown += f"#{sha256(url.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    return shown
