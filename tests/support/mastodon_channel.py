"""One channel of a Mastodon server on this machine, listened to for as long as a test wants."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, cast

from ingest.live import Gap, Heard
from ingest.records import Record
from ingest.source import Parsed, source
from ingest.sources.mastodon_stream import MastodonStream
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.outbound import OutboundSettings
from schemas.post import PostEvent
from schemas.wire import from_ms
from tests.support.mastodon_server import MastodonServer
from tests.support.mastodon_statuses import NOON_MS, status, status_id

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LOCAL = OutboundSettings(allow=("127.0.0.1",))
MINUTE_MS = 60_000
Said = list[Heard | Gap]


def at(minutes: float, text: str = "A kettle", **fields: Any) -> dict[str, Any]:
    """A status of so many minutes after noon."""
    return status(NOON_MS + round(minutes * MINUTE_MS), text, **fields)


def cursor(minutes: float) -> str:
    """The position behind that status."""
    at_ms = NOON_MS + round(minutes * MINUTE_MS)
    return f"{status_id(at_ms)}@{from_ms(at_ms).isoformat()}"


def reader(server: MastodonServer, **options: object) -> MastodonStream:
    """The source, with this server alone."""
    found = source("mastodon-stream", {"servers": [server.url], **options})
    assert isinstance(found, MastodonStream)
    return found


def opened(
    found: MastodonStream, web: Web, since: str | None, channel: int = 0
) -> aclosing[AsyncGenerator[Heard | Gap]]:
    listening = found.listen(found.channels(())[channel], web, (), since)
    return aclosing(cast(AsyncGenerator[Heard | Gap], listening))


def listen(
    found: MastodonStream,
    since: str | None,
    count: int,
    meanwhile: Callable[[], object] = lambda: None,
    channel: int = 0,
) -> Said:
    """At most `count` things that one connection gives, no heartbeats; what breaks it is raised when it is less."""

    async def run() -> Said:
        said: Said = []
        async with Web(LOCAL, clock=ManualClock(NOON)) as web, opened(found, web, since, channel) as things:
            call = asyncio.get_running_loop().run_in_executor(None, meanwhile)
            async for thing in things:
                if isinstance(thing, Gap) or thing.payload or thing.cursor:
                    said.append(thing)
                if len(said) == count:
                    break
            await call
        return said

    return asyncio.run(asyncio.wait_for(run(), 20))


def posts(found: MastodonStream, said: Said) -> list[PostEvent]:
    """The posts in what was heard, seen at one o'clock."""
    seen = datetime(2024, 3, 1, 13, tzinfo=UTC)
    parsed: list[Parsed] = []
    for number, thing in enumerate(said, 1):
        if isinstance(thing, Heard) and thing.payload:
            parsed += found.parse(Record(number, thing.payload, seen_at=seen))
    return [one for one in parsed if isinstance(one, PostEvent)]
