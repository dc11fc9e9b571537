"""One sink worker: from the topics into Elasticsearch."""

from collections.abc import Callable, Sequence

from deploy.kafka.clients import consumer, kafka_faults, producer
from deploy.kafka.topics import ensure_topics
from deploy.memory import settle
from deploy.observation.server import observed
from deploy.templates import require_templates
from ingest.publisher import Message, Publisher
from schemas.clock import Clock, SystemClock
from schemas.codec import encode
from schemas.dead_letter import DeadLetter
from schemas.settings import Settings
from schemas.vitals import Vitals
from sinks.elastic.store import ElasticStore
from sinks.intake import BURIED, READ
from sinks.worker import SinkWorker, Tally

_WRITE_S = 4.0  # for one write with all its attempts: the worker itself waits for a store that is away, and must be
# able to leave within ten seconds


def run_sink(
    settings: Settings,
    stopping: Callable[[], bool],
    *,
    until_idle_s: float | None = None,
    clock: Clock | None = None,
) -> Tally:
    """Store what comes until `stopping()`, or until nothing has come for `until_idle_s` seconds; return what was done.

    Several of these share the topics. At-least-once from Kafka, and one document for each id in the store. Creates
    the topics and index templates that are missing, if it may: `hearken topics` does it with more rights. Raises
    UsageError, Transient or Fatal, each one line, when Kafka or Elasticsearch does not answer at the start or refuses
    later; what is not committed then is read again.
    """
    clock = clock or SystemClock()
    vitals = Vitals("sink", clock)
    with (
        observed(settings.observe, vitals),
        ElasticStore(settings.elasticsearch, clock, deadline_s=_WRITE_S, on_retry=vitals.retried) as store,
        kafka_faults(settings.kafka),
    ):
        store.check()
        require_templates(store)
        ensure_topics(settings.kafka, "sink")
        outgoing = producer(settings.kafka, "sink")
        publish = Publisher(outgoing, settings.kafka.named).publish

        def bury(letters: Sequence[DeadLetter]) -> None:
            publish(Message(BURIED, letter.id, encode(letter)) for letter in letters)

        try:
            names = {settings.kafka.named(name): name for name in READ}
            worker = SinkWorker(consumer(settings.kafka, "sink"), store, bury, names, clock, vitals)
            settle()
            worker.run(stopping, until_idle_s)
        finally:
            outgoing.close(timeout=0)  # every dead letter was acknowledged, or we are going because it was not
    return worker.tally
