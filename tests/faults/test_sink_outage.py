"""Elasticsearch goes away under load: the sink waits without growing or leaving its group, and catches up."""

import signal
import subprocess
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
MIB = 2**20
MOST_GROWTH = 64 * MIB


def batch(first: int) -> list[Message]:
    models = [mention(str(number), text="words that somebody wrote " * 8) for number in range(first, first + RATE)]
    return [Message("mentions.enriched.v1", model.id, encode(model)) for model in models]


def members(deployment: Deployment) -> list[str]:
    group = deployment.kafka.named("hearken.sink")
    with admin(deployment.kafka) as client:
        return [member["member_id"] for member in client.describe_groups([group])[group]["members"]]


class Memory:
    """What a process holds in memory, looked at again and again."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = psutil.Process(process.pid)
        self.peak = 0

    def look(self) -> int:
        now: int = self._process.memory_info().rss
        self.peak = max(self.peak, now)
        return now


def feed(deployment: Deployment, memory: Memory, first: int, seconds: int) -> int:
    """Publish so many seconds of mentions at the rate, and return the number of the next one."""
    begun = time.monotonic()
    for step in range(seconds):
        deployment.publish(batch(first + step * RATE))
        memory.look()
        time.sleep(max(0.0, begun + step + 1 - time.monotonic()))
    print(f"\nfed {seconds * RATE} mentions at {seconds * RATE / (time.monotonic() - begun):.0f}/s", end="")
    return first + seconds * RATE


def wait_for(deployment: Deployment, memory: Memory, committed: int, seconds: float) -> float:
    begun = time.monotonic()
    while deployment.committed("sink") < committed:
        assert time.monotonic() < begun + seconds, "the sink does not catch up"
        memory.look()
        time.sleep(0.5)
    return time.monotonic() - begun


def check_outage(kafka: str, elasticsearch: str, seconds: int) -> None:
    server = urlsplit(elasticsearch).port
    assert server
    with door(server) as entrance:
        deployment = Deployment(kafka, f"http://127.0.0.1:{entrance.port}")
        process = deployment.start("sink")
        memory = Memory(process)
        told = feed(deployment, memory, 0, 4)
        wait_for(deployment, memory, told, 60)
        before, group = memory.look(), members(deployment)
        memory.peak = before

        entrance.shut()
        told = feed(deployment, memory, told, seconds)
        assert deployment.committed("sink") < told - RATE
        away = memory.peak
        entrance.open()

        caught_up_s = wait_for(deployment, memory, told, 60 + seconds)
        assert members(deployment) == group
        print(
            f"\n{seconds} s away: {before / MIB:.0f} MiB before, at most {away / MIB:.0f} MiB while away and"
            f" {memory.peak / MIB:.0f} MiB in all; {told} mentions stored {caught_up_s:.0f} s later, no rebalance"
        )
        assert memory.peak - before <= MOST_GROWTH
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
