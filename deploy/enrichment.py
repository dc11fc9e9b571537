"""The enrich workers put together: topics looked at, models loaded, and served."""

from collections.abc import Mapping, Sequence
from typing import Literal

from deploy.kafka.clients import admin
from deploy.kafka.topics import ensure_states, ensure_topics
from deploy.memory import settle
from deploy.observation.server import observed
from enrich.runner.app import Layout, changelog
from enrich.runner.service import serve
from enrich.runner.text import TextWorker
from enrich.runner.trends import TrendsWorker
from enrich.runner.worker import Worker
from schemas.settings import KafkaSettings, Settings
from schemas.vitals import Vitals


def run(
    settings: Settings, only: Literal["text", "trends"] | None = None, until_idle_s: float | None = None
) -> dict[str, int]:
    """Run both workers or one until SIGTERM or, if asked, until idle, and return by worker the messages taken in.

    Raises UsageError, Transient or Fatal when it cannot begin; any later error ends the process with status 70.
    """
    vitals = {name: Vitals(name) for name in ("text", "trends") if only in (None, name)}
    with observed(settings.observe, *vitals.values()):
        return _run(settings, only, until_idle_s, vitals)


def _run(
    settings: Settings, only: str | None, until_idle_s: float | None, vitals: Mapping[str, Vitals]
) -> dict[str, int]:
    ensure_topics(settings.kafka, "enrich")
    workers: list[Worker] = []
    if only != "trends":
        workers.append(TextWorker(settings))
    if only != "text":
        workers.append(TrendsWorker(settings))
    layouts = [(worker, _layout(settings.kafka, worker.reads)) for worker in workers]
    for worker, layout in layouts:
        kafka = settings.kafka.model_copy(update={"replication": layout.replication})
        ensure_states(kafka, [changelog(worker, layout)])
    settle()
    return serve(layouts, settings.kafka, until_idle_s, vitals, settings.enrich.recycle_at_mib)


def _layout(kafka: KafkaSettings, topics: Sequence[str]) -> Layout:
    """Return how the topics of a worker lie on the cluster, which is how its changelog has to lie too."""
    with admin(kafka) as client:
        found = client.describe_topics([kafka.named(name) for name in topics])
    partitions = {len(topic["partitions"]) for topic in found}
    copies = len(found[0]["partitions"][0]["replica_nodes"])
    return Layout(max(partitions), kafka.replication or copies)
