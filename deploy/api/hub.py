"""What is new, for everybody who listens: one look at the store a second, however many listen."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass

from deploy.api.answers import Answers
from schemas.alert import Alert
from schemas.clock import AsyncClock
from schemas.errors import HearkenError
from schemas.mention import Mention
from schemas.wire import ms
from sinks.store import Store

_log = logging.getLogger(__name__)

_EVERY_S = 1.0
_AT_ONCE = 500
_ALERTS = 100
_KEPT = 5_000
_HEARTBEAT_S = 15.0


@dataclass(frozen=True, slots=True)
class Event:
    """A mention that was stored for the first time, or an alert that opened or changed; `number` counts from 1."""

    number: int
    what: Mention | Alert


class Hub:
    """Follows the store and keeps the last thousands of events, so that who was away for a while misses none.

    Ids are of this server: after a restart, or a long absence, who comes back is told to load again.
    """

    def __init__(self, answers: Answers, clock: AsyncClock) -> None:
        """Follow nothing yet."""
        self._answers, self._clock = answers, clock
        self._epoch = f"{ms(clock.now()):x}"
        self._kept: deque[Event] = deque(maxlen=_KEPT)
        self._last = 0
        self._cursor: str | None = None
        self._seen: int | None = None
        self._revisions: dict[str, int] | None = None
        self._moved = asyncio.Condition()
        self.listeners = 0

    def id_of(self, event: Event) -> str:
        """Return the id under which one may resume behind the event."""
        return f"{self._epoch}-{event.number}"

    def place(self, last_id: str | None) -> int | None:
        """Return the number behind which to go on: of an id of ours, or now without one; None when that is lost."""
        if last_id is None:
            return self._last
        epoch, _, number = last_id.rpartition("-")
        if epoch != self._epoch or not (number.isascii() and number.isdecimal() and len(number) < 16):
            return None
        oldest = self._kept[0].number if self._kept else self._last + 1
        return int(number) if oldest - 1 <= int(number) <= self._last else None

    @property
    def now(self) -> int:
        """The number of the last event."""
        return self._last

    async def behind(self, number: int, patience_s: float) -> list[Event]:
        """Return the events behind a number, waiting for one; none when none came within `patience_s`."""
        async with self._moved:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait_for(lambda: self._last > number), patience_s)
            return [event for event in self._kept if event.number > number]

    async def follow(self) -> None:
        """Follow the store until cancelled; a fault is told once and tried again."""
        failing = False
        while True:
            try:
                found = await self._answers.ask(self._look)
                failing = False
            except HearkenError as error:
                if not failing:
                    _log.warning("cannot follow the store: %s", error)
                found, failing = [], True
            if found:
                async with self._moved:
                    for one in found:
                        self._last += 1
                        self._kept.append(Event(self._last, one))
                    self._moved.notify_all()
            await self._clock.wait(_EVERY_S)

    def _look(self, store: Store) -> list[Mention | Alert]:
        """Return what is new since the last look; at the first, nothing."""
        version = self._answers.version()  # before the rest: what is committed meanwhile is looked at next
        if version is not None and version == self._seen:
            return []
        arrived = store.arrivals(self._cursor, _AT_ONCE)
        self._cursor = arrived.cursor
        self._seen = version if len(arrived.mentions) < _AT_ONCE else None
        alerts = store.alerts(None, None, None, None, _ALERTS)
        before, self._revisions = self._revisions, {alert.id: alert.revision for alert in alerts}
        changed = [] if before is None else [one for one in alerts if one.revision > before.get(one.id, 0)]
        return [*arrived.mentions, *changed]


Filter = Callable[[Mention | Alert], bool]


async def stream(
    hub: Hub, last_id: str | None, wanted: Filter, encode: Callable[[Event], bytes]
) -> AsyncIterator[bytes]:
    """Yield server-sent events from `last_id` on, or from now; a comment when nothing was to be told for a while."""
    number = hub.place(last_id)
    if number is None:
        number = hub.now
        yield b"event: reset\ndata: {}\n\n"
    yield b": listening\n\n"
    while True:
        events = await hub.behind(number, _HEARTBEAT_S)
        told = [encode(event) for event in events if wanted(event.what)]
        if events:
            if events[0].number > number + 1:
                yield b"event: reset\ndata: {}\n\n"
            number = events[-1].number
        yield b"".join(told) or b": nothing new\n\n"
