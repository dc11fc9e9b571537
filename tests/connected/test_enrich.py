"""The enrich workers on a real Kafka say what the embedded pipeline says."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from schemas.post import PostEvent
from tests.support.enrichment import Enrichment
from tests.support.traffic import Outcome, embedded, posts, published


@pytest.fixture(scope="module")
def told() -> list[PostEvent]:
    return posts(1, 150)


@pytest.fixture(scope="module")
def expected(told: list[PostEvent], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return embedded(told, tmp_path_factory.mktemp("embedded") / "hearken.db")


@pytest.fixture
def enrichment(kafka: str, tmp_path: Path) -> Iterator[Enrichment]:
    enrichment = Enrichment(kafka, f"enrich-{uuid4().hex[:8]}", tmp_path)
    yield enrichment
    enrichment.close()


def test_documents_and_trends_are_those_of_the_embedded_pipeline(
    enrichment: Enrichment, told: list[PostEvent], expected: Outcome
) -> None:
    enrichment.publish(published(told))
    process = enrichment.start(batch=512)
    enrichment.wait_until(enrichment.finished)
    enrichment.end_time()
    counted, seconds = enrichment.stop(process)
    assert seconds < 10
    found = enrichment.outcome()
    assert len(found.documents) > 150
    assert found.documents == expected.documents
    assert found.trends == expected.trends
    assert counted["text"] == enrichment.sent("mentions.raw.v1") + enrichment.sent("engagement.v1")
