"""`hearken replay --to kafka`: recorded payloads into the topics, as an ingest worker would publish them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import orjson

from deploy.embedded import Read, batches
from deploy.kafka.clients import kafka_faults, producer
from deploy.kafka.compacted import newest_values
from deploy.kafka.topics import ensure_topics
from deploy.memory import settle
from deploy.observation.server import observed
from deploy.publishing import POSITIONS, Publishing
from deploy.replay import BATCH, Progress, paced, position_key
from ingest.parsing import parse_stream
from ingest.publisher import Message, Publisher
from ingest.recording import open_recording
from ingest.source import source
from schemas.clock import Clock, SystemClock
from schemas.settings import Settings
from schemas.vitals import Vitals


@dataclass(frozen=True, slots=True)
class PublishSummary:
    """How a replay into the topics ended; the counts cover the whole input, also what was read before an interruption.

    `published` counts posts, edits and deletions on mentions.raw.v1; `duplicates` the matched records that had been
    published before.
    """

    read: int = 0
    matched: int = 0
    published: int = 0
    duplicates: int = 0
    dead: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class _Place:
    """Where a replay stands: what positions.v1 holds for it. `brands` is a digest of the queries, `again` says that a
    replay with these queries came to the end before; `latest_ms` is the highest event time so far."""

    brands: str
    finished: bool = False
    again: bool = False
    read: int = 0
    matched: int = 0
    published: int = 0
    duplicates: int = 0
    dead: int = 0
    latest_ms: int = 0
    first_page: int = 0
    next_page: int = 0


class KafkaReplay:
    """Takes batches of records, publishes what is ours of them, and saves where it stands after that."""

    def __init__(
        self,
        settings: Settings,
        publisher: Publisher,
        key: str,
        saved: dict[str, bytes],
        vitals: Vitals | None = None,
    ) -> None:
        """Go on from `saved`, the newest values of positions.v1. `vitals` are told of each batch. Raises QueryError for
        a bad brand query."""
        self._publish = publisher.publish
        self._vitals = vitals or Vitals("replay")
        self._key = key
        brands = sha256(str([(brand.id, brand.query_version) for brand in settings.brands]).encode()).hexdigest()[:16]
        last = _Place(**orjson.loads(saved[key])) if key in saved else _Place(brands)
        pages = last.first_page, last.next_page
        if last.finished or last.brands != brands:
            last = _Place(brands, again=last.finished and last.brands == brands)
        self._publishing = Publishing(settings.brands, key, *pages, saved, last.latest_ms)
        self.place = last
        self._vitals.enter("working")

    def process(self, batch: Sequence[Read], origin: str) -> None:
        """Publish a batch, wait until it is acknowledged, then save the position. Raises Transient or Fatal when it
        is not; the position stays where it was, and this object must not be used again."""
        place = self.place
        self._vitals.begin()
        heard = self._publishing.hear(batch, origin)
        place.read += len(batch)
        place.matched += heard.matched
        place.dead += heard.dead.total()
        place.duplicates += heard.matched if place.again else heard.duplicates
        place.latest_ms = self._publishing.latest_ms
        if not place.again:
            place.published += heard.published
            self._publish(heard.messages)
        self._save()
        self._vitals.end({"recording": len(batch)}, {} if place.again else heard.sent(), heard.dead)
        self._vitals.advance()

    def finish(self) -> None:
        """Note that the input has been read to its end, so that the next replay of it begins anew."""
        self.place.finished = True
        self._save()

    def _save(self) -> None:
        pages = self._publishing.turn_page()
        self.place.first_page, self.place.next_page = self._publishing.pages
        self._publish([*pages, Message(POSITIONS, self._key, orjson.dumps(asdict(self.place)))])


def replay_to_kafka(
    path: Path,
    source_name: str,
    settings: Settings,
    *,
    speed: float = 0.0,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> PublishSummary:
    """Publish a recording: mentions, engagement with them, and what cannot be read as dead letters.

    At-least-once: an interrupted replay of the same file goes on after the last batch that was acknowledged, and a
    batch that was cut off is published again, with the same ids. One that came to its end, run again with the same
    queries, reads everything and finds duplicates. Creates the topics that are missing. `speed` is as
    for `replay`. Raises UsageError for an unknown source, an unreadable file or a bad brand query; Transient when
    Kafka is away for longer than two minutes, Fatal when it refuses.
    """
    clock = clock or SystemClock()
    started = clock.now()
    reader = source(source_name, settings.sources.get(source_name))
    vitals = Vitals("replay", clock)
    with observed(settings.observe, vitals), open_recording(path) as recording:
        ensure_topics(settings.kafka, "ingest")
        key = position_key(path, source_name, recording)
        client = producer(settings.kafka, "ingest")
        try:
            with kafka_faults(settings.kafka):
                publisher = Publisher(client, settings.kafka.named)
                run = KafkaReplay(settings, publisher, key, newest_values(settings.kafka, POSITIONS), vitals)
                publisher.publish(
                    Message("brands.v1", brand.id, brand.model_dump_json().encode()) for brand in settings.brands
                )
                settle()
                reads = parse_stream(reader, recording, skip=run.place.read)
                for batch in batches(paced(reads, speed, clock), 1) if speed > 0 else batches(reads, BATCH):
                    run.process(batch, path.name)
                    if progress is not None:
                        progress(*recording.progress(), run.place.read)
                run.finish()
        finally:
            client.close(timeout=0)  # nothing is waiting: every batch was acknowledged, or we are going because not
    place = run.place
    seconds = round((clock.now() - started).total_seconds(), 3)
    return PublishSummary(place.read, place.matched, place.published, place.duplicates, place.dead, seconds)
