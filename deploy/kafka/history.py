"""A topic's history: every message that it holds at one moment, read beside all groups and committed nowhere."""

from collections.abc import Iterator, Mapping
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from schemas.errors import Transient

_POLL_MS = 1_000
_SILENT_POLLS = 60  # as long as a broker may take to come back


class History:
    """What a topic holds when this is made; what comes later is left out.

    `starts` and `ends` are by partition the oldest offset and the one behind the newest. A topic that is not there has
    no partitions. Read one history of a client at a time.
    """

    def __init__(self, client: KafkaConsumer, topic: str, starts: Mapping[int, int] | None = None) -> None:
        """Look at `topic`, by its name on the cluster, with a consumer that has no group.

        With `starts` only these partitions are read, each from the offset given on. Raises KafkaError.
        """
        self._client = client
        self._topic = topic
        there = client.partitions_for_topic(topic) or set()
        partitions = [
            TopicPartition(topic, number) for number in sorted(there if starts is None else there & set(starts))
        ]
        oldest = _by_number(client.beginning_offsets(partitions) if partitions else {})
        self.starts = {number: max(offset, (starts or {}).get(number, 0)) for number, offset in oldest.items()}
        self.ends = _by_number(client.end_offsets(partitions) if partitions else {})

    def __len__(self) -> int:
        """Return how many messages there are at most: compaction leaves gaps."""
        return sum(max(0, self.ends[number] - start) for number, start in self.starts.items())

    def left(self) -> int:
        """Return how many of them are still to come; 0 before `polls` has begun and after it has ended."""
        places = {one.partition: self._client.position(one) for one in self._client.assignment()}
        return sum(max(0, self.ends[number] - place) for number, place in places.items())

    def polls(self) -> Iterator[list[Any]]:
        """Yield the messages, as kafka-python has them, a few hundred at a time, in the order of each partition.

        Raises Transient when Kafka gives nothing for a minute before the end is reached; KafkaError as the client does.
        """
        places = {TopicPartition(self._topic, number): start for number, start in self.starts.items()}
        self._client.assign(list(places))
        for partition, start in places.items():
            self._client.seek(partition, start)
        silent = 0
        while self.left():
            found = self._client.poll(_POLL_MS)
            silent = 0 if found else silent + 1
            if silent == _SILENT_POLLS:
                raise Transient(f"Kafka gives no messages of {self._topic} although it has some")
            records = [one for part in found.values() for one in part if one.offset < self.ends[one.partition]]
            if records:
                yield records
        self._client.assign([])


def _by_number(offsets: Mapping[TopicPartition, int]) -> dict[int, int]:
    return {partition.partition: offset for partition, offset in offsets.items()}
