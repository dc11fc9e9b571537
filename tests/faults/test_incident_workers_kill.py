"""Workers on Kafka, killed with kill -9 at seeded moments: alerts as undisturbed, notices as promised."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from ingest.publisher import Message
from schemas.alert import Alert
from schemas.codec import decode, encode
from tests.contracts.test_incidents import by_embedded, story
from tests.faults.test_enrich_kill import LONG_S, written
from tests.support.deployment import ROOT, Deployment
from tests.support.enrichment import Enrichment
from tests.support.episodes import episode
from tests.support.mentions import T0
from tests.support.receivers import receiver
from tests.support.traffic import published

EPISODES = 6

# One notifier after the other; each kills itself at the n-th of these moments: before and after each note in the book,
# each sending. Prints the moments, and "done" at the end.
_NOTIFIERS = """
import sys
from pathlib import Path
import deploy.kafka.clients
from deploy.notify_worker import run_notify
from schemas.settings import load
from sinks.channels.webhook import Webhook
from sinks.delivery.topic_book import TopicBook
from tests.support.kill_moments import live, watch
deploy.kafka.clients._SESSION_MS = 6_000  # the group waits so long for one that was killed
settings = load(Path(sys.argv[1]))
watch(TopicBook, "save")
watch(Webhook, "send")
live(map(int, sys.argv[2:]), lambda: run_notify(settings, lambda: False, until_idle_s=3.0))
"""


@pytest.fixture
def enrichment(kafka: str, tmp_path: Path) -> Iterator[Enrichment]:
    enrichment = Enrichment(kafka, f"incidents-{uuid4().hex[:8]}", tmp_path)
    yield enrichment
    enrichment.close()


def check_enrich(enrichment: Enrichment, folder: Path, seed: int, kills: int) -> None:
    """Hold the alerts of workers that are killed again and again against those of the embedded pipeline."""
    told = story()
    expected = {alert.id: alert for alert in by_embedded(told, 64, folder)}
    messages = published(told)
    enrichment.publish(messages)
    rng = Random(seed)
    for moment in sorted(rng.randrange(1, len(told)) for _ in range(kills)):
        process = enrichment.start(batch=16)
        written(enrichment, moment)
        enrichment.kill(process)
    process = enrichment.start(batch=16)
    enrichment.wait_until(enrichment.finished, LONG_S)
    enrichment.stop(process)
    steps = [decode(Alert, payload) for payload in enrichment.read("alerts.v1")]
    known: dict[tuple[str, int], Alert] = {}
    for alert in steps:
        assert known.setdefault((alert.id, alert.revision), alert) == alert  # what comes again is the same
    ends = {alert.id: alert for alert in sorted(steps, key=lambda alert: alert.revision)}
    # What was posted long ago and published today is a recording; the embedded pipeline was told that it is not.
    assert {name: alert.replace(replayed=False) for name, alert in ends.items()} == expected
    print(f"\nenrich: {kills} kills, {len(ends)} episodes as undisturbed, {len(steps) - len(known)} steps sent again")


def check_notify(deployment: Deployment, folder: Path, seed: int, kills: int) -> None:
    """Hold what a receiver gets from notifiers that are killed again and again against what there is to tell."""
    hours, rng = (datetime.now(UTC) - T0) / timedelta(hours=1), Random(seed)
    with receiver() as server:
        settings = folder / "hearken.toml"
        settings.write_text(
            f"""
            [kafka]
            bootstrap_servers = "{deployment.kafka.bootstrap_servers}"
            topic_prefix = "{deployment.kafka.topic_prefix}"
            [elasticsearch]
            url = "{deployment.elasticsearch.url}"
            [[brands]]
            name = "Acme"
            query = "acme"
            [outbound]
            allow = ["127.0.0.1"]
            [[alerts.channels]]
            name = "hook"
            type = "webhook"
            url = "{server.url()}"
            secret = "sixteen letters!"
            """,
            "utf-8",
        )
        moments: list[str] = []
        for revision, part in ((1, kills // 2), (2, kills - kills // 2)):
            made = [
                episode(str(n), revision=revision, closed=revision == 2, hours=hours, volume=None)
                for n in range(EPISODES)
            ]
            deployment.publish([Message("alerts.v1", alert.id, encode(alert)) for alert in made])
            lives = [str(rng.randint(1, 4 * EPISODES // (part + 1) + 1)) for _ in range(part)]
            command = [sys.executable, "-W", "ignore", "-c", _NOTIFIERS, str(settings), *lives, "0"]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONG_S, check=False)
            assert done.returncode == 0, done.stderr[-2_000:]
            *killed, last = done.stdout.split("\n")[:-1]
            assert last == "done"
            moments += killed
        keys = Counter(given.headers["webhook-id"] for given in server.given)
    assert set(keys) == {f"acme-{n}:{step}" for n in range(EPISODES) for step in ("opened", "closed")}
    assert keys.total() - len(keys) <= len(moments)
    print(f"\nnotify: {len(moments)} kills ({dict(Counter(moments))}), {keys.total()} sendings of {len(keys)} notices")


@pytest.mark.timeout(600)
def test_enrich_killed_twice_gives_the_same_alerts(enrichment: Enrichment, tmp_path: Path) -> None:
    check_enrich(enrichment, tmp_path, seed=1, kills=2)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_enrich_killed_twenty_times_gives_the_same_alerts(enrichment: Enrichment, tmp_path: Path) -> None:
    check_enrich(enrichment, tmp_path, seed=2, kills=20)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_notifiers_killed_twenty_times_lose_nothing_and_repeat_as_promised(
    kafka: str, elasticsearch: str, tmp_path: Path
) -> None:
    deployment = Deployment(kafka, elasticsearch)
    try:
        check_notify(deployment, tmp_path, seed=3, kills=20)
    finally:
        deployment.drop()
