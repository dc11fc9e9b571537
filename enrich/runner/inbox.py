"""Messages between the consumer and the worker: in order, a bounded number, emptied when partitions change hands."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Generic, NamedTuple, TypeVar

from faust.types import TP

M = TypeVar("M")


class Message(NamedTuple):
    """A message as the consumer reads it; `at_ms` is when it was published."""

    tp: TP
    offset: int
    at_ms: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Inbox(Generic[M]):
    """A queue for one event loop that is taken from in batches of at most `batch`.

    It is shut at first; what is put into a shut inbox is dropped, for it will be read again.
    """

    def __init__(self, size: int, batch: int) -> None:
        self._size = size
        self._batch = batch
        self._waiting: deque[M] = deque()
        self._open = False
        self._some, self._enough, self._room = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    async def put(self, message: M) -> None:
        """Append a message; waits while the inbox is full."""
        while self._open and len(self._waiting) >= self._size:
            self._room.clear()
            await self._room.wait()
        if not self._open:
            return
        self._waiting.append(message)
        self._some.set()
        if len(self._waiting) >= self._batch:
            self._enough.set()

    async def take(self, wait_s: float, patience_s: float | None = None, most: int | None = None) -> list[M]:
        """Return a batch, of `most` messages if that is less: waits for its first one, then `wait_s` seconds at most
        for the others.

        Nothing is returned when the inbox was shut meanwhile, or no message came for `patience_s` seconds.
        """
        try:
            async with asyncio.timeout(patience_s):
                await self._some.wait()
        except TimeoutError:
            return []
        most = min(self._batch, most or self._batch)
        if len(self._waiting) < most:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._enough.wait()
        batch = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        self._room.set()
        if not self._waiting:
            self._some.clear()
        if len(self._waiting) < self._batch:
            self._enough.clear()
        return batch

    def open(self) -> None:
        """Let messages in, the old ones gone."""
        self.shut()
        self._open = True
        self._enough.clear()

    def shut(self) -> None:
        """Drop what waits and what comes; whoever waits to put goes on, whoever takes gets nothing."""
        self._open = False
        self._waiting.clear()
        self._some.clear()
        self._enough.set()
        self._room.set()
