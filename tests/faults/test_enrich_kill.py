"""Enrich workers that are killed at any moment, or stopped, or joined by others, end where an undisturbed run ends."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from schemas.post import PostEvent
from tests.support.enrichment import Enrichment
from tests.support.traffic import Outcome, embedded, posts, published

LONG_S = 600.0  # the models alone may take half a minute to load on a busy machine


@pytest.fixture(scope="module")
def told() -> list[PostEvent]:
    return posts(2, 150)


@pytest.fixture(scope="module")
def expected(told: list[PostEvent], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return embedded(told, tmp_path_factory.mktemp("embedded") / "hearken.db")


@pytest.fixture
def empty(kafka: str, tmp_path: Path) -> Iterator[Enrichment]:
    enrichment = Enrichment(kafka, f"kill-{uuid4().hex[:8]}", tmp_path)
    yield enrichment
    enrichment.close()


@pytest.fixture
def enrichment(empty: Enrichment, told: list[PostEvent]) -> Enrichment:
    empty.publish(published(told))
    return empty


def written(enrichment: Enrichment, count: int) -> None:
    """Return when so many documents are out, wherever in its batch the worker is then."""
    enrichment.wait_until(lambda: enrichment.sent("mentions.enriched.v1") >= count, LONG_S)


def finish(enrichment: Enrichment, batch: int) -> Outcome:
    process = enrichment.start(batch=batch)
    enrichment.wait_until(enrichment.finished, LONG_S)
    enrichment.end_time()
    enrichment.stop(process)
    return enrichment.outcome()


def check_kills(enrichment: Enrichment, expected: Outcome, seed: int, kills: int, batch: int = 16) -> None:
    rng = Random(seed)
    total = len(expected.documents)
    for moment in sorted(rng.randrange(1, total) for _ in range(kills)):
        process = enrichment.start(batch=batch)
        written(enrichment, moment)
        enrichment.kill(process)
    found = finish(enrichment, batch)
    assert found.documents == expected.documents
    assert found.trends == expected.trends
    assert enrichment.read("dead.v1") == []
    print(f"\nenrich, seed {seed}: killed {kills} times in {total} mentions, documents and trends as undisturbed")


def test_two_kills_change_nothing(enrichment: Enrichment, expected: Outcome) -> None:
    check_kills(enrichment, expected, seed=1, kills=2)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_twenty_kills_change_nothing(empty: Enrichment, tmp_path: Path) -> None:
    told = posts(3, 2_700)
    empty.publish(published(told))
    check_kills(empty, embedded(told, tmp_path / "hearken.db"), seed=2, kills=20, batch=128)


def test_what_is_stopped_has_finished_and_is_recovered_from_the_changelog(
    enrichment: Enrichment, expected: Outcome
) -> None:
    process = enrichment.start()
    written(enrichment, len(expected.documents) // 3)
    first, seconds = enrichment.stop(process)
    assert seconds < 10
    process = enrichment.start()  # of the first nothing is left but what Kafka has
    enrichment.wait_until(enrichment.finished)
    enrichment.end_time()
    second, _ = enrichment.stop(process)
    inputs = enrichment.sent("mentions.raw.v1") + enrichment.sent("engagement.v1")
    assert first["text"] + second["text"] == inputs
    assert first["trends"] + second["trends"] == enrichment.sent("brand.deltas.v1")
    found = enrichment.outcome()
    assert found.documents == expected.documents
    assert found.trends == expected.trends


def test_a_worker_that_joins_and_one_that_dies_change_nothing(enrichment: Enrichment, expected: Outcome) -> None:
    first = enrichment.start()
    written(enrichment, len(expected.documents) // 5)
    enrichment.start()
    written(enrichment, len(expected.documents) // 2)
    enrichment.kill(first)
    enrichment.wait_until(enrichment.finished)
    enrichment.end_time()
    found = enrichment.outcome()
    assert found.documents == expected.documents
    assert found.trends == expected.trends
