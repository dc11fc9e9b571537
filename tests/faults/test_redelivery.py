"""A whole topic that is delivered three times: the same count, the same documents."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import uuid4

import orjson
import pytest
from kafka import KafkaAdminClient

from ingest.publisher import Message
from schemas.codec import encode
from schemas.settings import KafkaSettings
from tests.support.deployment import Deployment
from tests.support.enrichment import INPUTS, Enrichment
from tests.support.mentions import mention
from tests.support.traffic import embedded, posts, published


@pytest.fixture
def enrichment(kafka: str, tmp_path: Path) -> Iterator[Enrichment]:
    enrichment = Enrichment(kafka, f"again-{uuid4().hex[:8]}", tmp_path)
    yield enrichment
    enrichment.close()


def forget_offsets(kafka: KafkaSettings, *roles: str) -> None:
    """Let the groups, which have no member now, begin at the beginning."""
    with KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers) as client:
        client.delete_groups([kafka.named(f"hearken.{role}") for role in roles])


def test_to_the_sink(deployment: Deployment) -> None:
    rng = Random(8)
    states = [
        mention(str(name), version=version, text=f"state {version}")
        for name in range(1_000)
        for version in rng.sample(range(1, 4), 2)
    ]
    deployment.publish(Message("mentions.enriched.v1", one.id, encode(one)) for one in states)
    found = []
    for _ in range(3):
        sink = deployment.start("sink", "--until-idle", "3")
        output, errors = sink.communicate(timeout=120)
        assert sink.returncode == 0, errors.decode()
        assert orjson.loads(output) == {"read": 2_000, "stored": 2_000, "dead": 0}
        found.append((deployment.documents("mentions"), deployment.outcome()))
        forget_offsets(deployment.kafka, "sink")
    newest = {one.id: one.version for one in sorted(states, key=lambda one: one.version)}
    assert found[0][0] == newest
    assert found == [found[0]] * 3


def test_to_enrich(enrichment: Enrichment, tmp_path: Path) -> None:
    told = posts(8, 150)
    messages = published(told)
    enrichment.publish(messages)

    def deliver() -> dict[str, int]:
        process = enrichment.start(batch=128)
        enrichment.wait_until(enrichment.finished)
        counted, _ = enrichment.stop(process)
        return counted

    assert deliver()["text"] == len(messages)
    forget_offsets(enrichment.settings, *INPUTS)
    assert deliver()["text"] == 0  # the state says what it holds already; the last batch alone is sent again
    sent = enrichment.sent("mentions.enriched.v1")
    enrichment.publish(messages)
    assert deliver()["text"] == len(messages)  # as new messages, which say nothing new
    assert enrichment.sent("mentions.enriched.v1") == sent
    process = enrichment.start(batch=128)
    enrichment.end_time()
    enrichment.stop(process)
    found, expected = enrichment.outcome(), embedded(told, tmp_path / "hearken.db")
    assert found.documents == expected.documents
    assert found.trends == expected.trends
