"""`hearken ingest` on a real Kafka: what arrives, what a kill costs, and that two workers share the sources."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Thread

import orjson
import pytest

from schemas.codec import decode
from schemas.dead_letter import DeadLetter
from schemas.mention import RawMention
from tests.support.deployment import Deployment
from tests.support.jetstream import Jetstream, jetstream
from tests.support.live_runs import bluesky, post, wait_until, write_settings
from tests.support.mastodon_server import mastodon_server
from tests.support.mastodon_statuses import status

KILLS = 2


@pytest.fixture
def deployment(kafka: str) -> Iterator[Deployment]:
    deployment = Deployment(kafka)
    yield deployment
    deployment.drop()


@pytest.fixture
def server() -> Iterator[Jetstream]:
    with jetstream() as server:
        yield server


def talk(server: Jetstream, rng: Random, posts: int, expected: set[str]) -> None:
    for number in range(1, posts):
        ours = rng.random() < 0.3
        name, event = post(number, f"{'acme' if ours else 'weather'} {number}")
        expected |= {name} if ours else set()
        server.say(event)
        time.sleep(0.002)


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_twice_it_loses_and_doubles_nothing(
    seed: int, deployment: Deployment, server: Jetstream, tmp_path: Path
) -> None:
    settings, rng = write_settings(tmp_path, bluesky(server.url)), Random(seed)
    command = ("ingest", "--source", "bluesky-jetstream", "-c", str(settings))
    process = deployment.start(*command)
    first, event = post(0, "acme at first")
    expected = {first}
    try:
        server.await_listeners(1, 60)
        server.say(event, b"no JSON")
        wait_until(lambda: deployment.count("positions.v1") > 0)
        talking = Thread(target=talk, args=(server, rng, 3_000, expected))
        talking.start()
        for _ in range(KILLS):
            time.sleep(rng.uniform(0.5, 2.5))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            process = deployment.start(*command, "--until-idle", "4")
            server.await_listeners(len(server.requests) + 1, 60)
        talking.join()
        output, errors = process.communicate(timeout=90)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0, errors.decode()
    assert set(orjson.loads(output)) >= {"read", "matched", "published", "duplicates", "dead", "reconnects", "gaps"}
    messages = deployment.messages("mentions.raw.v1")
    versions = {
        (decode(RawMention, value or b"").id, decode(RawMention, value or b"").version) for _, _, value in messages
    }
    assert {name for name, _ in versions} == expected
    assert len(versions) == len(expected)  # what was published again is the same state of the same mention
    letters = {decode(DeadLetter, value or b"").id for _, _, value in deployment.messages("dead.v1")}
    assert len(letters) == 1


def test_two_workers_share_the_sources_and_end_on_sigterm(
    deployment: Deployment, server: Jetstream, tmp_path: Path
) -> None:
    with mastodon_server() as mastodon:
        sections = f'{bluesky(server.url)}\n[sources.mastodon-stream]\nservers = ["{mastodon.url}"]\n'
        settings = write_settings(tmp_path, sections)
        workers = [
            deployment.start("ingest", "--source", name, "-c", str(settings))
            for name in ("bluesky-jetstream", "mastodon-stream")
        ]
        try:
            server.await_listeners(1, 60)
            mastodon.await_streams(1)
            server.say(*(post(number, f"acme {number}")[1] for number in range(10)))
            mastodon.post(*(status(1_700_000_000_000 + number, "acme elsewhere", number) for number in range(5)))
            wait_until(lambda: deployment.count("mentions.raw.v1") >= 15)
            for worker in workers:
                worker.send_signal(signal.SIGTERM)
            ended = [worker.communicate(timeout=10) for worker in workers]
        finally:
            for worker in workers:
                worker.kill()
                worker.communicate()
    assert [worker.returncode for worker in workers] == [0, 0]
    assert [orjson.loads(output)["published"] for output, _ in ended] == [10, 5]
