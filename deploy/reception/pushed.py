"""What is pushed, as a live source: it has a position, back-pressure and dead letters as every other source."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import ClassVar, Final

from deploy.reception.clerk import Clerk
from deploy.reception.endpoint import Endpoint
from deploy.reception.outcomes import Outcomes
from deploy.reception.push import Push, unwrapped, wrapped
from deploy.reception.server import serving
from deploy.reception.spool import Spool
from ingest.door import Door, door
from ingest.doors.websub import WebSub
from ingest.feed.subscriber import Subscriber
from ingest.live import Gap, Heard, LiveSource
from ingest.records import Record
from ingest.source import Parsed, Skipped, Source, source
from ingest.sources.feeds import Feeds
from ingest.web import Web
from schemas.brand import Brand
from schemas.clock import AsyncClock, SystemClock
from schemas.errors import UsageError
from schemas.settings import Settings

_log = logging.getLogger(__name__)

NAME: Final = "push"
_AT_ONCE = 64
_TIDY_S = 60.0


class Pushed(LiveSource):
    """Opens the reception, and says what waits in the spool, request by request.

    At-least-once: a request is safe before it is answered, and its place is kept with what it led to. Each record is
    parsed by the source that it was pushed for.
    """

    name: ClassVar[str] = NAME
    network = NAME
    formats = "what other sources read, in HTTP requests"
    silence_s = None

    def __init__(self, settings: Settings, open_spool: Callable[[], Spool], clock: AsyncClock | None = None) -> None:
        """Prepare the doors of the settings. Raises UsageError when one cannot be, or when there is none."""
        self._settings = settings.reception
        self._open_spool = open_spool
        self._clock = clock or SystemClock()
        if not self._settings.doors:
            raise UsageError("[reception] has no door: [reception.doors.ndjson] with a secret is one")
        self._doors: Mapping[str, Door] = {name: door(name, options) for name, options in self._settings.doors.items()}
        self._sources: Mapping[str, Source] = {name: source(name, settings.sources.get(name)) for name in self._doors}
        self.port: int | None = None  # while it is open
        self.outcomes = Outcomes()

    def parse(self, record: Record) -> list[Parsed]:
        """Return what a pushed record holds, by the source that it was pushed for."""
        name, at, payload = unwrapped(record.payload)
        inner = self._sources.get(name)
        if inner is None:
            return [Skipped("a door that is closed")]
        return list(inner.parse(Record(record.number, payload, seen_at=at)))

    async def listen(
        self, channel: str, web: Web, brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Receive requests, and yield what each holds, with its place behind the last of it."""
        clerk = await Clerk.open(self._open_spool)
        subscribing: list[asyncio.Task[None]] = []
        try:
            most_bytes = self._settings.max_body_kib * 1024
            endpoint = Endpoint(self._doors, clerk, web, self._clock, most_bytes, self.outcomes)
            async with serving(endpoint.app, self._settings.host, self._settings.port) as self.port:
                subscribing = [asyncio.create_task(one.run(web)) for one in self._subscribers()]
                _log.info("pushes are received at http://%s:%d/push/...", self._settings.host, self.port)
                tidied_s = float("-inf")
                while True:
                    clerk.came.clear()
                    for place, push in await clerk.after(cursor, _AT_ONCE):
                        for heard in self._records(push):
                            yield heard
                        yield Heard(b"", place)
                        cursor = place
                        clerk.came.set()  # there may be more
                    loop = asyncio.get_running_loop()
                    if loop.time() - tidied_s >= _TIDY_S:
                        await clerk.tidy()
                        tidied_s = loop.time()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_TIDY_S):
                            await clerk.came.wait()
        finally:
            self.port = None
            for task in subscribing:
                task.cancel()
            await clerk.close()

    def _subscribers(self) -> list[Subscriber]:
        """Return who subscribes at hubs: for each door of WebSub, if we know our own address."""
        url = self._settings.url.rstrip("/")
        return [
            Subscriber(inner, opened, f"{url}/push/{name}", self._clock)
            for name, opened in self._doors.items()
            if url and isinstance(opened, WebSub) and isinstance(inner := self._sources[name], Feeds)
        ]

    def _records(self, push: Push) -> Iterator[Heard]:
        inner = self._sources.get(push.source)
        if inner is not None:
            for record in inner.records(io.BytesIO(push.body)):
                yield Heard(wrapped(push.source, push.at, record.payload))
