"""One channel, listened to for as long as there is use in it: connection after connection, each from where it was."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from hashlib import blake2b
from typing import cast

from deploy.listening.inbox import Inbox, Said
from deploy.listening.signs import ChannelName, ChannelSigns
from ingest.live import Gap, Heard, LiveSource
from ingest.reconnect import Reconnect
from ingest.records import Record
from ingest.web import Web
from schemas.brand import Brand
from schemas.clock import AsyncClock
from schemas.errors import Fatal, HearkenError, Transient, UsageError

_log = logging.getLogger(__name__)


class Channel:
    """Listens to one channel of a source, and puts what it says into the inbox.

    It asks the source for the next thing when the last one found room: that is the back-pressure.
    """

    def __init__(
        self, name: ChannelName, source: LiveSource, signs: ChannelSigns, cursor: str | None, clock: AsyncClock
    ) -> None:
        """Begin behind `cursor`; None is from now on."""
        self.name, self.signs = name, signs
        self._label = str(name)
        self._source = source
        self._cursor = cursor
        self._clock = clock
        self._progressed = False
        self._spoke_s: float | None = None  # None while it is we who hold it up

    async def follow(self, web: Web, brands: Sequence[Brand], inbox: Inbox, reconnect: Reconnect) -> None:
        """Listen until the source says that there is no use in it, which is logged; cancel it to stop earlier."""
        loop, breaks = asyncio.get_running_loop(), 0
        self._spoke_s = loop.time()
        while True:
            begun_s, self._progressed, retry_after_s = loop.time(), False, None
            try:
                await self._listen(web, brands, inbox)
                reason = "the connection ended"
            except (Fatal, UsageError) as error:
                self.signs.state = "stopped"
                _log.error("%s is not listened to any more: %s", self._label, error)
                return
            except HearkenError as error:
                reason = str(error)
                retry_after_s = error.retry_after_s if isinstance(error, Transient) else None
            except Exception as error:  # a fault of ours in one source is no reason to stop the others
                reason = f"unexpected {type(error).__name__}"
                _log.exception("%s: an error that nobody expected", self._label)
            if self.signs.state != "silent":
                self.signs.state = "waiting"
            self.signs.reconnects += 1
            breaks = reconnect.breaks_in_a_row(breaks, loop.time() - begun_s, self._progressed)
            wait_s = reconnect.delay_s(breaks, retry_after_s)
            _log.warning("%s: %s; again in %.1f s", self._label, reason, wait_s)
            await self._clock.wait(wait_s)

    async def _listen(self, web: Web, brands: Sequence[Brand], inbox: Inbox) -> None:
        loop = asyncio.get_running_loop()
        listening = self._source.listen(self.name.name, web, brands, self._cursor)
        async with aclosing(cast(AsyncGenerator[Heard | Gap], listening)) as said:  # so that it lets go of its socket
            async for thing in said:
                if self.signs.state == "silent":
                    _log.info("%s speaks again", self._label)
                self.signs.state = "listening"
                if isinstance(thing, Gap):
                    self._report(thing)
                else:
                    self._spoke_s = None
                    await self._put(thing, inbox)
                self._spoke_s = loop.time()

    async def _put(self, heard: Heard, inbox: Inbox) -> None:
        record = self._record(heard.payload) if heard.payload else None
        if record is None and heard.cursor is None:
            return
        await inbox.put(Said(self.name, record, heard.cursor))
        if heard.cursor != self._cursor or heard.cursor is None:  # else it may be the last one before a break, again
            self._progressed = True
        # Not before it is put: what is put is taken in this order, so the cursor is never ahead of what is kept.
        self._cursor = heard.cursor if heard.cursor is not None else self._cursor

    def _record(self, payload: bytes) -> Record:
        # The number is made of the content: a bad one that comes at each poll, or again after a break, is buried once.
        number = int.from_bytes(blake2b(payload, digest_size=6).digest(), "big")
        return Record(number, payload, seen_at=self._clock.now())

    def _report(self, gap: Gap) -> None:
        self.signs.gaps += 1
        _log.warning(
            "%s: posts may be missing from %s to %s: %s",
            self._label, _moment(gap.since), _moment(gap.until), gap.reason,
        )  # fmt: skip

    def look(self, now_s: float) -> None:
        """Report a silence that lasts too long, once; `now_s` is the loop's time."""
        longest_s = self._source.silence_s
        if longest_s is None or self._spoke_s is None or self.signs.state in ("silent", "stopped"):
            return
        if now_s - self._spoke_s > longest_s:
            self.signs.state = "silent"
            self.signs.silences += 1
            _log.warning("%s is silent: nothing for %.0f s", self._label, now_s - self._spoke_s)


def _moment(moment: datetime | None) -> str:
    return "?" if moment is None else moment.isoformat(timespec="seconds")
