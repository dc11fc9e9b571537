"""`hearken replay --to kafka`: recorded payloads into the topics, as an ingest worker would publish them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import orjson

from deploy.embedded import Read, batches
from deploy.kafka.clients import kafka_faults, producer
from deploy.kafka.compacted import newest_values
from deploy.kafka.topics import ensure_topics
from deploy.observation.server import observed
from deploy.replay import BATCH, Progress, paced, position_key
from ingest.parsing import parse_stream
from ingest.publications import Change, Publications
from ingest.publisher import Message, Publisher
from ingest.recognition import Recognition
from ingest.recording import open_recording
from ingest.source import source
from schemas.clock import Clock, SystemClock
from schemas.codec import encode
from schemas.dead_letter import dead_letter
from schemas.errors import Poison
from schemas.settings import Settings
from schemas.vitals import Vitals
from schemas.wire import from_ms

_POSITIONS = "positions.v1"


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
        publications = Publications()
        pages = range(last.first_page, last.next_page)
        publications.load(
            last.first_page, last.next_page, {n: saved[self._page(n)] for n in pages if self._page(n) in saved}
        )
        self._publications = publications
        self._recognition = Recognition(settings.brands, publications)
        if last.finished or last.brands != brands:
            last = _Place(brands, again=last.finished and last.brands == brands)
        self.place = last
        self._vitals.enter("working")

    def process(self, batch: Sequence[Read], origin: str) -> None:
        """Publish a batch, wait until it is acknowledged, then save the position. Raises Transient or Fatal when it
        is not; the position stays where it was, and this object must not be used again."""
        place = self.place
        messages: list[Message] = []
        dead: Counter[str] = Counter()
        self._vitals.begin()
        for record, parsed in batch:
            place.read += 1
            try:
                if isinstance(parsed, Poison):
                    raise parsed
                heard = self._recognition.hear(record, parsed, origin)
            except Poison as poison:
                place.dead += 1
                dead[poison.reason] += 1
                letter = dead_letter(
                    poison, record.payload, origin=origin, position=str(record.number), stage="parse",
                    at=from_ms(place.latest_ms),  # the stream's own time: each replay leaves the same dead letters
                )  # fmt: skip
                messages.append(Message("dead.v1", letter.id, encode(letter)))
                continue
            place.latest_ms = max(place.latest_ms, heard.latest_ms)
            place.matched += heard.matched
            place.duplicates += heard.matched and (place.again or not heard.messages)
            place.published += 0 if place.again else heard.mentions
            messages += heard.messages
        if not place.again:
            self._publish(messages)
        self._save()
        sent = Counter(message.topic for message in messages if not place.again)
        self._vitals.end({"recording": len(batch)}, sent, dead)
        self._vitals.advance()

    def finish(self) -> None:
        """Note that the input has been read to its end, so that the next replay of it begins anew."""
        self.place.finished = True
        self._save()

    def _save(self) -> None:
        changes = self._publications.turn_page()
        self.place.first_page, self.place.next_page = self._publications.first, self._publications.next
        self._publish(
            [
                *(self._saved_page(change) for change in changes),
                Message(_POSITIONS, self._key, orjson.dumps(asdict(self.place))),
            ]
        )

    def _saved_page(self, change: Change) -> Message:
        return Message(_POSITIONS, self._page(change.page), change.value)

    def _page(self, number: int) -> str:
        return f"{self._key}#{number}"


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
                run = KafkaReplay(settings, publisher, key, newest_values(settings.kafka, _POSITIONS), vitals)
                publisher.publish(
                    Message("brands.v1", brand.id, brand.model_dump_json().encode()) for brand in settings.brands
                )
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
