"""`hearken rebuild`: the indices filled again from the topics, as far as these reach."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from deploy.kafka.clients import consumer, kafka_faults
from deploy.kafka.history import History
from deploy.replay import Progress
from deploy.templates import require_templates
from schemas.brand import Brand
from schemas.clock import Clock, SystemClock
from schemas.errors import UsageError
from schemas.settings import Settings
from schemas.wire import from_ms
from sinks.elastic.store import ElasticStore
from sinks.intake import READ, entry


@dataclass(slots=True)
class Rebuilt:
    """How far one topic reached back, and what became of its messages.

    `oldest` and `newest` are when the messages read were published. `whole` is false when the topic has begun to delete
    its oldest. `created` documents were missing, `updated` were there in an older version, `unchanged` in this one or a
    newer; `unreadable` messages are dead letters already, and `refused` the store can never take. A message that takes
    its key back is in `read` alone.
    """

    topic: str
    partitions: int
    whole: bool
    oldest: datetime | None = None
    newest: datetime | None = None
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    unreadable: int = 0
    refused: int = 0


def rebuild(settings: Settings, progress: Progress | None = None, clock: Clock | None = None) -> list[Rebuilt]:
    """Store everything that the topics hold at the start of the call, and return what was done, by topic.

    Reads without a group and commits nothing, so that sinks go on undisturbed; every document carries its version, so
    that one which is there is left alone, a newer one too, and a deleted mention stays deleted. Run again, it changes
    nothing; stopped, it is to be run again. Memory does not grow with the topics.

    Raises UsageError when Kafka has none of the topics; Transient when a service does not answer, Fatal when one
    refuses.
    """
    with ElasticStore(settings.elasticsearch, clock or SystemClock()) as store, kafka_faults(settings.kafka):
        store.check()
        require_templates(store)
        client = consumer(settings.kafka, "rebuild", group=False)
        try:
            histories = {name: History(client, settings.kafka.named(name)) for name in READ}
            if not any(history.ends for history in histories.values()):
                raise UsageError(
                    f"Kafka at {settings.kafka.bootstrap_servers} has no topic {settings.kafka.named(READ[0])}, and"
                    " none of the others: `hearken topics` makes them, kafka.topic_prefix says what they are called"
                )
            meter = _Meter(progress, sum(map(len, histories.values())))
            return [_fill(store, name, history, meter) for name, history in histories.items()]
        finally:
            client.close()


@dataclass(slots=True)
class _Meter:
    """Moves a progress bar over all topics: `behind` messages are in topics that are finished."""

    progress: Progress | None
    total: int
    behind: int = 0
    read: int = 0

    def move(self, history: History, read: int) -> None:
        self.read += read
        if self.progress is not None:
            self.progress(self.behind + len(history) - history.left(), self.total, self.read)


def _fill(store: ElasticStore, name: str, history: History, meter: _Meter) -> Rebuilt:
    found = Rebuilt(name, len(history.ends), whole=not any(history.starts.values()))
    brands: dict[str, Brand] = {}
    before = store.written()
    for records in history.polls():
        _note(found, [from_ms(record.timestamp) for record in records])
        entries = [entry(record, record.offset, name, record.value) for record in records]
        found.unreadable += sum(one.poison is not None for one in entries)
        brands |= {one.brand.id: one.brand for one in entries if one.brand is not None}
        if models := [one.model for one in entries if one.model is not None]:
            found.refused += len(store.index(models))
        meter.move(history, len(records))
    after = store.written()
    found.created, found.updated, found.unchanged = (now - then for now, then in zip(after, before, strict=True))
    if brands:
        _save(store, brands.values(), found)
    meter.behind += len(history)
    return found


def _note(found: Rebuilt, moments: Sequence[datetime]) -> None:
    found.read += len(moments)
    found.oldest = min(found.oldest or moments[0], *moments)
    found.newest = max(found.newest or moments[0], *moments)


def _save(store: ElasticStore, brands: Collection[Brand], found: Rebuilt) -> None:
    """Save the brands that the store lacks or has otherwise; they carry no version, so only the newest of each come."""
    there = {brand.id: brand for brand in store.brands()}
    wanted = [brand for brand in brands if there.get(brand.id) != brand]
    store.save_brands(wanted)
    found.updated = sum(brand.id in there for brand in wanted)
    found.created = len(wanted) - found.updated
    found.unchanged = found.read - found.unreadable - len(wanted)
