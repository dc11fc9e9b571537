"""The enrich workers on a real Kafka give the alerts of the embedded pipeline."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from schemas.alert import Alert
from schemas.codec import decode
from tests.contracts.test_incidents import by_embedded, story
from tests.support.enrichment import Enrichment
from tests.support.traffic import published


@pytest.fixture
def enrichment(kafka: str, tmp_path: Path) -> Iterator[Enrichment]:
    enrichment = Enrichment(kafka, f"alerts-{uuid4().hex[:8]}", tmp_path)
    yield enrichment
    enrichment.close()


def test_an_outcry_becomes_the_same_alert(enrichment: Enrichment, tmp_path: Path) -> None:
    told = story()
    ends = {alert.id: alert for alert in by_embedded(told, 64, tmp_path)}
    enrichment.publish(published(told))
    process = enrichment.start(batch=32)
    enrichment.wait_until(enrichment.finished)
    enrichment.stop(process)
    steps = [decode(Alert, payload) for payload in enrichment.read("alerts.v1")]
    assert len({(alert.id, alert.revision) for alert in steps}) == len(steps) > len(ends)
    found = {alert.id: alert for alert in sorted(steps, key=lambda alert: alert.revision)}
    # What was posted long ago and published today is a recording; the embedded pipeline was told that it is not.
    assert {name: alert.replace(replayed=False) for name, alert in found.items()} == ends
    assert all(alert.replayed for alert in found.values())
