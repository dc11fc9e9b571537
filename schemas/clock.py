"""The only place where hearken reads the wall clock; everything else is handed a Clock."""

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


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current moment in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Block for so many seconds."""
        time.sleep(seconds)


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

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds."""
        self._now = datetime.fromtimestamp(self._now.timestamp() + seconds, UTC)
