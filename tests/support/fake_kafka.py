"""A Kafka in memory, for the runner: a log that survives, a table recovered from it, and a producer that may die."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from faust.exceptions import ProducerSendError
from faust.stores.memory import Store
from faust.types import TP

from enrich.runner.changelog import Owners
from enrich.runner.inbox import Message
from enrich.runner.producer import Published, Record
from enrich.runner.runner import Runner
from enrich.runner.transport import Consumer, ListeningApp
from enrich.runner.worker import Worker
from schemas.clock import ManualClock
from schemas.settings import KafkaSettings
from tests.support.mentions import T0

CHANGELOG = "changelog"


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Log:
    """What outlives a process: messages by topic as (key, value, partition), and committed offsets. `epochs` are those
    of the changelog's messages."""

    topics: dict[str, list[tuple[bytes, bytes | None, int | None]]] = field(default_factory=lambda: defaultdict(list))
    epochs: list[int] = field(default_factory=list)
    committed: dict[TP, int] = field(default_factory=dict)

    def end(self, partition: int) -> int:
        """Return the offset behind the last message of a partition of the changelog."""
        return sum(place == partition for _, _, place in self.topics[CHANGELOG])

    def state(self, owners: Owners | None = None) -> Store[bytes, bytes]:
        """Return the table as recovery makes it."""
        owners = owners or Owners()
        store: Store[bytes, bytes] = Store.__new__(Store)
        store.data, store._key_partition = {}, {}
        offsets: dict[int, int] = defaultdict(int)
        for (key, value, place), epoch in zip(self.topics[CHANGELOG], self.epochs, strict=True):
            partition = place or 0
            offsets[partition] += 1
            if not owners.counts(partition, offsets[partition] - 1, epoch, key):
                continue
            if value is None:
                store.data.pop(key, None)
            else:
                store.data[key] = value
                store._key_partition[key] = partition
        return store


class FakeConsumer(Consumer):
    """Knows what was committed; `ends` is where each partition ends."""

    def __init__(
        self,
        log: Log,
        ends: dict[TP, int],
        earliest: int = 0,
        go_back: Callable[[TP, int], None] | None = None,
    ) -> None:
        self.kept, self.ends, self.earliest, self._go_back = log, ends, earliest, go_back

    def assignment(self) -> set[TP]:
        return {TP(topic, number) for topic in ("numbers", CHANGELOG) for number in range(8)}

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        assert self._go_back is not None
        for tp, offset in partitions.items():
            self._go_back(tp, offset)

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

    async def publish(self, records: Iterable[Record]) -> Published:
        """Write one record after the other."""
        offsets: dict[TP, list[int]] = defaultdict(list)
        for record in records:
            try:
                offset = await self.write(record)
            except ProducerSendError as error:
                return Published(offsets, error)
            offsets[TP(record.topic, record.partition or 0)].append(offset)
        return Published(offsets, None)

    async def write(self, record: Record) -> int:
        """Write a record, and return where it stands."""
        if self.refusals:
            self.refusals -= 1
            raise ProducerSendError("refused")
        if self.lives < 1:
            raise Killed
        self.lives -= 1
        offset = 0
        if record.topic == CHANGELOG:
            offset = self.log.end(record.partition or 0)
            self.log.epochs.append(int(dict(record.headers)["epoch"]))
        self.log.topics[record.topic].append((record.key, record.value, record.partition))
        return offset


class FakeTable:
    """The Faust table."""

    def __init__(self, log: Log) -> None:
        self.owners = Owners()
        self.data = log.state(self.owners)
        self.kept, self.held = self.data.data, dict[int, int]()
        self._ends = {partition: log.end(partition) for partition in range(8)}

    def place(self, partition: int) -> TP:
        return TP(CHANGELOG, partition)

    def end(self, partition: int) -> int:
        return self._ends[partition]

    def holds(self, partition: int, end: int) -> None:
        self.held[partition] = end

    def keep(self, partition: int, key: bytes, value: bytes | None) -> None:
        if value is None:
            self.kept.pop(key, None)
        else:
            self.kept[key] = value


class FakeApp:
    """The Faust app."""

    listener: Runner

    def __init__(self, consumer: FakeConsumer, producer: FakeProducer) -> None:
        self.consumer, self.publisher = consumer, producer


def message(topic: str, partition: int, offset: int, value: bytes) -> Message:
    """Return a message as the consumer gives it."""
    return Message(TP(topic, partition), offset, 1_000, b"key", value)


def made(worker: Worker, log: Log, app: FakeApp) -> Runner:
    """Return a runner that neither listens nor works yet."""
    return Runner(cast(ListeningApp, app), cast(Any, FakeTable(log)), worker, KafkaSettings(), clock=ManualClock(T0))


async def run(
    log: Log,
    worker: Worker,
    messages: list[Message],
    *,
    lives: float = float("inf"),
    refusals: int = 0,
    earliest: int = 0,
    before: Sequence[Message] = (),
) -> None:
    """Run a worker over all messages from the committed offsets on, as a process that starts anew does; what comes
    `before` was fetched earlier, and comes in only now."""
    feeding: asyncio.Task[None]
    coming = deque([*before, *(m for m in messages if m.offset >= log.committed.get(m.tp, 0))])

    async def feed() -> None:
        while coming:
            await runner.accept([coming.popleft()])

    def go_back(tp: TP, offset: int) -> None:
        nonlocal feeding
        others = [m for m in coming if m.tp != tp]
        coming.clear()
        coming.extend([*others, *(m for m in messages if m.tp == tp and m.offset >= offset)])
        if feeding.done():
            feeding = asyncio.create_task(feed())

    consumer = FakeConsumer(log, {m.tp: m.offset + 1 for m in messages}, earliest, go_back)
    runner = made(worker, log, FakeApp(consumer, FakeProducer(log, lives, refusals)))
    runner.resume()
    runner.begin()
    running = asyncio.create_task(runner.run())
    feeding = asyncio.create_task(feed())
    while not running.done() and not (feeding.done() and runner.idle):
        await asyncio.wait([running], timeout=0.01)
    feeding.cancel()
    if running.done():
        await running
    await runner.pause()
    running.cancel()
