"""What publishing and storing cost on the real services, clients and all of our own included."""

import time
from collections.abc import Callable

import pytest

from deploy.kafka.clients import producer
from deploy.replay import BATCH
from deploy.sink_worker import run_sink
from ingest.publisher import Message, Publisher
from schemas.codec import encode
from tests.support.deployment import Deployment
from tests.support.mentions import mention

MENTIONS = 20_000
IDLE_S = 2.0


def measured(what: str, run: Callable[[], None], waits_s: float = 0.0) -> float:
    """Run, print messages a second and CPU a message, and return the latter in ms."""
    wall, cpu = time.monotonic(), time.process_time()
    run()
    wall, cpu = time.monotonic() - wall - waits_s, time.process_time() - cpu
    print(f"\n{what}: {MENTIONS / wall:,.0f} messages/s, {cpu / MENTIONS * 1000:.3f} ms CPU each")
    return cpu / MENTIONS * 1000


@pytest.mark.bench
def test_publishing_and_storing(kafka: str, elasticsearch: str) -> None:
    deployment = Deployment(kafka, elasticsearch)
    models = [mention(str(number), text="words that somebody wrote " * 8) for number in range(MENTIONS)]
    messages = [Message("mentions.enriched.v1", model.id, encode(model)) for model in models]
    client = producer(deployment.kafka, "bench")
    publisher = Publisher(client, deployment.kafka.named)

    def publish() -> None:
        for first in range(0, MENTIONS, BATCH):
            publisher.publish(messages[first : first + BATCH])

    def store() -> None:
        assert run_sink(deployment.settings, lambda: False, until_idle_s=IDLE_S).stored == MENTIONS

    try:
        published = measured("publish, acknowledged by batches of 512", publish)
        stored = measured("store in Elasticsearch", store, IDLE_S)
    finally:
        client.close(timeout=0)
        deployment.drop()
    assert published < 1
    assert stored < 1
