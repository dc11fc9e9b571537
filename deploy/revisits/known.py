"""The posts of a network that a store knows, asked for on a thread of their own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Self

from schemas.mention import Mention
from schemas.query.parse import parse_query
from schemas.query.tree import Query
from sinks.questions import Sort
from sinks.store import Questions


class Known:
    """What is stored of one network."""

    def __init__(self, network: str, questions: Questions, thread: ThreadPoolExecutor) -> None:
        self._query: Query = parse_query(f"source:{network}")
        self._questions, self._thread = questions, thread

    @classmethod
    async def open(cls, network: str, open_questions: Callable[[], Questions]) -> Self:
        """Open a store for reading. Raises what opening it raises."""
        thread = ThreadPoolExecutor(1, "known")
        try:
            return cls(network, await asyncio.get_running_loop().run_in_executor(thread, open_questions), thread)
        except BaseException:
            thread.shutdown(wait=False)
            raise

    async def newest_and_fastest(self, since: datetime, most: int) -> list[Mention]:
        """Return the posts since a moment that are newest and those that spread fastest, half of each."""
        found = {one.id: one for one in await self._asked(since, None, "velocity", max(1, most // 2))}
        found |= {one.id: one for one in await self._asked(since, None, "new", max(1, most - len(found)))}
        return list(found.values())

    async def before(self, moment: datetime, most: int) -> list[Mention]:
        """Return the newest posts that were published before a moment."""
        return await self._asked(None, moment, "new", most)

    async def close(self) -> None:
        """Release the store."""
        close = getattr(self._questions, "close", None)
        if close is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, close)
        self._thread.shutdown(wait=False)

    async def _asked(self, since: datetime | None, until: datetime | None, sort: Sort, most: int) -> list[Mention]:
        found = await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: self._questions.mentions(None, self._query, since, until, sort, most)
        )
        return [one for one in found if one.kind != "repost"]
