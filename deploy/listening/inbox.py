"""What was heard and is not taken yet: bounded, so that whoever fills it has to wait."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

from deploy.listening.signs import ChannelName
from ingest.records import Record

ROOM = 2_048  # records: four batches
ROOM_BYTES = 32 * 2**20  # of their payloads; one more may be taken in above it


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a channel said: a record, a cursor to go on from after it, or both."""

    channel: ChannelName
    record: Record | None
    cursor: str | None


class Inbox:
    """A queue between the tasks of one loop, in order; full at so many records or bytes."""

    def __init__(self, room: int = ROOM, room_bytes: int = ROOM_BYTES) -> None:
        self._room, self._room_bytes = room, room_bytes
        self._held: deque[Said] = deque()
        self._bytes = 0
        self.taken_in = 0  # ever
        self._changed = asyncio.Condition()
        self._closed = False

    def __len__(self) -> int:
        """Return how many things wait."""
        return len(self._held)

    @property
    def full(self) -> bool:
        """Say whether there is no room for one more."""
        return len(self._held) >= self._room or self._bytes >= self._room_bytes

    async def put(self, said: Said) -> None:
        """Put a thing behind all others; wait for room. May be cancelled while it waits, and is then not in."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self.full)
            self._held.append(said)
            self._bytes += _size(said)
            self.taken_in += 1
            self._changed.notify_all()

    async def close(self, *, drop: bool = False) -> None:
        """Say that nothing more will come; with `drop`, forget what waits too."""
        async with self._changed:
            self._closed = True
            if drop:
                self._held.clear()
                self._bytes = 0
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        """Say whether it is closed, and nothing is left."""
        return self._closed and not self._held

    async def batch(self, size: int, within_s: float, at_most_s: float) -> list[Said]:
        """Take out the first `size` things; fewer when no more came within so many seconds of the first, or when the
        inbox is full or closed. Empty when nothing came in `at_most_s` seconds, or it has ended."""
        async with self._changed:
            with suppress(TimeoutError):
                async with asyncio.timeout(at_most_s):
                    await self._changed.wait_for(lambda: self._held or self._closed)
            if not self._held:
                return []
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._changed.wait_for(lambda: len(self._held) >= size or self.full or self._closed)
            taken = [self._held.popleft() for _ in range(min(size, len(self._held)))]
            self._bytes -= sum(map(_size, taken))
            self._changed.notify_all()
            return taken


def _size(said: Said) -> int:
    return len(said.record.payload) if said.record else 0
