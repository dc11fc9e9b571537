"""Sinks that come and go while messages arrive: none is lost, and each document is there once."""

import signal
import subprocess
import time
from random import Random

import orjson
import pytest

from ingest.publisher import Message
from schemas.codec import encode
from tests.support.deployment import Deployment
from tests.support.mentions import mention

FED = 400  # mentions between two changes
MOST_WORKERS = 3


def feed(deployment: Deployment, first: int) -> int:
    models = [mention(str(number)) for number in range(first, first + FED)]
    deployment.publish(Message("mentions.enriched.v1", model.id, encode(model)) for model in models)
    return first + FED


def leave(worker: "subprocess.Popen[bytes]") -> int:
    """End a worker in order, and return how many messages it read."""
    worker.send_signal(signal.SIGTERM)
    told = time.monotonic()
    output, errors = worker.communicate(timeout=60)
    if worker.returncode == -signal.SIGTERM:
        return 0  # it had not begun yet
    assert worker.returncode == 0, errors.decode()
    assert time.monotonic() - told < 10
    return int(orjson.loads(output)["read"])


def check_changes(deployment: Deployment, seed: int, changes: int) -> None:
    rng = Random(seed)
    workers = [deployment.start("sink")]
    told = read = 0
    for _ in range(changes):
        told = feed(deployment, told)
        if len(workers) == MOST_WORKERS or (len(workers) > 1 and rng.random() < 0.5):
            read += leave(workers.pop(rng.randrange(len(workers))))
        else:
            workers.append(deployment.start("sink"))
        time.sleep(rng.uniform(0, 3))
    last = deployment.start("sink", "--until-idle", "5")
    for worker in workers:
        read += leave(worker)
    output, errors = last.communicate()
    assert last.returncode == 0, errors.decode()
    read += orjson.loads(output)["read"]
    assert deployment.count_documents("mentions") == told
    assert deployment.committed("sink") == told
    print(f"\nsink, seed {seed}: {changes} joins and leaves in {told} mentions, none lost, {read - told} read again")
    # What a worker holds when partitions move is read again, and no more than that.
    assert read - told <= (changes + len(workers) + 1) * MOST_WORKERS * 1_500
    deployment.drop()


def test_a_few_changes(kafka: str, elasticsearch: str) -> None:
    check_changes(Deployment(kafka, elasticsearch), 1, 4)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_fifty_changes(kafka: str, elasticsearch: str) -> None:
    check_changes(Deployment(kafka, elasticsearch), 2, 50)
