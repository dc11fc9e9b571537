"""The example consumer reads from a real Kafka what the enrich workers said there."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from schemas.mention import Mention
from schemas.trend import TrendBucket
from tests.support.enrichment import Enrichment
from tests.support.traffic import posts, published

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:00Z"


@pytest.fixture
def enrichment(kafka: str, tmp_path: Path) -> Iterator[Enrichment]:
    enrichment = Enrichment(kafka, f"example-{uuid4().hex[:8]}", tmp_path)
    yield enrichment
    enrichment.close()


def test_it_prints_a_line_for_each_mention_and_each_five_minutes(enrichment: Enrichment, root: Path) -> None:
    enrichment.publish(published(posts(2, 60)))
    process = enrichment.start(batch=512)
    enrichment.wait_until(enrichment.finished)
    enrichment.stop(process)
    told = [Mention.model_validate_json(payload) for payload in enrichment.read("mentions.enriched.v1")]
    mentions = [one for one in told if one.deleted_at is None]
    buckets = [TrendBucket.model_validate_json(payload) for payload in enrichment.read("brands.trends.v1")]
    assert min(len(mentions), len(told) - len(mentions), len(buckets)) > 0

    lines = run_example(root, enrichment, len(mentions) + len(buckets))
    expected = [
        f"{one.id[:8]} {', '.join(brand.id for brand in one.brands)} {one.sentiment.label if one.sentiment else None}"
        f" {one.velocity.v1h if one.velocity else 0:.1f} engagements/h"
        for one in mentions
    ]
    assert sorted(line for line in lines if "engagements/h" in line) == sorted(expected)
    assert any(not line.endswith(" 0.0 engagements/h") for line in expected)
    trends = [line for line in lines if "engagements/h" not in line]
    assert all(re.fullmatch(rf"{TIME} (acme|borealis) \d+ mentions, \d+ negative", line) for line in trends)
    assert sorted(line.split()[1:3] for line in trends) == sorted([one.brand, str(one.count)] for one in buckets)


def run_example(root: Path, enrichment: Enrichment, count: int) -> list[str]:
    """Return the first lines that the example prints; it would wait for more for ever."""
    program = [sys.executable, str(root / "deploy/examples/consumer.py")]
    settings = enrichment.settings
    arguments = [settings.bootstrap_servers, settings.topic_prefix]
    with subprocess.Popen([*program, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip("\n") for _ in range(count)]
        process.terminate()
    return lines
