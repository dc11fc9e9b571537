"""Enrich workers that are killed at any moment, or stopped, or joined by others, end where an undisturbed run ends."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from schemas.post import PostEvent
from tests.support.enrichment import Enrichment
from tests.support.traffic import Outcome, embedded, posts, published


@pytest.fixture(scope="module")
def told() -> list[PostEvent]:
    return posts(2, 150)


@pytest.fixture(scope="module")
def expected(told: list[PostEvent], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return embedded(told, tmp_path_factory.mktemp("embedded") / "hearken.db")


@pytest.fixture
def enrichment(kafka: str, tmp_path: Path, told: list[PostEvent]) -> Iterator[Enrichment]:
    enrichment = Enrichment(kafka, f"kill-{uuid4().hex[:8]}", tmp_path)
    enrichment.publish(published(told))
    yield enrichment
    enrichment.close()


def written(enrichment: Enrichment, count: int) -> None:
    """Return when so many documents are out, wherever in its batch the worker is then."""
    enrichment.wait_until(lambda: enrichment.sent("mentions.enriched.v1") >= count)


def finish(enrichment: Enrichment) -> Outcome:
    process = enrichment.start()
    enrichment.wait_until(enrichment.finished)
    enrichment.end_time()
    enrichment.stop(process)
    return enrichment.outcome()


def check_kills(enrichment: Enrichment, expected: Outcome, seed: int, kills: int) -> None:
    rng = Random(seed)
    total = len(expected.documents)
    for moment in sorted(rng.randrange(1, total) for _ in range(kills)):
        process = enrichment.start()
        written(enrichment, moment)
        enrichment.kill(process)
    found = finish(enrichment)
    assert found.documents == expected.documents
    assert found.trends == expected.trends
    assert enrichment.read("dead.v1") == []


def test_two_kills_change_nothing(enrichment: Enrichment, expected: Outcome) -> None:
    check_kills(enrichment, expected, seed=1, kills=2)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_twenty_kills_change_nothing(enrichment: Enrichment, expected: Outcome) -> None:
    check_kills(enrichment, expected, seed=2, kills=20)


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
