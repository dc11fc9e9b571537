"""The runner: batches through a worker, written and published as one, acknowledged only then."""

import asyncio
from collections.abc import Iterable, Sequence

from faust.types import TP

from enrich.runner.changelog import Changelog
from enrich.runner.course import Course
from enrich.runner.holdings import Holdings
from enrich.runner.inbox import Inbox, Message
from enrich.runner.journal import Journal
from enrich.runner.transport import Consumer, ListeningApp
from enrich.runner.watch import report
from enrich.runner.worker import Input, Send, Share, Worker
from schemas.clock import Clock, SystemClock
from schemas.dead_letter import attempts_of
from schemas.errors import Fatal
from schemas.settings import KafkaSettings
from schemas.topics import HISTORY_HEADER
from schemas.vitals import Vitals
from schemas.wire import ms

BATCH = 512  # messages at a time at most: large enough for the models
_BATCH_S = 1.0  # how long a batch may take, more or less: so long others wait when they come or go
_LEAST = 16
WAIT_S = 0.05  # how long a batch that is not full waits for more
_PAUSE_S = 20.0  # well inside the time that the group waits for a member


class Runner:
    """Runs one worker. The only one that says what is finished.

    A batch goes through in this order: the worker; the journal, confirmed; the changelog and what is published,
    confirmed; the table; the offsets. What stops halfway is done again from the journal by whoever has the partition
    next. Any error ends the runner with nothing further acknowledged, and the process is to end with it. A record of
    another worker between two of ours in the changelog is such an error: the partition is no longer ours.
    """

    def __init__(
        self, app: ListeningApp, table: Changelog, worker: Worker, kafka: KafkaSettings, vitals: Vitals | None = None,
        clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self.vitals = vitals or Vitals(worker.name)
        self.sources = frozenset(kafka.named(name) for name in worker.reads)
        self.name = worker.name
        self.processed = 0
        self._app, self._worker = app, worker
        self._held = Holdings(app, table, worker, kafka)
        self._names = {kafka.named(name): name for name in worker.reads}
        self._clock = clock or SystemClock()
        self._inbox: Inbox[Message] = Inbox(2 * BATCH, BATCH)
        self._working = asyncio.Lock()
        self._course = Course()
        self._stale = False
        self._turn = 0
        self._ready = asyncio.Event()
        app.listener = self

    @property
    def idle(self) -> bool:
        """Say whether nothing is in hand."""
        return not len(self._inbox) and not self._working.locked()

    @property
    def ready(self) -> bool:
        """Say whether it works: its partitions are recovered."""
        return self._ready.is_set()

    async def accept(self, messages: Iterable[Message]) -> None:
        """Take messages of a source topic; waits while two batches are in hand."""
        for message in messages:
            await self._inbox.put(message)

    async def pause(self) -> None:
        """Finish the batch that is being worked on and drop the rest; Fatal when that takes too long."""
        self._turn += 1
        self._ready.clear()
        self._inbox.shut()
        try:
            async with asyncio.timeout(_PAUSE_S), self._working:
                self._stale = True
        except TimeoutError:
            raise Fatal(f"{self._worker.name}: a batch outlasts the hand-over of its partitions") from None

    def resume(self) -> None:
        """Listen again; what is heard before `begin` waits."""
        self._turn += 1
        self._ready.clear()
        self._stale = True
        self._inbox.open()

    def begin(self) -> None:
        """Work on what was heard, with the tables as they were recovered."""
        self._ready.set()

    async def run(self) -> None:
        """Work until cancelled; raises whatever went wrong, after which nothing may be acknowledged."""
        loop, rest_s = asyncio.get_running_loop(), self._worker.rest_s
        rested_s, most = loop.time(), BATCH
        while True:
            messages = await self._inbox.take(WAIT_S, rest_s, most)
            turn = self._turn
            await self._ready.wait()
            async with self._working:
                if turn != self._turn:
                    continue  # what was taken will come again, here or elsewhere
                if messages:
                    begun_s = loop.time()
                    await self._process(messages)
                    pace = len(messages) / max(loop.time() - begun_s, 1e-3)
                    most = min(BATCH, max(_LEAST, int(pace * _BATCH_S)))
                if rest_s is not None and loop.time() - rested_s >= rest_s:
                    await self._rest()
                    rested_s = loop.time()

    async def _rest(self) -> None:
        """Let the worker do what time alone makes due, wherever nothing waits to be read."""
        self._refresh()
        quiet: dict[int, Share] = {}
        for partition in sorted({tp.partition for tp in self._consumer.assignment() if tp.topic in self.sources}):
            if partition not in self._held.states:
                await self._held.open(partition, self._consumer)
            if self._held.level(partition, self._consumer):
                quiet[partition] = Share([], self._held.states[partition], level=True)
        sends = await asyncio.to_thread(self._worker.rest, quiet, ms(self._clock.now()))
        journals = {
            partition: Journal(self._held.offsets[partition], puts, sends.get(partition, []))
            for partition in quiet
            if (puts := self._held.states[partition].settle()) or sends.get(partition)
        }
        if journals:
            await self._held.settle(journals)
            report(self.vitals, (), sends.values())

    def _refresh(self) -> None:
        """Forget what was known of partitions that may have changed hands."""
        if self._stale:
            self._stale = False
            self._held.forget()
            self._course.forget()
            self._worker.forget()

    async def _process(self, messages: Sequence[Message]) -> None:
        self.vitals.begin()
        self._refresh()
        batch: dict[int, list[Input]] = {}
        ends: dict[TP, int] = {}
        consumer = self._consumer
        ours = consumer.assignment()
        for message in messages:
            partition = message.tp.partition
            if message.tp not in ours:
                continue  # fetched before it was taken away
            if partition not in self._held.states:
                await self._held.open(partition, consumer)
            if not await self._course.takes(message, consumer):
                continue
            ends[message.tp] = message.offset + 1
            name = self._names[message.tp.topic]
            offsets = self._held.offsets[partition]
            if message.offset >= offsets.get(name, 0):
                offsets[name] = message.offset + 1
                headers = dict(message.headers)
                batch.setdefault(partition, []).append(
                    Input(
                        name, partition, message.offset, message.at_ms, message.value or b"", message.key,
                        attempts_of(headers.items()), HISTORY_HEADER in headers,
                    )
                )  # fmt: skip
        sends: dict[int, list[Send]] = {}
        if batch:
            shares = {
                partition: Share(inputs, self._held.states[partition], self._held.level(partition, consumer))
                for partition, inputs in batch.items()
            }
            sends = await asyncio.to_thread(self._worker.apply, shares)
            held = self._held
            await held.settle({
                partition: Journal(held.offsets[partition], held.states[partition].settle(), sends[partition])
                for partition in batch
            })  # fmt: skip
            self.processed += sum(map(len, batch.values()))
        for tp, offset in ends.items():
            consumer.finish(tp, offset)
        await self._course.turn_back(consumer)
        report(self.vitals, batch.values(), sends.values())

    @property
    def _consumer(self) -> Consumer:
        consumer = self._app.consumer
        assert isinstance(consumer, Consumer)  # noqa: S101 - of the app's transport
        return consumer
