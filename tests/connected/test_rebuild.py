"""Indices lost and filled again from the topics, on a real Kafka and a real Elasticsearch."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from elasticsearch import Elasticsearch
from kafka import KafkaConsumer, TopicPartition

from deploy.kafka.clients import admin
from deploy.rebuild import Rebuilt, rebuild
from deploy.sink_worker import run_sink
from ingest.publisher import Message
from schemas.alert import Alert
from schemas.brand import Brand
from schemas.click import Click
from schemas.codec import encode
from schemas.dead_letter import dead_letter
from schemas.engagement import Engagement
from schemas.errors import Poison, UsageError
from schemas.settings import KafkaSettings
from sinks.intake import READ
from sinks.questions import Span
from tests.support.deployment import Deployment
from tests.support.mentions import T0, bucket, mention, stub

SPAN = Span(T0, T0 + timedelta(days=2), 3_600_000)


def of_every_kind() -> list[Message]:
    """Return mentions in up to three versions, some deleted, one that cannot be read; engagement, trends, an alert."""
    mentions = [mention(str(n), version=v, hours=n / 10) for n in range(300) for v in range(1, 2 + n % 3)]
    mentions += [stub(str(n), version=9, published_at=None) for n in range(0, 300, 10)]
    deeds = [
        Engagement(id=f"e{n}", mention_id=mention(str(n)).id, source="test", kind="like", at=T0, observed_at=T0)
        for n in range(100)
    ]
    buckets = [bucket(n / 12, revision=r, count=r) for n in range(200) for r in (1, 2)]
    alert = Alert(
        id="a", revision=1, brand="acme", kind="volume_spike", status="open", opened_at=T0, updated_at=T0, peak_at=T0,
        observed=9,
        novelty=1, summary="made up",
    )  # fmt: skip
    brands = [Brand(name="Acme", query=query, id="acme") for query in ("acme", "acme OR ac")]
    letter = dead_letter(Poison("bad_json", "x"), b"{", origin="file", position="1", stage="parse", at=T0)
    click = Click(id="c", at=T0, observed_at=T0, link="https://acme.example/", url="https://acme.example/")
    return [
        Message("clicks.v1", click.id, encode(click)),
        *(Message("mentions.enriched.v1", one.id, encode(one)) for one in mentions),
        Message("mentions.enriched.v1", "k", b'{"id": 1'),
        *(Message("engagement.v1", one.mention_id, encode(one)) for one in deeds),
        *(Message("brands.trends.v1", one.id, encode(one)) for one in buckets),
        Message("alerts.v1", alert.id, encode(alert)),
        *(Message("brands.v1", one.id, one.model_dump_json().encode()) for one in brands),
        Message("dead.v1", letter.id, encode(letter)),
    ]


def sink(deployment: Deployment) -> None:
    run_sink(deployment.settings, lambda: False, until_idle_s=2.0)


def contents(deployment: Deployment) -> dict[tuple[str, str], tuple[int, dict[str, Any]]]:
    """Return every document, by index and id, with its version; without the moment of storing."""
    with Elasticsearch(deployment.elasticsearch.url, request_timeout=60) as client:
        index = f"{deployment.elasticsearch.index_prefix}*"
        client.indices.refresh(index=index)
        hits = client.search(index=index, size=10_000, version=True)["hits"]["hits"]
    documents = {(hit["_index"], hit["_id"]): (hit["_version"], dict(hit["_source"])) for hit in hits}
    for (_, key), (version, source) in documents.items():
        source.pop("indexed_at", None)
        for name in ("stored_ms", "first"):
            source.get("facts", {}).pop(name, None)
        assert len([None for _, other in documents if other == key]) == 1
        assert version > 0
    return {
        place: (0 if place[0].endswith("brands") else version, source) for place, (version, source) in documents.items()
    }


def answers(deployment: Deployment) -> list[Any]:
    with deployment.store() as store:
        store.refresh()
        found = store.mentions("acme", None, None, None, "new", 1_000)
        return [
            store.volume("acme", SPAN), store.sentiment("acme", SPAN), store.totals(), store.brands(),
            store.top("authors", "acme", SPAN.start, SPAN.end, 10), store.dead_letters(10),
            store.alerts("acme", None, None, None, 10),
            [one.replace(indexed_at=None) for one in found],
        ]  # fmt: skip


def drop_indices(deployment: Deployment) -> None:
    with Elasticsearch(deployment.elasticsearch.url, request_timeout=60) as client:
        names = list(client.indices.get(index=f"{deployment.elasticsearch.index_prefix}*", features="settings"))
        assert len(names) > 5
        client.indices.delete(index=names)


def counts(found: list[Rebuilt]) -> dict[str, tuple[int, ...]]:
    return {
        one.topic: (one.read, one.created, one.updated, one.unchanged, one.unreadable, one.refused) for one in found
    }


def test_dropped_indices_are_filled_again_with_the_same(deployment: Deployment) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    deployment.publish(of_every_kind())
    sink(deployment)
    sink(deployment)  # the dead letter of what cannot be read
    before, asked, committed = contents(deployment), answers(deployment), deployment.committed("sink")
    assert len(asked[-1]) == 270
    drop_indices(deployment)

    found = rebuild(deployment.settings)
    assert contents(deployment) == before
    assert answers(deployment) == asked
    assert counts(found) == {
        "brands.v1": (2, 1, 0, 1, 0, 0),
        "mentions.enriched.v1": (631, 300, 330, 0, 1, 0),
        "engagement.v1": (100, 100, 0, 0, 0, 0),
        "brands.trends.v1": (400, 200, 200, 0, 0, 0),
        "alerts.v1": (1, 1, 0, 0, 0, 0),
        "clicks.v1": (1, 1, 0, 0, 0, 0),
        "dead.v1": (2, 2, 0, 0, 0, 0),
    }
    for one in found:
        assert one.whole
        assert one.oldest is not None
        assert one.newest is not None
        assert began <= one.oldest <= one.newest <= datetime.now(UTC)

    again = rebuild(deployment.settings)
    assert contents(deployment) == before
    assert sum(one.created + one.updated for one in again) == 0
    assert sum(one.unchanged for one in again) == sum(one.read for one in again) - 1
    assert deployment.committed("sink") == committed  # the group saw nothing of it
    assert deployment.committed("rebuild") == 0
    assert deployment.count("dead.v1") == 2  # what cannot be read is not buried again


def test_what_is_missing_is_added_and_newer_versions_stay(deployment: Deployment) -> None:
    deployment.publish(Message("mentions.enriched.v1", one.id, encode(one)) for one in [mention("1"), mention("2")])
    with deployment.store() as store:
        store.prepare()
        store.index([stub("1", version=5)])
    (found,) = (one for one in rebuild(deployment.settings) if one.topic == "mentions.enriched.v1")
    assert (found.created, found.updated, found.unchanged) == (1, 0, 1)
    with deployment.store() as store:
        deleted = store.document(mention("1").id)
        assert deleted is not None
        assert (deleted.version, deleted.text) == (5, None)


def test_it_reaches_as_far_as_the_topic_does_and_says_so(deployment: Deployment) -> None:
    models = [mention(str(n)) for n in range(200)]
    deployment.publish(Message("mentions.enriched.v1", one.id, encode(one)) for one in models)
    name = deployment.kafka.named("mentions.enriched.v1")
    with admin(deployment.kafka) as client:
        client.delete_records({TopicPartition(name, 0): 5})
    (found,) = (one for one in rebuild(deployment.settings) if one.topic == "mentions.enriched.v1")
    assert (found.whole, found.read, found.created, found.partitions) == (False, 195, 195, 12)
    process = deployment.start("rebuild")
    output, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()
    told = orjson.loads(output)["topics"]["mentions.enriched.v1"]
    assert (told["whole"], told["read"], told["created"], told["unchanged"]) == (False, 195, 0, 195)
    assert told["oldest"].endswith("Z")
    assert b"older ones are deleted" in said
    assert b"words of" not in said


def test_a_running_sink_is_not_disturbed(deployment: Deployment) -> None:
    """Both store the same mentions at the same time: each is there once, in its newest version."""
    first = [mention(str(n), version=1, hours=n) for n in range(1_500)]
    deployment.publish(Message("mentions.enriched.v1", one.id, encode(one)) for one in first)
    running = deployment.start("sink", "--until-idle", "5")
    rebuild(deployment.settings)
    second = [mention(str(n), version=2, hours=n + 40 * 24) for n in range(1_500)]  # they claim another month
    deployment.publish(Message("mentions.enriched.v1", one.id, encode(one)) for one in second)
    rebuild(deployment.settings)
    output, said = running.communicate(timeout=120)
    assert running.returncode == 0, said.decode()
    assert orjson.loads(output)["read"] >= 3_000
    versions = deployment.documents("mentions")
    assert len(versions) == 1_500
    assert set(versions.values()) == {2}


def test_topics_that_are_not_there_are_said(kafka: str, elasticsearch: str, deployment: Deployment) -> None:
    other = KafkaSettings(bootstrap_servers=kafka, topic_prefix="nowhere.")
    with pytest.raises(UsageError, match=r"has no topic nowhere\.brands\.v1"):
        rebuild(deployment.settings.model_copy(update={"kafka": other}))
    consumer = KafkaConsumer(bootstrap_servers=kafka)
    assert not {f"nowhere.{name}" for name in READ} & consumer.topics()
    consumer.close()
