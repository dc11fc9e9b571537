"""Enrich workers that come and go while messages arrive: each input is counted once, velocity and trends are exact."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from deploy.kafka.clients import admin
from tests.support.enrichment import INPUTS, Enrichment
from tests.support.traffic import embedded, posts, published

MOST_WORKERS = 3
PATIENCE_S = 300.0


@pytest.fixture
def enrichment(kafka: str, tmp_path: Path) -> Iterator[Enrichment]:
    enrichment = Enrichment(kafka, f"changes-{uuid4().hex[:8]}", tmp_path)
    yield enrichment
    enrichment.close()


def written(enrichment: Enrichment, count: int) -> bool:
    return enrichment.sent("mentions.enriched.v1") >= count


def shared(enrichment: Enrichment, count: int) -> bool:
    """Say whether so many workers have shared the partitions out."""
    groups = [enrichment.settings.named(f"hearken.{name}") for name in INPUTS]
    with admin(enrichment.settings) as client:
        found = client.describe_groups(groups)
    return all(found[group]["group_state"] == "Stable" and len(found[group]["members"]) == count for group in groups)


def check_changes(enrichment: Enrichment, folder: Path, seed: int, count: int, changes: int) -> None:
    """Publish a share, wait until some of it is worked on, and let a worker come or go; so again and again."""
    rng = Random(seed)
    told = posts(seed, count)
    messages = published(told)
    share = len(messages) // (changes + 1)
    workers, taken, slowest, worked = [enrichment.start()], {"text": 0, "trends": 0}, 0.0, 0

    def leave(place: int) -> None:
        nonlocal slowest, worked
        counted, seconds = enrichment.stop(workers.pop(place))
        slowest = max(slowest, seconds)
        worked += any(counted.values())
        for name, number in counted.items():
            taken[name] += number

    joined = 1  # of the workers, the first ones, which are known to be at work
    for number in range(changes):
        moment = enrichment.sent("mentions.enriched.v1") + rng.randint(1, max(1, share // 8))
        enrichment.publish(messages[number * share : (number + 1) * share])
        enrichment.wait_until(partial(written, enrichment, moment), PATIENCE_S)
        if not joined or rng.random() < 0.7:  # else the next change comes while this one is going on
            enrichment.wait_until(partial(shared, enrichment, len(workers)), PATIENCE_S)
            joined = len(workers)
        if len(workers) == MOST_WORKERS or (len(workers) > 1 and rng.random() < 0.5):
            leave(rng.randrange(joined))
            joined -= 1
        else:
            workers.append(enrichment.start())
    enrichment.publish(messages[changes * share :])
    enrichment.wait_until(enrichment.finished, PATIENCE_S)
    enrichment.end_time()
    enrichment.wait_until(partial(shared, enrichment, len(workers)), PATIENCE_S)
    while workers:
        leave(0)
    found, expected = enrichment.outcome(), embedded(told, folder / "hearken.db")
    assert found.documents == expected.documents
    assert found.trends == expected.trends
    inputs = enrichment.sent("mentions.raw.v1") + enrichment.sent("engagement.v1")
    assert taken == {"text": inputs, "trends": enrichment.sent("brand.deltas.v1")}
    assert slowest < 10
    print(
        f"\nenrich, seed {seed}: {changes} joins and leaves in {inputs} messages, shared by {worked} workers, each"
        f" taken in once; documents and trends as undisturbed; the slowest left in {slowest:.1f} s"
    )


def test_four_changes(enrichment: Enrichment, tmp_path: Path) -> None:
    check_changes(enrichment, tmp_path, seed=4, count=100, changes=4)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_fifty_changes(enrichment: Enrichment, tmp_path: Path) -> None:
    check_changes(enrichment, tmp_path, seed=5, count=1_000, changes=50)
