"""Enrich workers that grow too large, are frozen, or cannot recover: nothing is lost, and nothing counts twice."""

import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from enrich.runner.service import FATAL_STATUS
from schemas.post import PostEvent
from tests.support.enrichment import ROOT, Enrichment
from tests.support.traffic import Outcome, embedded, posts, published

# As if in its first two lives each look at its memory found a worker 200 MiB larger.
GROWING = """
import itertools, os, enrich.runner.growth as growth
lives = int(os.environ.get("LIVES", 0))
os.environ["LIVES"] = str(lives + 1)
sizes = itertools.count(100, 200 if lives < 2 else 0)
growth.Growth.__init__.__defaults__ = (lambda: next(sizes),)
"""
# What comes from the changelog gets lost on its way.
DEAF = """
import enrich.runner.recovery as recovery, enrich.runner.changelog as changelog
recovery.STILL_S = 5.0
changelog.Changelog.recover = lambda *lost: None
"""


@pytest.fixture(scope="module")
def told() -> list[PostEvent]:
    return posts(3, 150)


@pytest.fixture(scope="module")
def expected(told: list[PostEvent], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return embedded(told, tmp_path_factory.mktemp("embedded") / "hearken.db")


@pytest.fixture
def enrichment(kafka: str, tmp_path: Path, told: list[PostEvent]) -> Iterator[Enrichment]:
    enrichment = Enrichment(kafka, f"grow-{uuid4().hex[:8]}", tmp_path)
    enrichment.publish(published(told))
    yield enrichment
    enrichment.close()


def check(enrichment: Enrichment, expected: Outcome) -> None:
    enrichment.wait_until(enrichment.finished)
    enrichment.end_time()
    found = enrichment.outcome()
    assert found.documents == expected.documents
    assert found.trends == expected.trends
    assert enrichment.read("dead.v1") == []


def test_a_worker_that_outgrows_its_limit_begins_again_in_its_place(enrichment: Enrichment, expected: Outcome) -> None:
    process = enrichment.start(batch=4, first=GROWING)
    check(enrichment, expected)
    assert enrichment.log().count("beginning again") == 2
    enrichment.stop(process)
    assert not list(ROOT.glob(f"{enrichment.settings.topic_prefix}*"))  # Faust likes to make folders


def test_a_worker_that_was_frozen_past_its_session_writes_nothing_that_counts(
    enrichment: Enrichment, expected: Outcome
) -> None:
    frozen = enrichment.start(batch=4)
    enrichment.wait_until(lambda: enrichment.sent("mentions.enriched.v1") >= len(expected.documents) // 4)
    frozen.send_signal(signal.SIGSTOP)
    other = enrichment.start()
    enrichment.wait_until(enrichment.finished)
    frozen.send_signal(signal.SIGCONT)
    assert enrichment.ended(frozen) == FATAL_STATUS
    assert "another worker has written to partition" in enrichment.log()
    enrichment.kill(other)
    enrichment.start()  # finds what the frozen one wrote late in the changelog
    check(enrichment, expected)


def test_a_recovery_that_stands_still_ends_the_worker(enrichment: Enrichment) -> None:
    process = enrichment.start()
    enrichment.wait_until(lambda: enrichment.sent("mentions.enriched.v1") > 20)
    enrichment.stop(process)
    assert enrichment.ended(enrichment.start(first=DEAF)) == FATAL_STATUS
    assert "recovery stands still for 5 s" in enrichment.log()
