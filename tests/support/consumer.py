"""A consumer in memory: the topics as lists, and everything that a test wants to see of what a worker does to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kafka import OffsetAndMetadata, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord


@dataclass
class MemoryConsumer:
    """Gives `log` in polls of at most `most` messages; `before_poll` may do what brokers do between two polls."""

    log: dict[TopicPartition, list[bytes | None]]
    most: int = 500
    before_poll: Callable[["MemoryConsumer"], None] = lambda consumer: None
    commit_error: Exception | None = None
    joins_at: int = 0  # the poll in which the group gives it its partitions, and nothing else
    stored: dict[TopicPartition, int] = field(default_factory=dict)
    places: dict[TopicPartition, int] = field(default_factory=dict)
    idle: set[TopicPartition] = field(default_factory=set)
    polls: int = 0
    closed: bool = False
    listener: Any = None
    rejoins: int = 0

    def topics(self) -> set[str]:
        return {partition.topic for partition in self.log}

    def subscribe(self, topics: Sequence[str], listener: Any) -> None:
        assert set(topics) >= self.topics()
        self.listener = listener
        self.places = {partition: self.stored.get(partition, 0) for partition in self.log}
        if not self.joins_at:
            listener.on_partitions_assigned(list(self.log))

    def rebalance(self) -> None:
        """Take everything away and give it back; as with the real one, a partition that stays keeps its place."""
        self.listener.on_partitions_revoked(list(self.log))
        self.listener.on_partitions_assigned(list(self.log))

    @property
    def _coordinator(self) -> "MemoryConsumer":
        return self

    def request_rejoin(self) -> None:
        self.rejoins += 1

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[ConsumerRecord]]:
        self.polls += 1
        self.before_poll(self)
        if self.polls == self.joins_at:
            self.listener.on_partitions_assigned(list(self.log))
        if self.polls <= self.joins_at:
            return {}
        found: dict[TopicPartition, list[ConsumerRecord]] = {}
        room = self.most
        for partition, values in self.log.items():
            start = self.places[partition]
            given = [] if partition in self.idle else values[start : start + room]
            if given:
                found[partition] = [record(partition, start + at, value) for at, value in enumerate(given)]
                self.places[partition] += len(given)
                room -= len(given)
        return found

    def assignment(self) -> set[TopicPartition]:
        return set(self.log)

    def end_offsets(self, partitions: Sequence[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:
        return {partition: len(self.log[partition]) for partition in partitions}

    def position(self, partition: TopicPartition, timeout_ms: int) -> int:
        return self.places[partition]

    def committed(self, partition: TopicPartition, timeout_ms: int) -> int | None:
        return self.stored.get(partition)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.places[partition] = offset

    def seek_to_beginning(self, partition: TopicPartition) -> None:
        self.places[partition] = 0

    def pause(self, *partitions: TopicPartition) -> None:
        self.idle |= set(partitions)

    def paused(self) -> set[TopicPartition]:
        return set(self.idle)

    def resume(self, *partitions: TopicPartition) -> None:
        self.idle -= set(partitions)

    def commit(self, offsets: Mapping[TopicPartition, OffsetAndMetadata], timeout_ms: int) -> None:
        if self.commit_error is not None:
            error, self.commit_error = self.commit_error, None
            raise error
        self.stored |= {partition: value.offset for partition, value in offsets.items()}

    def close(self, autocommit: bool, timeout_ms: int) -> None:
        assert not autocommit
        self.closed = True


def record(partition: TopicPartition, offset: int, value: bytes | None) -> ConsumerRecord:
    return ConsumerRecord(partition.topic, partition.partition, -1, offset, 0, 0, None, value, [], None, 0, 0, 0)
