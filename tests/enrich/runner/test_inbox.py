import asyncio
from collections.abc import Awaitable, Callable

from enrich.runner.inbox import Inbox

FOREVER = 60.0


def run(scene: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(10):
            await scene()

    asyncio.run(limited())


def test_batches_keep_the_order() -> None:
    async def scene() -> None:
        inbox: Inbox[int] = Inbox(10, 3)
        inbox.open()
        for number in range(7):
            await inbox.put(number)
        assert [await inbox.take(0.0) for _ in range(3)] == [[0, 1, 2], [3, 4, 5], [6]]
        assert not len(inbox)

    run(scene)


def test_a_batch_may_be_wanted_smaller_and_then_waits_for_no_more() -> None:
    async def scene() -> None:
        inbox: Inbox[int] = Inbox(10, 4)
        inbox.open()
        for number in range(3):
            await inbox.put(number)
        assert await inbox.take(FOREVER, most=2) == [0, 1]
        assert await inbox.take(0.0, most=9) == [2]

    run(scene)


def test_a_full_batch_does_not_wait() -> None:
    async def scene() -> None:
        inbox: Inbox[int] = Inbox(10, 2)
        inbox.open()
        taking = asyncio.create_task(inbox.take(FOREVER))
        await inbox.put(1)
        await inbox.put(2)
        assert await taking == [1, 2]

    run(scene)


def test_whoever_puts_waits_for_room() -> None:
    async def scene() -> None:
        inbox: Inbox[int] = Inbox(2, 1)
        inbox.open()
        await inbox.put(1)
        await inbox.put(2)
        third = asyncio.create_task(inbox.put(3))
        await asyncio.wait([third], timeout=0.01)
        assert not third.done()
        assert await inbox.take(0.0) == [1]
        await third
        assert [await inbox.take(0.0), await inbox.take(0.0)] == [[2], [3]]

    run(scene)


def test_a_shut_inbox_drops_what_waits_and_what_comes() -> None:
    async def scene() -> None:
        inbox: Inbox[int] = Inbox(2, 2)
        await inbox.put(0)
        inbox.open()
        await inbox.put(1)
        await inbox.put(2)
        late = asyncio.create_task(inbox.put(3))
        await asyncio.wait([late], timeout=0.01)
        inbox.shut()
        await late
        assert not len(inbox)
        inbox.open()
        await inbox.put(4)
        assert await inbox.take(0.0) == [4]

    run(scene)


def test_whoever_takes_gets_nothing_of_what_was_dropped() -> None:
    async def scene() -> None:
        inbox: Inbox[int] = Inbox(9, 9)
        inbox.open()
        await inbox.put(1)
        taking = asyncio.create_task(inbox.take(FOREVER))
        await asyncio.wait([taking], timeout=0.01)
        inbox.shut()
        assert await taking == []
        inbox.open()
        await inbox.put(2)
        assert await inbox.take(0.0) == [2]

    run(scene)
