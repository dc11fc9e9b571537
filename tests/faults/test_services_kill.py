"""Kafka or Elasticsearch is killed with kill -9 under load: every worker goes on by itself once it is back."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from uuid import uuid4

import orjson
import pytest

from deploy.replay import replay
from deploy.stack.service import Service
from deploy.stack.stack import Addresses
from schemas.errors import Transient
from schemas.settings import Settings
from sinks.intake import READ
from tests.support.deployment import Deployment
from tests.support.servers import bring_up, elasticsearch_server, kafka_server, kill, running
from tests.support.traffic import BRANDS, Outcome, late_signs, posts, record, stored, write_brands

AWAY_S = (2.0, 6.0)  # between the kill and the new start, which takes some seconds more
DAY_S = 24 * 3_600  # what the recording spans
RAW, ENGAGEMENT, DELTAS = "mentions.raw.v1", "engagement.v1", "brand.deltas.v1"


@dataclass(frozen=True)
class Load:
    """A recording that takes so many seconds to replay at its speed."""

    recording: Path
    brands: Path
    seconds: float
    records: int

    @classmethod
    def of(cls, folder: Path, seed: int, count: int, seconds: float) -> "Load":
        told = posts(seed, count)
        return cls(record(told, folder / "posts.ndjson"), write_brands(folder / "brands.toml"), seconds, len(told))

    def undisturbed(self) -> Outcome:
        """Return what the embedded pipeline makes of it."""
        path = self.recording.with_suffix(".db")
        replay(self.recording, "ndjson", Settings(brands=BRANDS), str(path))
        return stored(path)


class Running:
    """The workers of a deployment under load, each one process from the beginning to the end."""

    def __init__(self, deployment: Deployment, load: Load) -> None:
        self.deployment = deployment
        self._brands = ("--brands", str(load.brands))
        self._workers = {"sink": deployment.start("sink"), "enrich": deployment.start("enrich", *self._brands)}

    def feed(self, load: Load) -> None:
        """Let the load begin, when all are ready for it."""
        self.wait(lambda: all(map(self.deployment.works, ("sink", "text", "trends"))))
        recording = (str(load.recording), "--format", "ndjson", "--speed", str(DAY_S / load.seconds))
        self._workers["ingest"] = self.deployment.start("replay", *recording, *self._brands, "--to", "kafka")

    def fed(self) -> bool:
        return self._workers["ingest"].poll() is not None

    def wait(self, true: Callable[[], bool], patience_s: float = 180) -> float:
        """Return after how many seconds something is true; brokers that do not answer yet say nothing."""
        begun = time.monotonic()
        while True:
            for name, worker in self._workers.items():
                assert worker.poll() is None or (name == "ingest" and worker.returncode == 0), worker.said()
            with suppress(Transient):
                if true():
                    return time.monotonic() - begun
            assert time.monotonic() - begun < patience_s, [worker.said()[-3_000:] for worker in self._workers.values()]
            time.sleep(0.2)

    def enriched(self) -> bool:
        inputs = {"text": (RAW, ENGAGEMENT), "trends": (DELTAS,)}
        return all(
            self.deployment.committed(role) >= sum(map(self.deployment.count, names)) for role, names in inputs.items()
        )

    def stored(self) -> bool:
        return self.deployment.committed("sink") == sum(map(self.deployment.count, READ))

    def progress(self) -> dict[str, int]:
        """Return how many messages each worker has published or finished."""
        committed = {role: self.deployment.committed(role) for role in ("text", "trends", "sink")}
        return {"ingest": self.deployment.count(RAW), **committed}

    def recovery(self, before: Mapping[str, int]) -> dict[str, float]:
        """Return after how many seconds each worker had got further, and none of them had been started anew."""
        seconds: dict[str, float] = {}
        begun = time.monotonic()

        def further() -> bool:
            now = self.progress()
            seconds.update({
                name: round(time.monotonic() - begun, 1)
                for name in now.keys() - seconds.keys()
                if now[name] > before[name]
            })  # fmt: skip
            return len(seconds) == len(now)

        self.wait(further)
        return seconds

    def finish(self) -> dict[str, int]:
        """Let everything come to its end, and return what each worker read."""
        self.wait(self.fed)
        for step in range(2):
            self.wait(self.enriched)
            self.deployment.publish(late_signs(step))
        self.wait(self.enriched)
        self.wait(self.stored)
        told: dict[str, int] = {}
        for worker in (self._workers["sink"], self._workers["enrich"]):
            worker.send_signal(signal.SIGTERM)
            output, errors = worker.communicate(timeout=60)
            assert worker.returncode == 0, errors.decode()
            told |= orjson.loads(output)
        return told

    def close(self) -> None:
        for worker in self._workers.values():
            worker.kill()
            worker.communicate()


def check_kills(server: Service, deployment: Deployment, load: Load, seed: int, kills: int) -> None:
    rng = Random(seed)
    with working(deployment, load) as workers:
        expected = load.undisturbed()  # while they load their models
        workers.feed(load)
        for moment in sorted(rng.sample(range(load.records // 10, load.records * 6 // 10), kills)):
            workers.wait(partial(published, deployment, moment))
            before = workers.progress()
            assert not workers.fed()
            kill(server)
            away_s = rng.uniform(*AWAY_S)
            time.sleep(away_s)
            begun = time.monotonic()
            bring_up(server)
            started_s = time.monotonic() - begun
            print(
                f"\n{server.title} killed after {moment} of {load.records} records for {away_s:.1f} s, up in"
                f" {started_s:.1f} s, all went on in (s) {workers.recovery(before)}",
                end="",
            )
        told = workers.finish()
    found, there = deployment.outcome(), deployment.documents("mentions")  # which fails where an id is there twice
    assert live(found) == live(expected)
    assert versions(expected).items() <= there.items()
    assert found.trends == expected.trends
    assert deployment.count("dead.v1") == 0
    print(f"\n{server.title}: {len(expected.documents)} documents as undisturbed; messages read: {told}")


def published(deployment: Deployment, mentions: int) -> bool:
    return deployment.count(RAW) >= mentions


@contextmanager
def working(deployment: Deployment, load: Load) -> Iterator[Running]:
    workers = Running(deployment, load)
    try:
        yield workers
    finally:
        workers.close()


def live(outcome: Outcome) -> dict[str, object]:
    return {name: document for name, document in outcome.documents.items() if "deleted_at" not in document}


def versions(outcome: Outcome) -> dict[str, int]:
    return {name: document["version"] for name, document in outcome.documents.items()}


@pytest.fixture
def own(services: Addresses) -> Iterator[Path]:
    """A folder for a server that a test may kill, where the service's account may enter."""
    folder = Path(services.dir).with_name(f"killed-{uuid4().hex[:8]}")
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def killed_kafka(elasticsearch: str, own: Path) -> Iterator[tuple[Service, Deployment]]:
    server = kafka_server(own / "kafka")
    with running(server):
        deployment = Deployment(server.address, elasticsearch)
        yield server, deployment
        deployment.drop()


@pytest.fixture
def killed_elasticsearch(kafka: str, own: Path) -> Iterator[tuple[Service, Deployment]]:
    server = elasticsearch_server(own / "elasticsearch")
    with running(server):
        deployment = Deployment(kafka, server.address)
        yield server, deployment
        deployment.drop()


def test_kafka_killed_under_load(killed_kafka: tuple[Service, Deployment], tmp_path: Path) -> None:
    check_kills(*killed_kafka, Load.of(tmp_path, 1, 150, 15), seed=1, kills=1)


def test_elasticsearch_killed_under_load(killed_elasticsearch: tuple[Service, Deployment], tmp_path: Path) -> None:
    check_kills(*killed_elasticsearch, Load.of(tmp_path, 2, 150, 15), seed=2, kills=1)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_kafka_killed_five_times(killed_kafka: tuple[Service, Deployment], tmp_path: Path) -> None:
    check_kills(*killed_kafka, Load.of(tmp_path, 3, 2_500, 240), seed=3, kills=5)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_elasticsearch_killed_five_times(killed_elasticsearch: tuple[Service, Deployment], tmp_path: Path) -> None:
    check_kills(*killed_elasticsearch, Load.of(tmp_path, 4, 2_500, 240), seed=4, kills=5)
