"""The only place where hearken reads the wall clock; everything else is handed a Clock."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how to wait."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block the caller for so many seconds."""
        ...


class AsyncClock(Clock, Protocol):
    """A clock for those who share a thread: waiting lets the others go on."""

    async def wait(self, seconds: float) -> None:
        """Return after so many seconds; may be cancelled."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current moment in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Block for so many seconds."""
        time.sleep(seconds)

    async def wait(self, seconds: float) -> None:
        """Return after so many seconds."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until it is moved: recorded time, tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the moment the clock was moved to."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on by so many seconds without blocking."""
        self.advance(seconds)

    async def wait(self, seconds: float) -> None:
        """Move on by so many seconds, and let others have their turn."""
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds."""
        self._now = datetime.fromtimestamp(self._now.timestamp() + seconds, UTC)
