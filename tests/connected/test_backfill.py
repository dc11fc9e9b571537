"""A backfill into a real Kafka, through the workers, into a real Elasticsearch: counted, and not judged."""

import asyncio
from datetime import timedelta
from pathlib import Path
from random import Random

import orjson
import pytest
from kafka import KafkaConsumer, TopicPartition

from deploy.backfill import Account, Backfill
from deploy.backfill_to_kafka import topic_archive
from ingest.history import Stretch
from ingest.reconnect import Reconnect
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Transient
from schemas.settings import Settings
from schemas.topics import HISTORY_HEADER
from sinks.questions import Span
from tests.contracts.test_incidents import DAYS, story
from tests.deploy.test_backfill import Past
from tests.support.deployment import Deployment
from tests.support.mentions import T0
from tests.support.traffic import BRANDS, published, write_brands

OUTCRY = T0 + timedelta(days=4.5)
STRETCH = Stretch(T0, T0 + timedelta(days=DAYS))


def pages() -> list[bytes]:
    """Return two hundred posts about Acme within half an hour, which live are an alert many times over."""
    posts = [
        {"native_id": f"o{n}", "text": f"acme is awful {n}", "published_at": str(OUTCRY + timedelta(seconds=9 * n))}
        for n in range(200)
    ]
    return [orjson.dumps(posts[at : at + 20]) for at in range(0, 200, 20)]


def fill(settings: Settings, past: Past) -> Account:
    async def go() -> Account:
        with topic_archive(settings) as archive:
            clock = ManualClock(STRETCH.until)
            return await Backfill(archive, settings.brands, past, clock, Reconnect(Random(1))).run(Web(), STRETCH)

    return asyncio.run(go())


def headers(deployment: Deployment) -> list[dict[str, bytes]]:
    name = deployment.kafka.named("mentions.raw.v1")
    with KafkaConsumer(bootstrap_servers=deployment.kafka.bootstrap_servers, auto_offset_reset="earliest") as consumer:
        partitions = [TopicPartition(name, number) for number in consumer.partitions_for_topic(name)]
        consumer.assign(partitions)
        left = sum(consumer.end_offsets(partitions).values())
        return [dict(record.headers) for _, record in zip(range(left), consumer, strict=False)]


def test_an_outcry_of_the_past_is_counted_and_is_no_alert(deployment: Deployment, tmp_path: Path) -> None:
    settings = deployment.settings.model_copy(update={"brands": BRANDS})
    quiet = [post for post in story() if not post.native_id.startswith("outcry")]
    deployment.publish(published(quiet))
    with pytest.raises(Transient):
        fill(settings, Past(pages(), [5] * 9))
    past = Past(pages())
    account = fill(settings, past)
    assert past.asked == ["5"]
    assert (account.tally.read, account.tally.stored, account.tally.duplicates) == (10, 200, 0)
    before = deployment.count("mentions.raw.v1")
    assert [HISTORY_HEADER in one for one in headers(deployment)].count(True) == 200
    again = fill(settings, Past(pages()))
    assert (again.tally.stored, again.tally.duplicates) == (0, 10)
    assert deployment.count("mentions.raw.v1") == before == len(quiet) + 200

    brands = str(write_brands(tmp_path / "brands.toml"))
    enrich = deployment.start("enrich", "--until-idle", "5", "--brands", brands)
    _, said = enrich.communicate(timeout=240)
    assert enrich.returncode == 0, said[-2_000:]
    sink = deployment.start("sink", "--until-idle", "3")
    _, said = sink.communicate(timeout=120)
    assert sink.returncode == 0, said[-2_000:]
    assert deployment.count("alerts.v1") == 0
    with deployment.store() as store:
        store.refresh()
        points = store.volume("acme", Span(OUTCRY, OUTCRY + timedelta(minutes=30), 1_800_000))
        assert sum(point.count for point in points) >= 200
    assert deployment.count_documents("mentions") == before
