"""How many mentions a second come from topic to searchable, how long one takes, and what several workers cost."""

import lzma
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

import pytest
from elasticsearch import Elasticsearch

from deploy.kafka.clients import producer
from ingest.publisher import Message, Publisher
from schemas.errors import Transient
from tests.support.companies import write_brands
from tests.support.deployment import Deployment, Worker

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1_800)]

RECORDS = 4_000
STEP_S = 0.1
_INPUTS = ("mentions.raw.v1", "engagement.v1")
_PATIENCE_S = 300.0


@pytest.fixture(scope="module")
def brands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_brands(tmp_path_factory.mktemp("latency") / "brands.toml")


@pytest.fixture(scope="module")
def inputs(shared: Path, brands: Path, kafka: str, elasticsearch: str) -> list[Message]:
    """What an ingest worker publishes for real posts, mentions before what is said of them."""
    recording = brands.with_name("posts.ndjson")
    with lzma.open(shared / "replay/stocknet-tweets/tweets_2014-07_2015-08.ndjson.xz") as packed:
        recording.write_bytes(b"".join(line for n, line in enumerate(packed) if 9_000 <= n < 9_000 + RECORDS))
    deployment = Deployment(kafka, elasticsearch)
    worker = deployment.start(
        "replay", str(recording), "--format", "x-v1.1", "--to", "kafka", "--brands", str(brands)
    )  # fmt: skip
    worker.communicate(timeout=300)
    found = [Message(topic, key, value) for topic in _INPUTS for _, key, value in deployment.messages(topic) if value]
    deployment.drop()
    return found


@contextmanager
def _workers(deployment: Deployment, brands: Path, number: int) -> Iterator[None]:
    started: list[Worker] = [deployment.start("enrich", "--brands", str(brands)) for _ in range(number)]
    started.append(deployment.start("sink"))
    wanted = {"text": number, "trends": number, "sink": 1}
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while not all(_works(deployment, role, members) for role, members in wanted.items()):
            assert time.monotonic() < deadline
            time.sleep(0.5)
        time.sleep(5)  # tables are recovered
        yield
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.communicate(timeout=60)


def _works(deployment: Deployment, role: str, members: int) -> bool:
    try:
        return deployment.works(role, members)
    except Transient:
        return False  # no coordinator yet


def _searchable(deployment: Deployment) -> int:
    with Elasticsearch(deployment.elasticsearch.url, request_timeout=60) as client:
        answer = client.options(ignore_status=503).count(index=f"{deployment.elasticsearch.index_prefix}mentions-*")
        return int(answer.get("count", 0))  # none while the first index is being made


def _publish(deployment: Deployment, messages: Sequence[Message], a_second: float | None = None) -> dict[str, float]:
    """Publish all at once or so many a second, and return when each mention was acknowledged."""
    client = producer(deployment.kafka, "bench")
    sent: dict[str, float] = {}
    publisher = Publisher(client, deployment.kafka.named)
    begun, done = time.monotonic(), 0
    try:
        while done < len(messages):
            ready = len(messages) if a_second is None else int((time.monotonic() - begun) * a_second)
            batch = messages[done : min(ready, done + 512)]
            publisher.publish(batch)
            sent |= {message.key: time.monotonic() for message in batch if message.topic == _INPUTS[0]}
            done += len(batch)
            if a_second is not None:
                time.sleep(STEP_S / 5)
    finally:
        client.close(timeout=0)
    return sent


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_rate_and_cost(workers: int, kafka: str, elasticsearch: str, brands: Path, inputs: list[Message]) -> None:
    deployment = Deployment(kafka, elasticsearch)
    mentions = len({message.key for message in inputs if message.topic == _INPUTS[0]})
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        with _workers(deployment, brands, workers):
            begun = time.monotonic()
            _publish(deployment, inputs)
            stored, last = 0, begun
            while not stored or time.monotonic() - last < 20:  # some of what is published changes no document
                found = _searchable(deployment)
                stored, last = (found, time.monotonic()) if found != stored else (stored, last)
                time.sleep(STEP_S)
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
        print(
            f"\n{workers} enrich workers: {stored} of {mentions} mentions searchable after {last - begun:.1f} s,"
            f" {stored / (last - begun):,.0f} a second; {cpu / stored * 1e3:.2f} ms CPU each, starting included"
        )
        assert stored > mentions / 2
    finally:
        deployment.drop()


@pytest.mark.parametrize("a_second", [50, 100, 200])
def test_latency(a_second: int, kafka: str, elasticsearch: str, brands: Path, inputs: list[Message]) -> None:
    deployment = Deployment(kafka, elasticsearch)
    posts = [message for message in inputs if message.topic == _INPUTS[0]]
    seen: dict[str, float] = {}
    try:
        with _workers(deployment, brands, 1), Elasticsearch(elasticsearch, request_timeout=60) as client:
            sent: dict[str, float] = {}
            last = time.monotonic()
            for first in range(0, len(posts), a_second):
                second = time.monotonic() + 1
                sent |= _publish(deployment, posts[first : first + a_second], a_second * 4)
                while time.monotonic() < second:
                    last = _look(client, deployment, seen, last)
            while time.monotonic() - last < 10:
                last = _look(client, deployment, seen, last)
        took = sorted(seen[key] - at for key, at in sent.items() if key in seen)
        cuts = quantiles(took, n=100)
        print(f"\n{a_second} mentions/s: publish to searchable p50 {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s, {len(took)}")
    finally:
        deployment.drop()


def _look(client: Elasticsearch, deployment: Deployment, seen: dict[str, float], last: float) -> float:
    """Note what has become searchable since the last look; return when something did."""
    now = time.monotonic()
    index = f"{deployment.elasticsearch.index_prefix}mentions-*"
    answer = client.options(ignore_status=503).search(
        index=index, size=2_000, source=False, sort=[{"indexed_at": {"order": "desc", "unmapped_type": "date"}}]
    )
    found = answer.get("hits", {"hits": []})["hits"]
    new = [hit["_id"] for hit in found if hit["_id"] not in seen]
    seen.update(dict.fromkeys(new, now))
    time.sleep(STEP_S)
    return now if new else last
