"""Workers that are killed with kill -9 at any moment and started again: nothing is lost, and nothing is there twice."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import orjson
import pytest
from kafka.admin import ConfigResource

from deploy.kafka.clients import admin
from deploy.replay import BATCH
from ingest.publisher import Message
from schemas.codec import encode
from tests.support.deployment import Deployment
from tests.support.mentions import mention

KILLS = 2
TOPICS = ("mentions.raw.v1", "engagement.v1", "dead.v1")


@pytest.fixture
def deployments(kafka: str, elasticsearch: str) -> Iterator[Callable[[], Deployment]]:
    made: list[Deployment] = []

    def make() -> Deployment:
        made.append(Deployment(kafka, elasticsearch))
        return made[-1]

    yield make
    for deployment in made:
        deployment.drop()


def kill_at(process: "subprocess.Popen[bytes]", progress: Callable[[], int], moment: int) -> None:
    """Kill a worker as soon as it has got so far; one that is done before that is done."""
    while process.poll() is None and progress() < moment:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def finish(process: "subprocess.Popen[bytes]") -> bytes:
    output, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    return output


def check_sink(deployment: Deployment, seed: int, mentions: int, kills: int) -> None:
    rng = Random(seed)
    messages = []
    for number in range(mentions):
        for version in rng.sample(range(1, 4), rng.randint(1, 2)):
            model = mention(str(number), version=version)
            messages.append((model, Message("mentions.enriched.v1", model.id, encode(model))))
    deployment.publish(message for _, message in messages)
    expected: dict[str, int] = {}
    for model, _ in messages:
        expected[model.id] = max(model.version, expected.get(model.id, 0))

    for moment in sorted(rng.sample(range(1, len(messages)), kills)):
        kill_at(deployment.start("sink", "--until-idle", "60"), lambda: deployment.committed("sink"), moment)
    # A member that was killed keeps its partitions until its session of 15 s is over.
    finish(deployment.start("sink", "--until-idle", "3"))
    assert deployment.documents("mentions") == expected
    assert deployment.committed("sink") == len(messages)
    print(f"\nsink, seed {seed}: killed {kills} times in {mentions} mentions, none lost, none doubled", end="")


@pytest.mark.timeout(600)
def test_a_sink_that_is_killed_loses_and_doubles_nothing(deployments: Callable[[], Deployment]) -> None:
    check_sink(deployments(), 1, 4_000, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_twenty_kills_of_the_sink(deployments: Callable[[], Deployment]) -> None:
    for seed in range(10):
        check_sink(deployments(), seed, 10_000, KILLS)


def recording(path: Path, seed: int, posts: int) -> Path:
    """Posts of which half are about Acme, with totals, edits, deletions, posts told twice, and lines that are none."""
    rng = Random(seed)
    lines = []
    for number in range(posts):
        row = {
            "native_id": str(number if rng.random() < 0.9 else rng.randrange(number + 1)),
            "text": f"{rng.choice(['acme', 'other'])} phone {number}",
            "published_at": "2024-03-04T10:00:00Z",
            "version": number,
            "op": rng.choice(["create"] * 8 + ["update", "delete"]),
            "counts": {"likes": rng.randrange(100)},
        }
        lines.append(b"{" if rng.random() < 0.001 else orjson.dumps(row))
    path.write_bytes(b"\n".join(lines))
    return path


def check_replay(deployments: Callable[[], Deployment], folder: Path, seed: int, posts: int, kills: int) -> None:
    brands = folder / "brands.toml"
    brands.write_text('[[brands]]\nname = "Acme"\nquery = "acme"\n', "utf-8")
    file = recording(folder / f"{seed}.ndjson", seed, posts)
    command = ("replay", str(file), "--format", "ndjson", "--brands", str(brands), "--to", "kafka")
    calm, killed = deployments(), deployments()
    expected = orjson.loads(finish(calm.start(*command))) | {"seconds": 0}
    total = calm.count("mentions.raw.v1")
    rng = Random(seed)
    for moment in sorted(rng.sample(range(1, total), kills)):
        kill_at(killed.start(*command), lambda: killed.count("mentions.raw.v1"), moment)
    summary = orjson.loads(finish(killed.start(*command))) | {"seconds": 0}
    for topic in TOPICS:
        assert set(killed.messages(topic)) == set(calm.messages(topic)), topic
    if summary["published"]:  # else the last kill came after the end, and the whole was read again
        assert summary == expected
    repeated = killed.count("mentions.raw.v1") - total
    assert repeated <= kills * BATCH
    print(
        f"\nreplay, seed {seed}: killed {kills} times in {total} mentions and their changes,"
        f" none lost, {repeated} messages repeated",
        end="",
    )


@pytest.mark.timeout(600)
def test_a_replay_that_is_killed_loses_nothing_and_repeats_a_batch_at_most(
    deployments: Callable[[], Deployment], tmp_path: Path
) -> None:
    check_replay(deployments, tmp_path, 1, 6_000, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_twenty_kills_of_the_replay(deployments: Callable[[], Deployment], tmp_path: Path) -> None:
    for seed in range(10):
        check_replay(deployments, tmp_path, seed, 20_000, KILLS)


def test_a_dead_letter_topic_that_refuses_ends_the_sink_and_holds_the_position(
    deployments: Callable[[], Deployment],
) -> None:
    deployment = deployments()
    with admin(deployment.kafka) as client:
        small = ConfigResource("topic", deployment.kafka.named("dead.v1"), {"max.message.bytes": "60"})
        client.alter_configs([small])
    good = [mention(str(number)) for number in range(300)]
    deployment.publish(Message("mentions.enriched.v1", "poison", encode(model)) for model in good)
    deployment.publish([Message("mentions.enriched.v1", "poison", b"{")])
    deployment.publish(Message("mentions.enriched.v1", "poison", encode(model)) for model in good)
    process = deployment.start("sink", "--until-idle", "5")
    _, errors = process.communicate()
    assert process.returncode == 1
    assert b"Kafka refuses a message" in errors
    assert deployment.committed("sink") <= 300
    assert deployment.messages("dead.v1") == []
