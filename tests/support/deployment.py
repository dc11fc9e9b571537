"""A deployment of its own for one test on the shared Kafka and Elasticsearch: its names, topics and workers."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from uuid import uuid4

from elasticsearch import Elasticsearch
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from deploy.kafka.clients import admin, producer
from deploy.kafka.topics import ensure_topics
from ingest.publisher import Message, Publisher
from schemas.codec import encode
from schemas.errors import Transient
from schemas.mention import Mention
from schemas.settings import ElasticsearchSettings, KafkaSettings, Settings
from schemas.trend import TrendBucket
from sinks.elastic.documents import read
from sinks.elastic.reader import Reader
from sinks.elastic.store import ElasticStore
from tests.support.traffic import Outcome, outcome

ROOT = Path(__file__).resolve().parents[2]
_COORDINATOR_S = 30.0


class Worker(subprocess.Popen[bytes]):
    """A process whose errors go to a file: a pipe that nobody reads would hold up whoever complains for minutes."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._errors = TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        super().__init__(command, env=environment, stdout=subprocess.PIPE, stderr=self._errors, cwd=ROOT / "tests")

    def communicate(self, input: bytes | None = None, timeout: float | None = None) -> tuple[bytes, bytes]:
        """Wait for the end, and return what was said on stdout and stderr; safe to repeat."""
        if not self._errors.closed:
            output, _ = super().communicate(input, timeout)
            self._told = output, self.said()
            self._errors.close()
        return self._told

    def said(self) -> bytes:
        """Return what was said on stderr until now."""
        return os.pread(self._errors.fileno(), 2**24, 0)


class Deployment:
    """Settings with a prefix of their own, topics made, and what a test wants to know of both services."""

    def __init__(self, kafka: str, elasticsearch: str = "http://127.0.0.1:9") -> None:
        name = f"t{uuid4().hex[:10]}"
        self.kafka = KafkaSettings(bootstrap_servers=kafka, topic_prefix=f"{name}.")
        self.elasticsearch = ElasticsearchSettings(url=elasticsearch, index_prefix=f"{name}-")
        self.settings = Settings(kafka=self.kafka, elasticsearch=self.elasticsearch)
        ensure_topics(self.kafka)

    def publish(self, messages: Iterable[Message]) -> None:
        client = producer(self.kafka, "test")
        try:
            Publisher(client, self.kafka.named).publish(messages)
        finally:
            client.close()

    def messages(self, topic: str) -> list[tuple[int, str, bytes | None]]:
        """Return every message of a topic: partition, key and value."""
        with self._consumer() as consumer:
            name = self.kafka.named(topic)
            partitions = [TopicPartition(name, number) for number in consumer.partitions_for_topic(name)]
            consumer.assign(partitions)
            ends = consumer.end_offsets(partitions)
            found: list[tuple[int, str, bytes | None]] = []
            while any(consumer.position(one) < ends[one] for one in partitions):
                for records in consumer.poll(1_000).values():
                    found += [(record.partition, record.key.decode(), record.value) for record in records]
        return found

    def count(self, topic: str) -> int:
        """Return how many messages a topic has."""
        with self._consumer() as consumer:
            name = self.kafka.named(topic)
            partitions = [TopicPartition(name, number) for number in consumer.partitions_for_topic(name)]
            return int(sum(consumer.end_offsets(partitions).values()))

    def committed(self, role: str) -> int:
        """Return the sum of the offsets that a group has committed: the messages that it will not read again.

        A broker that has just begun has no coordinator of groups yet, and is asked again.
        """
        group = self.kafka.named(f"hearken.{role}")
        deadline = time.monotonic() + _COORDINATOR_S
        while True:
            try:
                with admin(self.kafka) as client:
                    return sum(max(0, one.offset) for one in client.list_group_offsets({group: None})[group].values())
            except Transient:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def works(self, role: str, members: int = 1) -> bool:
        """Say whether a group of at least so many members has shared its partitions out among them."""
        group = self.kafka.named(f"hearken.{role}")
        with admin(self.kafka) as client:
            found = client.describe_groups([group])[group]
        return bool(found["group_state"] == "Stable") and len(found["members"]) >= members

    def outcome(self) -> Outcome:
        """Return what is stored, in the form in which two pipelines are compared; what was deleted is left out."""
        with self.store() as store:
            store.refresh()
            reader, prefix = Reader(store.client), self.elasticsearch.index_prefix
            mentions = reader.hits(f"{prefix}mentions-*", [], [{"id": "asc"}])
            buckets = reader.hits(f"{prefix}trends-*", [], [{"brand": "asc"}, {"start": "asc"}])
            return outcome(
                [encode(read(Mention, source)) for source in mentions],
                [encode(read(TrendBucket, source)) for source in buckets],
            )

    def store(self) -> ElasticStore:
        return ElasticStore(self.elasticsearch)

    def documents(self, kind: str) -> dict[str, int]:
        """Return the version of every document of a kind of index, by its id; two of one id are a failure."""
        with Elasticsearch(self.elasticsearch.url, request_timeout=60) as client:
            index = f"{self.elasticsearch.index_prefix}{kind}*"
            client.indices.refresh(index=index)
            found = client.search(index=index, size=10_000, source=False, version=True)["hits"]["hits"]
        versions = {hit["_id"]: hit["_version"] for hit in found}
        assert len(versions) == len(found)
        return versions

    def count_documents(self, kind: str) -> int:
        """Return how many documents a kind of index has."""
        with Elasticsearch(self.elasticsearch.url, request_timeout=60) as client:
            index = f"{self.elasticsearch.index_prefix}{kind}*"
            client.indices.refresh(index=index)
            return int(client.count(index=index)["count"])

    def start(self, *arguments: str) -> "Worker":
        """Start a worker as a process of its own; what it prints is for `communicate`."""
        environment = {
            "HEARKEN_KAFKA__BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "HEARKEN_KAFKA__TOPIC_PREFIX": self.kafka.topic_prefix,
            "HEARKEN_ELASTICSEARCH__URL": self.elasticsearch.url,
            "HEARKEN_ELASTICSEARCH__INDEX_PREFIX": self.elasticsearch.index_prefix,
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-W", "ignore", "-c", "from deploy.cli import run; run()", *arguments]
        return Worker(command, os.environ | environment)

    @contextmanager
    def _consumer(self) -> Iterator[KafkaConsumer]:
        consumer = KafkaConsumer(
            bootstrap_servers=self.kafka.bootstrap_servers, auto_offset_reset="earliest", enable_auto_commit=False
        )
        try:
            yield consumer
        finally:
            consumer.close()

    def drop(self) -> None:
        """Remove the topics and the indices."""
        with KafkaAdminClient(bootstrap_servers=self.kafka.bootstrap_servers) as client:
            client.delete_topics([name for name in client.list_topics() if name.startswith(self.kafka.topic_prefix)])
        if self.elasticsearch.url.endswith(":9"):
            return
        with Elasticsearch(self.elasticsearch.url, request_timeout=60) as client:
            for index in client.indices.get(index=f"{self.elasticsearch.index_prefix}*", features="settings"):
                client.indices.delete(index=index)
            templates = client.options(ignore_status=404).indices
            templates.delete_index_template(name=f"{self.elasticsearch.index_prefix}*")
