"""Elasticsearch goes away under load: the sink waits without growing or leaving its group, and catches up."""

import signal
import time
from urllib.parse import urlsplit

import psutil
import pytest

from deploy.kafka.clients import admin
from ingest.publisher import Message
from schemas.codec import encode
from tests.support.deployment import Deployment
from tests.support.mentions import mention
from tests.support.proxy import door

RATE = 1_000  # mentions a second
MOST_GROWTH = 64 * 2**20


def batch(first: int) -> list[Message]:
    models = [mention(str(number), text="words that somebody wrote " * 8) for number in range(first, first + RATE)]
    return [Message("mentions.enriched.v1", model.id, encode(model)) for model in models]


def members(deployment: Deployment) -> list[str]:
    group = deployment.kafka.named("hearken.sink")
    with admin(deployment.kafka) as client:
        return [member["member_id"] for member in client.describe_groups([group])[group]["members"]]


def feed(deployment: Deployment, first: int, seconds: int) -> int:
    """Publish so many seconds of mentions at the rate, and return the number of the next one."""
    begun = time.monotonic()
    for step in range(seconds):
        deployment.publish(batch(first + step * RATE))
        time.sleep(max(0.0, begun + step + 1 - time.monotonic()))
    return first + seconds * RATE


def wait_for(deployment: Deployment, committed: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while deployment.committed("sink") < committed:
        assert time.monotonic() < deadline, "the sink does not catch up"
        time.sleep(0.5)


def check_outage(kafka: str, elasticsearch: str, seconds: int) -> None:
    server = urlsplit(elasticsearch).port
    assert server
    with door(server) as entrance:
        deployment = Deployment(kafka, f"http://127.0.0.1:{entrance.port}")
        process = deployment.start("sink")
        told = feed(deployment, 0, 4)
        wait_for(deployment, told, 60)
        before, group = psutil.Process(process.pid).memory_info().rss, members(deployment)

        entrance.shut()
        told = feed(deployment, told, seconds)
        assert deployment.committed("sink") < told - RATE
        during = psutil.Process(process.pid).memory_info().rss
        entrance.open()

        wait_for(deployment, told, 60 + seconds)
        assert members(deployment) == group
        after = psutil.Process(process.pid).memory_info().rss
        assert max(during, after) - before <= MOST_GROWTH, (before, during, after)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate()
        assert process.returncode == 0, errors.decode()
        assert b"the store is back" in errors
        # Each message was read once: nobody left the group, and nothing was dropped and read again.
        assert b'"read": %d,' % told in output
        assert deployment.count_documents("mentions") == told
        deployment.drop()


def test_twenty_seconds_without_elasticsearch(kafka: str, elasticsearch: str) -> None:
    check_outage(kafka, elasticsearch, 20)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_five_minutes_without_elasticsearch(kafka: str, elasticsearch: str) -> None:
    check_outage(kafka, elasticsearch, 300)
