"""Several channels at once into one taker: tasks that listen, a bounded queue, and one thread that takes batches."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from deploy.embedded import Tally
from deploy.listening.channel import Channel
from deploy.listening.inbox import Inbox, Said
from deploy.listening.signs import ChannelName, ChannelSigns, Signs
from deploy.listening.taker import Taker, shares
from ingest.live import LiveSource
from ingest.reconnect import Reconnect
from ingest.web import Web
from schemas.brand import Brand
from schemas.clock import AsyncClock
from schemas.errors import UsageError
from schemas.vitals import Vitals

BATCH = 512  # records a transaction, as in a replay
WITHIN_S = 0.5  # how long the first record of a batch waits for company
GRACE_S = 7.0  # how long the end waits for the batch in hand; ten seconds are given in all
_REST_S = 5.0  # without a batch, until the taker may do what else it has to do
_LEAVE_S = 1.0  # how long connections may take to close
_LOOK_S = 0.25

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Course:
    """How the listening goes, for whoever shows it.

    `waiting` things are heard and not taken. `ready`: the models are loaded, and it listens. `abandoned`: it ended
    while a batch was still in hand, which comes again after the next start.
    """

    signs: Signs = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    waiting: int = 0
    ready: bool = False
    abandoned: bool = False

    @property
    def lost(self) -> list[ChannelName]:
        """Return the channels that are not listened to any more."""
        return [name for name, signs in self.signs.items() if signs.state == "stopped"]


class Listener:
    """Listens to every channel of some live sources until it is told to stop.

    What is not taken then is not acknowledged: it comes again after the next start. An error of the taker ends it at
    once, an error of a source only that source.
    """

    def __init__(
        self,
        sources: Sequence[LiveSource],
        brands: Sequence[Brand],
        open_taker: Callable[[], Taker],
        *,
        course: Course,
        vitals: Vitals,
        clock: AsyncClock,
        reconnect: Reconnect,
    ) -> None:
        """Prepare to listen. `open_taker` is called on the thread that will use it.

        Raises UsageError when a source lacks an option.
        """
        self._sources = {source.name: source for source in sources}
        self._brands = brands
        self._open_taker = open_taker
        self._course = course
        self._vitals = vitals
        self._clock = clock
        self._reconnect = reconnect
        self._in_hand = False
        self._channels: list[Channel] | None = None  # None until the taker is open
        for source in sources:
            names = source.channels(brands)
            if not names:
                raise UsageError(f"{source.name} has nothing to listen to: see [sources.{source.name}] in the settings")
            course.signs.update({ChannelName(source.name, name): ChannelSigns() for name in names})

    async def run(
        self,
        web: Web,
        stopping: Callable[[], bool],
        show: Callable[[], object] = lambda: None,
        until_idle_s: float | None = None,
        for_s: float | None = None,
    ) -> None:
        """Listen until `stopping()`; or for `for_s` seconds; or until nothing came for so long, or
        no source is left.

        `show` is called several times a second. Returns within ten seconds of being told to stop. Raises what the
        taker raises: Transient, Fatal or UsageError.
        """
        thread = ThreadPoolExecutor(1, "taker")
        try:
            await self._run(web, thread, stopping, show, until_idle_s, for_s)
        finally:
            thread.shutdown(wait=not self._course.abandoned, cancel_futures=True)

    async def _run(
        self,
        web: Web,
        thread: ThreadPoolExecutor,
        stopping: Callable[[], bool],
        show: Callable[[], object],
        until_idle_s: float | None,
        for_s: float | None,
    ) -> None:
        loop, inbox = asyncio.get_running_loop(), Inbox()
        self._vitals.enter("recovering")
        taking = asyncio.create_task(self._take_all(inbox, thread))
        listening: asyncio.Task[None] | None = None
        ends_s: float | None = None
        heard, heard_s = 0, loop.time()
        try:
            while not (stopping() or taking.done() or (ends_s is not None and loop.time() >= ends_s)):
                await asyncio.wait([taking], timeout=_LOOK_S)
                self._vitals.turn()
                show()
                if self._channels is None:
                    heard_s = loop.time()
                    continue
                if listening is None:
                    listening = asyncio.create_task(self._follow(self._channels, web, inbox))
                    ends_s = None if for_s is None else loop.time() + for_s
                for channel in self._channels:
                    channel.look(loop.time())
                self._course.waiting = len(inbox)
                if inbox.taken_in != heard or len(inbox) or self._in_hand:
                    heard, heard_s = inbox.taken_in, loop.time()
                if until_idle_s is not None and loop.time() - heard_s >= until_idle_s:
                    break
        finally:
            if listening is not None:
                listening.cancel()
                await asyncio.wait([listening], timeout=_LEAVE_S)
            await inbox.close(drop=True)
            _, late = await asyncio.wait([taking], timeout=GRACE_S)
            if late:
                self._course.abandoned = True
                _log.warning("the batch in hand is given up: it comes again after the next start")
        if not late:
            taking.result()
            if listening is not None and not listening.cancelled():
                listening.result()

    async def _follow(self, channels: Sequence[Channel], web: Web, inbox: Inbox) -> None:
        """Listen to every channel until none has any use, and then close the inbox."""
        async with asyncio.TaskGroup() as group:
            for channel in channels:
                group.create_task(channel.follow(web, self._brands, inbox, self._reconnect))
        await inbox.close()

    async def _take_all(self, inbox: Inbox, thread: ThreadPoolExecutor) -> None:
        """Open the taker, say from where to listen, and take batches until the inbox is closed and empty."""
        loop = asyncio.get_running_loop()
        taker = await loop.run_in_executor(thread, self._open_taker)
        try:
            cursors = await loop.run_in_executor(thread, taker.cursors, list(self._course.signs))
            self._channels = [
                Channel(name, self._sources[name.source], signs, cursors.get(name), self._clock)
                for name, signs in self._course.signs.items()
            ]
            self._vitals.enter("working")
            for source in self._sources:
                names = [name for name in self._course.signs if name.source == source]
                known = sum(name in cursors for name in names)
                begin = {0: "from now on", len(names): "from where it stopped"}
                _log.info("%s: listening %s", source, begin.get(known, f"to {known} of {len(names)} again"))
            self._course.ready = True
            while not inbox.ended:
                batch = await inbox.batch(BATCH, WITHIN_S, _REST_S)
                self._in_hand = bool(batch)
                await loop.run_in_executor(thread, self._take, taker, batch)
                self._in_hand = False
        finally:
            await loop.run_in_executor(thread, taker.close)

    def _take(self, taker: Taker, batch: Sequence[Said]) -> None:
        """Parse and take one batch, and count what became of it; runs on the taker's thread."""
        if not batch:
            taker.rest()
            return
        self._vitals.begin()
        shared = shares(batch, self._sources, self._course.signs)
        taken = taker.take(shared)
        for share in shared:
            if share.cursor is not None:
                self._sources[share.channel.source].kept(share.channel.name, share.cursor)
        self._course.tally += taken.tally
        for channel, count in taken.too_old.items():
            self._course.signs[channel].too_old += count
        heard = Counter(said.channel.source for said in batch if said.record is not None)
        self._vitals.end(heard, taken.sent, taken.dead)
        self._vitals.advance()
        taker.rest()
