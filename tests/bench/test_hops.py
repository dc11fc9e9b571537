"""What a mention costs on its way over Kafka: against the embedded run, and against bare clients on the same hops."""

import lzma
import os
import resource
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from tests.support.companies import write_brands
from tests.support.deployment import ROOT, Deployment

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1_800)]

RECORDS = 4_000
HOPS = ("mentions.raw.v1", "engagement.v1", "mentions.enriched.v1", "brand.deltas.v1", "brands.trends.v1")


@pytest.fixture(scope="module")
def recording(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real posts in the order in which they were seen, from a place in the middle; beside it an empty recording."""
    folder = tmp_path_factory.mktemp("hops")
    with lzma.open(shared / "replay/stocknet-tweets/tweets_2014-07_2015-08.ndjson.xz") as packed:
        lines = [line for number, line in enumerate(packed) if 9_000 <= number < 9_000 + RECORDS]
    (folder / "posts.ndjson").write_bytes(b"".join(lines))
    (folder / "none.ndjson").touch()
    write_brands(folder / "brands.toml")
    return folder / "posts.ndjson"


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _cpu(deployment: Deployment, *arguments: str) -> float:
    """Run a command of ours to its end, and return the processor seconds that it took."""
    before = _children_s()
    worker = deployment.start(*arguments)
    _, said = worker.communicate(timeout=900)
    assert worker.returncode == 0, said.decode()[-2_000:]
    return _children_s() - before


def _kafka_path(kafka: str, elasticsearch: str, recording: Path) -> tuple[dict[str, float], Deployment]:
    deployment, brands = Deployment(kafka, elasticsearch), str(recording.with_name("brands.toml"))
    spent = {
        "ingest": _cpu(deployment, "replay", str(recording), "--format", "x-v1.1", "--to", "kafka", "--brands", brands),
        "enrich": _cpu(deployment, "enrich", "--until-idle", "5", "--brands", brands),
        "sink": _cpu(deployment, "sink", "--until-idle", "5"),
    }
    return spent, deployment


def _embedded(deployment: Deployment, recording: Path) -> float:
    brands, store = str(recording.with_name("brands.toml")), str(recording.with_suffix(".db"))
    return _cpu(
        deployment, "replay", str(recording), "--format", "x-v1.1", "--brands", brands, "--store", store
    )  # fmt: skip


def _bare(deployment: Deployment, messages: dict[str, list[tuple[int, str, bytes | None]]]) -> float:
    lines = [
        f"{topic} {b64encode(key.encode()).decode()} {b64encode(value).decode()}"
        for topic, found in messages.items()
        for _, key, value in found
        if value is not None
    ]
    before = _children_s()
    command = [
        sys.executable, "-W", "ignore", "-m", "tests.bench.bare_hops",
        deployment.kafka.bootstrap_servers, deployment.kafka.topic_prefix, deployment.elasticsearch.url,
    ]  # fmt: skip
    subprocess.run(command, input="\n".join(lines).encode(), check=True, cwd=ROOT, env=os.environ, timeout=600)
    return _children_s() - before


def test_the_kafka_path_against_the_embedded_run_and_bare_clients(
    kafka: str, elasticsearch: str, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARKEN_TEXT__PROFILE", "fast")  # the same models in both; of small figures, the difference
    idle, nothing = _kafka_path(kafka, elasticsearch, recording.with_name("none.ndjson"))
    spent, deployment = _kafka_path(kafka, elasticsearch, recording)
    other = Deployment(kafka, elasticsearch)
    try:
        embedded = _embedded(deployment, recording) - _embedded(deployment, recording.with_name("none.ndjson"))
        mentions = deployment.count_documents("mentions")
        messages = {topic: deployment.messages(topic) for topic in HOPS}
        bare = _bare(other, messages) - _bare(other, {})
        net = {name: spent[name] - idle[name] for name in spent}
        print(f"\n{mentions} mentions of {RECORDS} records; messages { ({t: len(m) for t, m in messages.items()}) }")
        for name, seconds in (*net.items(), ("embedded", embedded), ("bare clients", bare)):
            print(f"  {name:<14} {seconds / mentions * 1e3:7.3f} ms a mention")
        path = sum(net.values())
        print(f"  Kafka path less embedded {(path - embedded) / mentions * 1e3:7.3f} ms a mention")
        print(f"  against bare clients     {(path - embedded) / bare:7.2f} times theirs; whole path {path / bare:.2f}")
        assert mentions > RECORDS / 2
    finally:
        for one in (nothing, deployment, other):
            one.drop()
