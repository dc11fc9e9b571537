"""Faust's Kafka transport with what its consumer lacks: a commit that is never ahead of what is finished.

Two faults of faust-streaming 0.15.3 are stepped around. `Consumer._new_offset` commits past messages in flight, and
past offset 0 when nothing was committed yet. And its stream layer acknowledges a message whose agent raised, and costs
more than the clients on both ends. Here the messages of the source topics go from the consumer straight into an inbox,
and the offset to commit is the one that the runner said is finished. Assignment, tables and recovery stay Faust's.
"""

from collections.abc import Iterable, Iterator
from heapq import merge
from operator import attrgetter
from typing import Any, ClassVar, Protocol

import faust
from faust.transport.drivers import aiokafka
from faust.types import TP
from faust.types.transports import ConsumerT, ProducerT, TransportT

from enrich.runner.changelog import Changelog
from enrich.runner.inbox import Message
from enrich.runner.producer import Producer
from schemas.errors import Fatal

_LOOKS = 5  # at what a partition that is behind has, before the others go on without it
_LOOK_S = 0.2
_FETCH_MS = 200  # how long a broker may wait with an empty answer, during which nothing else can be asked of it


class Listener(Protocol):
    """Who is told what the consumer reads and when its partitions change hands."""

    sources: frozenset[str]

    async def accept(self, messages: Iterable[Message]) -> None:
        """Take messages of a source topic; may wait while too many are in hand."""
        ...

    async def pause(self) -> None:
        """Finish what is being worked on and drop the rest: partitions are about to change hands."""
        ...

    def resume(self) -> None:
        """Listen again: messages come from the committed offsets on, some twice."""
        ...

    def begin(self) -> None:
        """Go to work: the tables are recovered, and what is committed is known."""
        ...


class ListeningApp(faust.App):
    """A Faust app whose source messages go to a listener instead of to agents."""

    listener: Listener
    changelog: Changelog

    def _create_directories(self) -> None:
        """Make none: nothing of ours is kept in files."""

    @property
    def publisher(self) -> "Producer":
        """What publishes for the listener."""
        assert isinstance(self.producer, Producer)  # noqa: S101 - of the app's transport
        return self.producer

    def _new_transport(self) -> TransportT:
        return Transport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> TransportT:
        return Transport(self.conf.broker_producer, self)


class _Thread(aiokafka.AIOKafkaConsumerThread):
    """The thread in which the client reads, and tells the group that it lives."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        client = super()._create_worker_consumer(transport)
        client._fetch_max_wait_ms = _FETCH_MS  # Faust says 1.5 s and has no setting for it
        return client


class Consumer(aiokafka.Consumer):
    """Reads for a listener, and commits what `finish` says."""

    app: ListeningApp

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._finished: dict[TP, int] = {}
        self._handed: dict[TP, int] = {}

    def _new_consumer_thread(self) -> aiokafka.AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    def finish(self, tp: TP, offset: int) -> None:
        """Note that everything of a partition below `offset` is finished."""
        self._finished[tp] = max(offset, self._finished.get(tp, 0))

    def committed(self, tp: TP) -> int:
        """Return the offset committed when reading began or since, 0 for none."""
        return self._committed_offset[tp] or 0

    def finished(self, tp: TP) -> int:
        """Return the offset below which everything is finished, 0 for none."""
        return max(self.committed(tp), self._finished.get(tp, 0))

    def end(self, tp: TP) -> int | None:
        """Return the offset behind the last message that the broker has told of, None before it told of any."""
        return self.highwater(tp)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let the listener finish, commit that, and go on as Faust does."""
        try:
            await self.app.listener.pause()
        except Fatal as error:
            await self.app.crash(error)  # the client only logs what a listener of its own raises, and goes on
            raise
        await self.commit()
        self._finished.clear()
        await super().on_partitions_revoked(revoked)

    async def perform_seek(self) -> None:
        """Let the listener begin anew, and go to the committed offsets. In this order: what is fetched before the
        seek stands at these offsets already, and would be lost if it came to a listener that does not listen yet.

        While the flow is stopped Faust comes here too, to drop what it has fetched: nothing is recovered by then."""
        self._handed.clear()
        if not self.flow_active:
            return await super().perform_seek()
        self.app.listener.resume()
        await super().perform_seek()
        self.app.listener.begin()

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (tp for tp in tuple(self._finished) if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        return self._finished.get(tp)

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                await self._drain()
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise

    async def _drain(self) -> None:
        """Hand on what came, but nothing while Faust has the flow stopped: it goes to the committed offsets before it
        goes on. Of sources the listener knows what comes next, and what was fetched before partitions changed hands; of
        the changelog that is dropped here, and read again from what the table holds."""
        await self.sleep(0)  # a fetch may return at once, again and again
        generation = self.app.consumer_generation_id
        records, active = await self._fetched()
        if self.should_stop:
            return
        told: list[Iterator[Message]] = []
        for tp, found in records.items():
            stale = not self.flow_active or generation != self.app.consumer_generation_id
            if tp.topic in self.app.listener.sources:
                if tp in active:
                    told.append(_messages(tp, found))
                    self._handed[tp] = found[-1].offset + 1
            elif not stale:
                self.app.changelog.recover(tp, _messages(tp, found))
            elif (behind := self.app.changelog.recovered(tp)) is not None and tp in self.assignment():
                await self.seek_wait({tp: behind})
        if told and self.flow_active:
            # As they were published, in whatever topic and partition: what is said of a mention is then worked on
            # together with it, and no partition runs ahead of the others, whose mentions would come too late.
            await self.app.listener.accept(merge(*told, key=attrgetter("at_ms")))

    async def _fetched(self) -> tuple[dict[TP, list[Any]], set[TP]]:
        """Return what came, and of which partitions it is wanted. Where some sources gave nothing though they are
        behind, they are waited for a little: the others would run ahead, and what these have would come too late."""
        fetched: dict[TP, list[Any]] = {}
        missing: list[TP] = []
        for look in range(_LOOKS):
            records, active = await self._wait_next_records(_LOOK_S if look else 1.0)
            for tp, found in (records or {}).items():
                fetched.setdefault(tp, []).extend(found)
            sources = {tp for tp in active or () if tp.topic in self.app.listener.sources}
            missing = [tp for tp in sources - fetched.keys() if self._behind(tp)]
            if self.should_stop or not missing or fetched.keys().isdisjoint(sources):
                break
        else:
            for tp in missing:  # what the broker no longer has does not come, and is waited for once
                self._handed[tp] = self.end(tp) or 0
        return fetched, set(active or ())

    def _behind(self, tp: TP) -> bool:
        """Say whether there is more of a partition than was handed on, or nothing is known of it yet."""
        end = self.end(tp)
        return end is None or self._handed.get(tp, self.committed(tp)) < end


def _messages(tp: TP, records: Iterable[Any]) -> Iterator[Message]:
    for record in records:
        yield Message(tp, record.offset, record.timestamp, record.key, record.value, record.headers)


class Transport(aiokafka.Transport):
    """The transport of a `ListeningApp`."""

    Consumer: ClassVar[type[ConsumerT]] = Consumer
    Producer: ClassVar[type[ProducerT]] = Producer
