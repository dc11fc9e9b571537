"""Questions to the store from many requests at once: a few threads, each with a connection of its own."""

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock, local
from typing import Any, TypeVar

from fastapi import Response
from pydantic import BaseModel

from schemas.clock import Clock
from schemas.errors import Fatal, HearkenError, Transient
from sinks.store import Store

T = TypeVar("T")

_WAITING = 500
_SHARED = 1_000
_FRESH = timedelta(seconds=1)
_KEPT_BYTES = 32 * 2**20
_LARGEST = 2**20


class Answers:
    """Asks the store on threads. A question that many ask at the same moment is asked once."""

    def __init__(self, open_one: Callable[[], Store], threads: int, timeout_s: float, clock: Clock) -> None:
        """Open a store on each of so many threads, when it is first needed."""
        self._open_one, self._timeout_s, self._clock = open_one, timeout_s, clock
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="answers")
        self._mine = local()
        self._opened: list[Store] = []
        self._lock = Lock()
        self._waiting = 0
        self._shared: dict[Hashable, tuple[datetime, asyncio.Future[Any]]] = {}
        self._watch: Store | None = None
        self._kept: dict[Hashable, tuple[int, bytes]] = {}
        self._kept_bytes = 0

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Return the answer of the store. Raises what it raises, and Transient when too much waits."""
        if self._waiting >= _WAITING:
            raise Transient("too much is asked at once: ask again in a moment")
        self._waiting += 1
        try:
            async with asyncio.timeout(4 * self._timeout_s):
                return await asyncio.get_running_loop().run_in_executor(self._pool, self._on_thread, question)
        except TimeoutError:
            raise Transient("too much is asked at once: ask again in a moment") from None
        finally:
            self._waiting -= 1

    async def shared(self, key: Hashable, question: Callable[[Store], T]) -> T:
        """Return the answer that anybody got to the same question within the last second, or ask."""
        now = self._clock.now()
        known = self._shared.get(key)
        if known is None or (known[1].done() and now >= known[0]):
            if len(self._shared) >= _SHARED:
                self._shared = {key: one for key, one in self._shared.items() if not one[1].done() or now < one[0]}
            known = (now + _FRESH, asyncio.ensure_future(self.ask(question)))
            self._shared[key] = known
        answer: T = await asyncio.shield(known[1])  # others may wait for it, when who asked first is gone
        return answer

    async def told(self, key: Hashable, question: Callable[[Store], BaseModel | bytes]) -> Response:
        """Return the answer as JSON: the one that was given before as long as nothing was committed since, else as
        `shared`. The question must depend on its key and the store alone, and on settings, after whose change `forget`
        is called."""
        kept, version = self._kept.get(key), self.version()
        if kept is not None and kept[0] == version:
            return Response(kept[1], media_type="application/json")

        def told(store: Store) -> tuple[int | None, bytes]:
            before = self.version()  # what is committed while the store answers may not be in the answer
            found = question(store)
            return before, found if isinstance(found, bytes) else found.model_dump_json().encode()

        version, body = await self.shared(("told", key), told)
        if version is not None and len(body) <= _LARGEST:
            self._keep(key, version, body)
        return Response(body, media_type="application/json")

    def forget(self) -> None:
        """Ask everything anew: the settings are other ones."""
        self._kept, self._kept_bytes, self._shared = {}, 0, {}

    def close(self) -> None:
        """Wait for what is being asked, and close every connection."""
        self._pool.shutdown(cancel_futures=True)
        for store in self._opened:
            store.close()

    def version(self) -> int | None:
        """Return the number of the store's state, None where it is not known. A connection of its own looks at it, for
        the numbers of two are not alike."""
        with self._lock:
            try:
                if self._watch is None:
                    self._watch = self._open_one()
                    self._opened.append(self._watch)
                return self._watch.version()
            except HearkenError:
                return None

    def _keep(self, key: Hashable, version: int, body: bytes) -> None:
        _, before = self._kept.pop(key, (0, b""))
        self._kept[key] = version, body
        self._kept_bytes += len(body) - len(before)
        while self._kept_bytes > _KEPT_BYTES:
            oldest = next(iter(self._kept))
            self._kept_bytes -= len(self._kept.pop(oldest)[1])

    def _on_thread(self, question: Callable[[Store], T]) -> T:
        store: Store | None = getattr(self._mine, "store", None)
        if store is None:
            store = self._mine.store = self._open_one()
            with self._lock:
                self._opened.append(store)
        try:
            return question(store)
        except Fatal:
            self._mine.store = None  # the file may be another one by now
            raise
