"""The hops of a mention by bare clients: what aiokafka and elasticsearch take to move the same messages, and no more.

Run as a process of its own, so that its processor time can be told from that of others:
python -m tests.bench.bare_hops BOOTSTRAP PREFIX ELASTICSEARCH, with lines `topic key value` in base64 on stdin.
"""

import asyncio
import sys
from base64 import b64decode
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition  # type: ignore[import-untyped]
from elasticsearch import AsyncElasticsearch

_BATCH = 512
_HOPS = (
    ("mentions.raw.v1", "engagement.v1"),
    ("mentions.enriched.v1", "brand.deltas.v1"),
    ("brands.trends.v1",),
)
_STORED = {"mentions.enriched.v1": "mentions", "engagement.v1": "engagement", "brands.trends.v1": "trends"}

Message = tuple[bytes, bytes]


async def hops(bootstrap: str, prefix: str, elasticsearch: str, messages: dict[str, list[Message]]) -> None:
    """Publish what each worker publishes, read what each worker reads, and store what the sink stores."""
    async with (
        AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", linger_ms=5) as producer,
        AsyncElasticsearch(elasticsearch, request_timeout=60) as client,
    ):
        read: Sequence[str] = ()
        for topics in (*_HOPS, ()):
            await _consume(bootstrap, prefix, {topic: len(messages[topic]) for topic in read})
            for topic in topics:
                for first in range(0, len(messages[topic]), _BATCH):
                    batch = messages[topic][first : first + _BATCH]
                    sent = [await producer.send(prefix + topic, value, key) for key, value in batch]
                    await asyncio.gather(*sent)
            read = [topic for topic in topics if topic != "mentions.enriched.v1" and topic != "brands.trends.v1"]
        for topic, index in _STORED.items():
            found = await _consume(bootstrap, prefix, {topic: len(messages[topic])})
            for first in range(0, len(found), _BATCH):
                lines: list[Any] = [
                    line for document in found[first : first + _BATCH] for line in (b'{"index":{}}', document)
                ]
                answer = await client.bulk(index=f"{prefix.lower()}bare-{index}", operations=lines)
                if answer["errors"]:
                    raise SystemExit("the bulk had errors")


async def _consume(bootstrap: str, prefix: str, wanted: dict[str, int]) -> list[bytes]:
    """Read topics whole, commit, decode each value as whoever reads it has to, and return the values."""
    if not any(wanted.values()):
        return []
    found: list[bytes] = []
    async with AIOKafkaConsumer(
        *(prefix + topic for topic in wanted), bootstrap_servers=bootstrap, group_id=f"{prefix}bare-{len(wanted)}",
        enable_auto_commit=False, auto_offset_reset="earliest",
    ) as consumer:  # fmt: skip
        while len(found) < sum(wanted.values()):
            batches: dict[TopicPartition, list[Any]] = await consumer.getmany(timeout_ms=1_000, max_records=_BATCH)
            for records in batches.values():
                for record in records:
                    orjson.loads(record.value)
                    found.append(record.value)
            await consumer.commit()
    return found


if __name__ == "__main__":
    given: dict[str, list[Message]] = defaultdict(list)
    for line in sys.stdin:
        topic, key, value = line.split()
        given[topic].append((b64decode(key), b64decode(value)))
    asyncio.run(hops(sys.argv[1], sys.argv[2], sys.argv[3], given))
