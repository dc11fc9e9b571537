"""A Kafka in memory, for the runner: a log that survives, a table recovered from it, and a producer that may die."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, cast

from faust.exceptions import ProducerSendError
from faust.stores.memory import Store
from faust.types import TP, Message

from enrich.runner.runner import Runner
from enrich.runner.transport import Consumer, ListeningApp
from enrich.runner.worker import Worker
from schemas.settings import KafkaSettings

CHANGELOG = "changelog"


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Log:
    """What outlives a process: messages by topic as (key, value, partition), and committed offsets."""

    topics: dict[str, list[tuple[bytes, bytes | None, int | None]]] = field(default_factory=lambda: defaultdict(list))
    committed: dict[TP, int] = field(default_factory=dict)

    def state(self) -> Store[bytes, bytes]:
        """Return the table as recovery makes it."""
        store: Store[bytes, bytes] = Store.__new__(Store)
        store.data, store._key_partition = {}, {}
        for key, value, partition in self.topics[CHANGELOG]:
            if value is None:
                store.data.pop(key, None)
            else:
                store.data[key] = value
                store._key_partition[key] = partition or 0
        return store


class FakeConsumer(Consumer):
    """Knows what was committed; `ends` is where each partition ends."""

    def __init__(self, log: Log, ends: dict[TP, int], earliest: int = 0) -> None:
        self.kept, self.ends, self.earliest = log, ends, earliest

    def finish(self, tp: TP, offset: int) -> None:
        self.kept.committed[tp] = offset

    def committed(self, tp: TP) -> int:
        return self.kept.committed.get(tp, 0)

    def end(self, tp: TP) -> int | None:
        return self.ends.get(tp)

    async def earliest_offsets(self, *partitions: TP) -> dict[TP, int]:
        return dict.fromkeys(partitions, self.earliest)


class FakeProducer:
    """Writes to the log until it has written `lives` messages; refuses the first `refusals`."""

    def __init__(self, log: Log, lives: float, refusals: int) -> None:
        self.log, self.lives, self.refusals = log, lives, refusals

    async def send(
        self, topic: str, key: bytes, value: bytes | None, partition: int | None, timestamp: None, headers: None
    ) -> Awaitable[None]:
        if self.refusals:
            self.refusals -= 1
            raise ProducerSendError("refused")
        if self.lives < 1:
            raise Killed
        self.lives -= 1
        self.log.topics[topic].append((key, value, partition))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


@dataclass
class _Topic:
    name: str

    def get_topic_name(self) -> str:
        return self.name


class FakeTable:
    """The Faust table."""

    def __init__(self, log: Log) -> None:
        self.data = log.state()
        self.changelog_topic = _Topic(CHANGELOG)


class FakeApp:
    """The Faust app."""

    listener: Runner

    def __init__(self, consumer: FakeConsumer, producer: FakeProducer) -> None:
        self.consumer, self.producer = consumer, producer


def message(topic: str, partition: int, offset: int, value: bytes) -> Message:
    """Return a message as the consumer gives it."""
    place = TP(topic, partition)
    return Message(topic, partition, offset, 1.0, 0, None, b"key", value, None, tp=place)


def made(worker: Worker, log: Log, app: FakeApp) -> Runner:
    """Return a runner that neither listens nor works yet."""
    return Runner(cast(ListeningApp, app), cast(Any, FakeTable(log)), worker, KafkaSettings())


async def run(
    log: Log,
    worker: Worker,
    messages: list[Message],
    *,
    lives: float = float("inf"),
    refusals: int = 0,
    earliest: int = 0,
) -> None:
    """Run a worker over all messages from the committed offsets on, as a process that starts anew does."""
    consumer = FakeConsumer(log, {m.tp: m.offset + 1 for m in messages}, earliest)
    runner = made(worker, log, FakeApp(consumer, FakeProducer(log, lives, refusals)))
    runner.resume()
    runner.begin()
    running = asyncio.create_task(runner.run())
    feeding = asyncio.create_task(_feed(runner, [m for m in messages if m.offset >= log.committed.get(m.tp, 0)]))
    await asyncio.wait([running, feeding], return_when=asyncio.FIRST_COMPLETED)
    while not running.done() and not runner.idle:
        await asyncio.wait([running], timeout=0.01)
    feeding.cancel()
    if running.done():
        await running
    await runner.pause()
    running.cancel()


async def _feed(runner: Runner, messages: list[Message]) -> None:
    for each in messages:
        await runner.accept(each)
