"""Between the requests of one loop and the thread of the spool: what comes at the same time is kept in one go."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from deploy.reception.push import Push
from deploy.reception.spool import Spool, Waiting

_AT_ONCE = 256

T = TypeVar("T")


class Clerk:
    """Keeps requests, and gives them out again. Every commit costs a sync of the disk or a round to the brokers, so
    those that come during one are kept together by the next."""

    def __init__(self, spool: Spool, thread: ThreadPoolExecutor) -> None:
        self._spool, self._thread = spool, thread
        self._waiting: list[tuple[Push, asyncio.Future[bool]]] = []
        self._working: asyncio.Task[None] | None = None
        self.came = asyncio.Event()

    @classmethod
    async def open(cls, open_spool: Callable[[], Spool]) -> Self:
        """Open a spool on a thread of its own. Raises what opening it raises."""
        thread = ThreadPoolExecutor(1, "spool")
        try:
            return cls(await asyncio.get_running_loop().run_in_executor(thread, open_spool), thread)
        except BaseException:
            thread.shutdown(wait=False)
            raise

    async def keep(self, push: Push) -> bool:
        """Keep a request; return, when it is safe, whether it is new. Raises what the spool raises."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((push, done))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await asyncio.shield(done)

    async def after(self, place: str | None, limit: int) -> list[Waiting]:
        """Return the requests that wait behind a place."""
        return await self._on_thread(lambda: self._spool.after(place, limit))

    async def tidy(self) -> None:
        """Let go of what is not needed any more."""
        await self._on_thread(self._spool.tidy)

    async def close(self) -> None:
        """Release the spool; what is being kept is kept before."""
        await self._on_thread(self._spool.close)
        self._thread.shutdown(wait=False)

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            try:
                fresh = await self._on_thread(lambda batch=batch: self._spool.keep([push for push, _ in batch]))  # type: ignore[misc]
            except Exception as error:
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
                        done.exception()  # whoever asked may have gone
                continue
            for (_, done), new in zip(batch, fresh, strict=True):
                if not done.done():
                    done.set_result(new)
            self.came.set()

    async def _on_thread(self, deed: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, deed)
