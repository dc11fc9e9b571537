"""Faust's Kafka producer with what it lacks: whole batches, and where each record of them landed."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from faust.transport.drivers import aiokafka
from faust.types import TP


class Record(NamedTuple):
    """What is to be published; without a partition it goes to the one of its key."""

    topic: str
    key: bytes
    value: bytes | None
    partition: int | None = None
    headers: Sequence[tuple[str, bytes]] = ()


class Published(NamedTuple):
    """By partition the offsets of what the brokers have confirmed, and the first error, None without any."""

    offsets: dict[TP, list[int]]
    error: BaseException | None


class Producer(aiokafka.Producer):
    """Publishes each message once and in order, also when a send is repeated inside the client."""

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}

    async def publish(self, records: Iterable[Record]) -> Published:
        """Return when the brokers have confirmed or refused every record, those of a partition in order.

        Whole batches are handed to the client: a message sent by itself costs ten times as much.
        """
        client = self._ensure_producer()
        places: dict[TP, list[Record]] = {}
        numbers: dict[str, int] = {}
        for record in records:
            partition = record.partition
            if partition is None:
                if record.topic not in numbers:
                    numbers[record.topic] = len(await client.partitions_for(record.topic))
                partition = _partition_of(self.partitioner, record.key, numbers[record.topic])
            places.setdefault(TP(record.topic, partition), []).append(record)
        offsets: dict[TP, list[int]] = {tp: [] for tp in places}
        results = await asyncio.gather(
            *(_deliver(client, tp, waiting, offsets[tp]) for tp, waiting in places.items()), return_exceptions=True
        )
        return Published(offsets, next((result for result in results if isinstance(result, BaseException)), None))


async def _deliver(client: Any, tp: TP, records: Sequence[Record], offsets: list[int]) -> None:
    """Send the records of one partition, and note where they stand as they are confirmed."""
    done = 0
    while done < len(records):
        batch = client.create_batch()
        for record in records[done:]:
            if not batch.append(timestamp=None, key=record.key, value=record.value, headers=list(record.headers)):
                break  # it is full; the first always has room
        batch.close()
        confirmed = await (await client.send_batch(batch, tp.topic, partition=tp.partition))
        offsets += range(confirmed.offset, confirmed.offset + batch.record_count())
        done += batch.record_count()


@lru_cache(maxsize=65_536)
def _partition_of(partitioner: Any, key: bytes, number: int) -> int:
    """Return the partition of a key, as every Kafka client chooses it; the hash of the client is pure Python."""
    return int(partitioner(key, range(number), range(number)))
