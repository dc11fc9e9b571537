"""Answers are kept as long as the store is as it was, and no longer."""

import asyncio
from functools import partial
from pathlib import Path

import orjson
from pydantic import BaseModel

from deploy.api.answers import Answers
from schemas.clock import ManualClock
from sinks.sqlite.store import SqliteStore
from sinks.store import Store, Write
from tests.support.mentions import T0, mention

MOMENT_S = 2.0


class Count(BaseModel):
    count: int


def test_an_answer_is_given_again_until_something_is_stored(tmp_path: Path) -> None:
    path, clock, asked = tmp_path / "store.db", ManualClock(T0), 0

    def count(store: Store) -> Count:
        nonlocal asked
        asked += 1
        return Count(count=sum(row.count for row in store.totals()))

    async def told(answers: Answers) -> int:
        clock.advance(MOMENT_S)  # what was asked at the same moment is asked once in any case
        found: int = orjson.loads((await answers.told("count", count)).body)["count"]
        return found

    async def main() -> None:
        with SqliteStore(path) as writer:
            writer.write(Write(mentions=[mention("1")]))
            answers = Answers(partial(SqliteStore, path, read_only=True), 2, 5, clock)
            try:
                assert [await told(answers) for _ in range(3)] == [1, 1, 1]
                assert asked == 1
                writer.write(Write(mentions=[mention("2")]))
                assert [await told(answers) for _ in range(2)] == [2, 2]
                assert asked == 2
                answers.forget()
                assert (await told(answers), asked) == (2, 3)
            finally:
                answers.close()

    asyncio.run(main())


def test_what_was_stored_while_the_store_answered_is_in_the_next_answer(tmp_path: Path) -> None:
    path, clock = tmp_path / "store.db", ManualClock(T0)

    def store_one(name: str) -> None:
        with SqliteStore(path) as writer:
            writer.write(Write(mentions=[mention(name)]))

    def count(store: Store) -> Count:
        found = sum(row.count for row in store.totals())
        if found == 1:
            store_one("2")
        return Count(count=found)

    async def main() -> None:
        store_one("1")
        answers = Answers(partial(SqliteStore, path, read_only=True), 1, 5, clock)
        try:
            assert (await answers.told("count", count)).body == b'{"count":1}'
            clock.advance(MOMENT_S)
            assert (await answers.told("count", count)).body == b'{"count":2}'
        finally:
            answers.close()

    asyncio.run(main())
