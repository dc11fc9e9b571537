"""One worker that tells channels of the alerts in a Kafka deployment."""

import os
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from kafka import TopicPartition

from deploy.kafka.clients import consumer, kafka_faults, producer
from deploy.kafka.compacted import newest_values
from deploy.kafka.topics import ensure_topics
from deploy.observation.notices import NoticeMetrics
from deploy.observation.server import observed
from deploy.publishing import POSITIONS
from deploy.telling import NO_CHANNELS, Look, composing, looking, open_lines
from ingest.publisher import Message, Publisher
from schemas.clock import Clock, SystemClock
from schemas.errors import UsageError
from schemas.settings import Settings
from schemas.vitals import Vitals
from sinks.delivery.desk import Desk
from sinks.delivery.told import Told
from sinks.delivery.topic_book import TopicBook
from sinks.elastic.store import ElasticStore
from sinks.notifier import Notifier

_ALERTS = "alerts.v1"
_LOOK_S = 4.0  # for what the store knows of an alert, which is told without it when that is away


class _Wishes:
    """Follows what people publish in positions.v1 while a book is open."""

    def __init__(self, client: Any, topic: str, book: TopicBook) -> None:
        self._client, self._book = client, book
        partitions = [TopicPartition(topic, number) for number in sorted(client.partitions_for_topic(topic) or ())]
        client.assign(partitions)

    def follow(self) -> None:
        """Take in what has been said since the last call."""
        for records in self._client.poll(timeout_ms=0).values():
            for record in records:
                self._book.note((record.key or b"").decode("utf-8", "replace"), record.value)

    def begin_at(self, ends: dict[Any, int]) -> None:
        """Go on from these offsets."""
        for partition, end in ends.items():
            self._client.seek(partition, end)


def run_notify(
    settings: Settings,
    stopping: Callable[[], bool],
    *,
    with_replayed: bool = False,
    until_idle_s: float | None = None,
    clock: Clock | None = None,
) -> Told:
    """Tell channels of what comes until `stopping()`, or until nothing has come for so long; return what was done.

    Several of these stand by for each other: one has the alerts at a time. What was told is kept in positions.v1, so
    that any machine can take over. Raises UsageError for a channel that cannot be, UsageError, Transient or Fatal when
    Kafka does not answer at the start or refuses later.
    """
    clock = clock or SystemClock()
    lines = open_lines(settings, clock)
    if not lines:
        raise UsageError(NO_CHANNELS)
    vitals, told = Vitals("notify", clock), Told()
    chance = Random(f"{os.getpid()} {clock.now()}")  # noqa: S311 - so that many do not come back together
    metrics = NoticeMetrics("notify", told, clock)
    with observed(settings.observe, vitals, beside=[metrics]), kafka_faults(settings.kafka):
        ensure_topics(settings.kafka, "notify")
        outgoing = producer(settings.kafka, "notify")
        publisher = Publisher(outgoing, settings.kafka.named)
        reader = consumer(settings.kafka, "reader", group=False)

        def publish(changed: Sequence[tuple[str, bytes]]) -> None:
            publisher.publish(Message(POSITIONS, key, value) for key, value in changed)

        def take_over() -> tuple[Desk, _Wishes]:
            topic = settings.kafka.named(POSITIONS)
            partitions = [TopicPartition(topic, number) for number in reader.partitions_for_topic(topic) or ()]
            ends = reader.end_offsets(partitions)
            book = TopicBook(newest_values(settings.kafka, POSITIONS), publish)
            wishes = _Wishes(reader, topic, book)
            wishes.begin_at(ends)
            desk = Desk(
                lines, book, composing(settings, look), clock, chance,
                give_up_after_h=settings.alerts.give_up_after_h, with_replayed=with_replayed, told=told,
            )  # fmt: skip
            return desk, wishes

        look, close = _looking(settings, clock)
        try:
            alerts = consumer(settings.kafka, "notify")
            Notifier(alerts, settings.kafka.named(_ALERTS), take_over, clock, vitals).run(stopping, until_idle_s)
        finally:
            close()
            reader.close()
            outgoing.close(timeout=0)  # all that counts was acknowledged
    return told


def _looking(settings: Settings, clock: Clock) -> tuple[Look, Callable[[], None]]:
    """Return what looks into the deployment's store, and how to close it."""
    elasticsearch = settings.elasticsearch
    if settings.store.startswith(("http://", "https://")):
        elasticsearch = elasticsearch.model_copy(update={"url": settings.store})
    store = ElasticStore(elasticsearch, clock, deadline_s=_LOOK_S)
    return looking(store), store.close
