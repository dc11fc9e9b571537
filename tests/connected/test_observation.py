"""What the workers tell of themselves while they work between a real Kafka and a real Elasticsearch."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from ingest.publisher import Message
from schemas.codec import encode
from tests.support.deployment import Deployment, Worker
from tests.support.enrichment import INPUTS, PARTITIONS, Enrichment
from tests.support.mentions import mention
from tests.support.proxy import door
from tests.support.scrape import ask, free_port, samples
from tests.support.traffic import posts, published

STALL_S = 4
CANARY = "canary in a post"

# An enrich process that is looked at, and whose text stages hang while a file is there.
HANGS = """
import os, time
from pathlib import Path
from enrich.runner.text import TextWorker
os.environ |= {{"HEARKEN_OBSERVE__PORT": "{port}", "HEARKEN_OBSERVE__STALL_AFTER_S": "{stall_s}"}}
apply = TextWorker.apply
def hang(self, batch):
    while Path("{file}").exists():
        time.sleep(0.05)
    return apply(self, batch)
TextWorker.apply = hang
"""


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def enrichment(kafka: str, tmp_path: Path) -> Iterator[Enrichment]:
    enrichment = Enrichment(kafka, f"observe-{uuid4().hex[:8]}", tmp_path)
    yield enrichment
    enrichment.close()


def told(port: int) -> dict[tuple[str, ...], float]:
    return samples(ask(port, "/metrics")[2])


def lag(port: int, worker: str) -> list[float]:
    return [value for name, value in told(port).items() if name[:2] == ("hearken_lag_messages", worker)]


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if true():
                return
        except OSError:
            pass  # it does not listen yet
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_enrich_tells_what_it_did_and_is_dead_when_a_stage_hangs(
    enrichment: Enrichment, port: int, tmp_path: Path
) -> None:
    hang = tmp_path / "hang"
    process = enrichment.start(first=HANGS.format(port=port, stall_s=STALL_S, file=hang), batch=512)
    wait_until(lambda: ask(port, "/ready")[0] == 200)
    enrichment.publish([*published(posts(3, 40)), Message("mentions.raw.v1", "x", CANARY.encode())])
    enrichment.wait_until(enrichment.finished)
    taken = {topic: enrichment.sent(topic) for topics in INPUTS.values() for topic in topics}
    wait_until(lambda: sum(lag(port, "text") + lag(port, "trends")) == 0 and len(lag(port, "text")) == 2 * PARTITIONS)
    found = told(port)
    for worker, topics in INPUTS.items():
        for topic in topics:
            assert found["hearken_messages_in_total", worker, topic] == taken[topic], topic
        assert found["hearken_batch_seconds_count", worker] > 0
        assert found["hearken_recovering", worker] == 0
    assert found["hearken_messages_out_total", "text", "mentions.enriched.v1"] == enrichment.sent(
        "mentions.enriched.v1"
    )
    assert found["hearken_dead_letters_total", "text", "bad_json"] == 1
    assert ask(port, "/live")[0] == 200

    hang.touch()
    enrichment.publish(published(posts(4, 5)))
    wait_until(lambda: ask(port, "/live")[0] == 503)
    said = ask(port, "/live")[2]
    assert said.startswith("text: working, nothing finished for ")
    assert said.endswith("a batch in hand\n")
    assert len(said.splitlines()) == 1
    wait_until(lambda: sum(lag(port, "text")) > 0)
    hang.unlink()
    wait_until(lambda: ask(port, "/live")[0] == 200 and sum(lag(port, "text")) == 0)
    enrichment.stop(process)
    lines = [json.loads(line) for line in enrichment.log().splitlines()]
    assert any("not alive" in line["event"] for line in lines)
    assert CANARY not in enrichment.log()


def test_a_sink_without_its_store_is_alive_not_ready_and_knows_how_far_behind_it_is(
    kafka: str, elasticsearch: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = urlsplit(elasticsearch).port
    assert server
    monkeypatch.setenv("HEARKEN_OBSERVE__PORT", str(port))
    monkeypatch.setenv("HEARKEN_OBSERVE__STALL_AFTER_S", str(STALL_S))
    with door(server) as entrance, started(kafka, entrance.port) as (deployment, process):
        wait_until(lambda: ask(port, "/ready")[0] == 200)
        deployment.publish([*enriched(0, 300), Message("mentions.enriched.v1", "x", CANARY.encode())])
        wait_until(lambda: told(port).get(("hearken_messages_out_total", "sink", "mentions.enriched.v1")) == 300)
        wait_until(lambda: len(lag(port, "sink")) > 0 and sum(lag(port, "sink")) == 0)
        assert told(port)["hearken_dead_letters_total", "sink", "bad_json"] == 1
        assert ask(port, "/live")[0] == 200

        entrance.shut()
        deployment.publish(enriched(300, 3_000))
        wait_until(lambda: told(port)["hearken_breaker_open", "sink"] == 1)
        assert ask(port, "/ready")[::2] == (503, "sink: waits for the store\n")
        deployment.publish(enriched(3_000, 5_000))
        wait_until(lambda: sum(lag(port, "sink")) == 4_701)  # the dead letter too; it fetches none now
        begun = time.monotonic()
        wait_until(lambda: time.monotonic() > begun + STALL_S + 1)
        assert ask(port, "/live")[0] == 200
        assert told(port)["hearken_store_retries_total", "sink"] > 1

        entrance.open()
        wait_until(lambda: sum(lag(port, "sink")) == 0)
        assert told(port)["hearken_breaker_open", "sink"] == 0
        assert (ask(port, "/live")[0], ask(port, "/ready")[0]) == (200, 200)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
        lines = [json.loads(line) for line in errors.splitlines()]
        assert [line["event"] for line in lines if line["level"] == "info"] == [
            "works", "waits for the store", "works",
        ]  # fmt: skip
        buried, away, back = (line for line in lines if line["level"] == "warning")
        assert buried["topic"] == deployment.kafka.named("mentions.enriched.v1")
        assert (away["event"].split(",")[0], back["event"]) == ("the store is away", "the store is back")
        assert CANARY.encode() not in errors


@contextmanager
def started(kafka: str, elasticsearch_port: int) -> Iterator[tuple[Deployment, Worker]]:
    deployment = Deployment(kafka, f"http://127.0.0.1:{elasticsearch_port}")
    process = deployment.start("sink")
    try:
        yield deployment, process
    finally:
        process.kill()
        process.communicate()
    deployment.drop()


def enriched(first: int, end: int) -> list[Message]:
    models = [mention(str(number)) for number in range(first, end)]
    return [Message("mentions.enriched.v1", model.id, encode(model)) for model in models]
