"""Poison, and a topic for dead letters that refuses it: the worker ends, and nothing is committed past the poison."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource

from enrich.runner.service import FATAL_STATUS
from ingest.publisher import Message
from schemas.codec import decode
from schemas.dead_letter import DeadLetter
from schemas.settings import KafkaSettings
from tests.support.deployment import Deployment
from tests.support.enrichment import Enrichment
from tests.support.traffic import embedded, posts, published, record, write_brands


@pytest.fixture
def enrichment(kafka: str, tmp_path: Path) -> Iterator[Enrichment]:
    enrichment = Enrichment(kafka, f"poison-{uuid4().hex[:8]}", tmp_path)
    yield enrichment
    enrichment.close()


@pytest.fixture
def deployment(kafka: str) -> Iterator[Deployment]:
    deployment = Deployment(kafka)
    yield deployment
    deployment.drop()


def allow(kafka: KafkaSettings, size: int) -> None:
    """Let a dead letter have so many bytes at most."""
    with KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers) as client:
        client.alter_configs([ConfigResource("topic", kafka.named("dead.v1"), {"max.message.bytes": str(size)})])


def test_enrich_passes_poison_when_it_is_buried_and_not_before(enrichment: Enrichment, tmp_path: Path) -> None:
    told = posts(6, 300)
    messages = published(told)
    poison = [Message("mentions.raw.v1", messages[0].key, b'{"id": "\xff"}'), Message("engagement.v1", "x", b"[1]")]
    allow(enrichment.settings, 60)
    enrichment.publish(poison)
    for _ in range(2):  # it does not help to start it again
        assert enrichment.ended(enrichment.start()) == FATAL_STATUS
        assert enrichment.sent("dead.v1") == 0
        assert not enrichment.finished()

    allow(enrichment.settings, 2**20)
    enrichment.publish(messages[: len(messages) // 2])
    enrichment.publish([poison[0]._replace(value=b"{")])  # 3 in 3,000
    enrichment.publish(messages[len(messages) // 2 :])
    process = enrichment.start(batch=512)
    enrichment.wait_until(enrichment.finished)
    enrichment.end_time()
    enrichment.stop(process)
    letters = [decode(DeadLetter, payload) for payload in enrichment.read("dead.v1")]
    assert sorted(letter.payload for letter in letters) == sorted([b'{"id": "\xff"}', b"[1]", b"{"])
    found, expected = enrichment.outcome(), embedded(told, tmp_path / "hearken.db")
    assert found.documents == expected.documents
    assert found.trends == expected.trends


def test_a_replay_passes_a_bad_record_when_it_is_buried_and_not_before(deployment: Deployment, tmp_path: Path) -> None:
    recording = record(posts(7, 500), tmp_path / "posts.ndjson")
    lines = recording.read_bytes().splitlines()
    lines[1_500] = b"{"
    recording.write_bytes(b"\n".join(lines))
    brands = write_brands(tmp_path / "brands.toml")
    command = ("replay", str(recording), "--format", "ndjson", "--brands", str(brands), "--to", "kafka")
    allow(deployment.kafka, 60)
    refused = deployment.start(*command)
    _, errors = refused.communicate(timeout=120)
    assert refused.returncode == 1
    assert b"Kafka refuses a message" in errors
    assert deployment.count("dead.v1") == 0
    (place,) = [orjson.loads(value or b"") for _, key, value in deployment.messages("positions.v1")[-1:] if key]
    assert place["read"] <= 1_500

    allow(deployment.kafka, 2**20)
    again = deployment.start(*command)
    output, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors.decode()
    assert orjson.loads(output)["dead"] == deployment.count("dead.v1") == 1
    assert orjson.loads(output)["read"] == len(lines)
