"""Following one feed of a local server as the runner does, poll by poll."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from random import Random
from typing import cast

from ingest.live import Gap, Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.sources.feeds import Feeds
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Poison, Transient
from schemas.outbound import OutboundSettings
from schemas.post import PostEvent
from tests.support.feed_server import FeedServer, serving_feeds

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used: reading the system's authorities takes a while
START = datetime(2024, 3, 1, 13, tzinfo=UTC)
INTERVAL_S = 900


def rss(*items: str) -> bytes:
    """Return a feed of these items."""
    return f"<rss version='2.0'><channel><link>https://n.example/</link>{''.join(items)}</channel></rss>".encode()


def item(number: int, text: str = "x", more: str = "<pubDate>Fri, 01 Mar 2024 12:00:00 GMT</pubDate>") -> str:
    """Return an item of that number."""
    named = f"<guid isPermaLink='false'>{number}</guid><title>t{number}</title>"
    return f"<item>{named}<description>{text}</description>{more}</item>"


class Follower:
    """Listens to one feed as the runner does, poll by poll, and keeps what it was told."""

    def __init__(self, server: FeedServer, web: Web, clock: ManualClock, path: str = "/feed") -> None:
        self.server, self.web, self.clock = server, web, clock
        self.source = Feeds([server.url + path], INTERVAL_S)
        self.source.clock = clock
        self.cursor: str | None = None
        self.gaps: list[str] = []
        self.breaks = 0
        self.payloads: list[str] = []
        self.refused: list[str] = []

    async def polls(self, number: int) -> list[PostEvent]:
        """Poll so many times, and return what came of it."""
        events: list[PostEvent] = []
        (channel,) = self.source.channels([])
        while number:
            try:
                said = self.source.listen(channel, self.web, [], self.cursor)
                async with aclosing(cast(AsyncGenerator[Heard | Gap], said)) as listening:
                    async for heard in listening:
                        if isinstance(heard, Gap):
                            self.gaps.append(heard.reason)
                            continue
                        self.cursor = heard.cursor or self.cursor
                        if heard.payload:
                            self.payloads.append(heard.payload.decode())
                            outcome = parsed(self.source, Record(1, heard.payload, seen_at=self.clock.now()))
                            if isinstance(outcome, Poison):
                                self.refused.append(outcome.reason)
                            else:
                                events += [one for one in outcome if isinstance(one, PostEvent)]
                        number -= 1
                        if not number:
                            break
            except Transient:
                self.breaks += 1
                self.clock.advance(60)
        return events

    async def wait_s(self) -> float:
        """Return how long it waits after the next poll before the one behind it."""
        await self.polls(1)
        polled = self.clock.now()
        await self.polls(1)
        return (self.clock.now() - polled).total_seconds()


def following(course: Callable[[Follower], Awaitable[None]], path: str = "/feed") -> None:
    """Let a follower run its course beside a server of its own."""

    async def run() -> None:
        clock = ManualClock(START)
        allowed = OutboundSettings(allow=("127.0.0.1",))
        async with serving_feeds() as server, Web(allowed, clock=clock, chance=Random(3), tls=PLAIN) as web:
            await course(Follower(server, web, clock, path))

    asyncio.run(asyncio.wait_for(run(), 20))
