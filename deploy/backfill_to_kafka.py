"""`hearken backfill --into kafka`: the past of a source into the topics, marked as what it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import orjson

from deploy.backfill import Account
from deploy.embedded import Read, Tally
from deploy.kafka.clients import kafka_faults, producer
from deploy.kafka.compacted import newest_values
from deploy.kafka.topics import ensure_topics
from deploy.memory import settle
from deploy.publishing import POSITIONS, Publishing
from ingest.publisher import Message, Publisher
from schemas.brand import Brand
from schemas.settings import Settings
from schemas.topics import HISTORY_HEADER

_MARK = ((HISTORY_HEADER, b"1"),)


class TopicArchive:
    """The topics: every message says in a header that it is history (the contract of `Archive`).

    The account stands in positions.v1, behind what it speaks of. At-least-once: what a batch that was cut off had
    published comes again, with the same ids and versions. `stored` counts posts, edits and deletions on
    mentions.raw.v1; what was published before, by this stretch's own last 50,000 mentions, is a duplicate.
    """

    def __init__(
        self, brands: tuple[Brand, ...], publish: Callable[[Iterable[Message]], None], saved: Mapping[str, bytes]
    ) -> None:
        """Go on from `saved`, the newest values of positions.v1."""
        self._brands, self._publish, self._saved = brands, publish, saved
        self._publishing: dict[str, Publishing] = {}

    def account(self, key: str) -> Account:
        """Return the account that positions.v1 keeps."""
        return Account.of(self._place(key).get("account"))

    def take(self, reads: list[Read], origin: str, key: str, account: Account) -> None:
        """Publish what is ours of a batch, wait until all of it is acknowledged, then keep the account."""
        if key not in self._publishing:
            place = self._place(key)
            pages = place.get("first_page", 0), place.get("next_page", 0)
            self._publishing[key] = Publishing(self._brands, key, *pages, self._saved, place.get("latest_ms", 0))
        publishing = self._publishing[key]
        heard = publishing.hear(reads, origin)
        self._publish(message._replace(headers=_MARK) for message in heard.messages)
        account.tally += Tally(len(reads), heard.matched, heard.published, heard.duplicates, heard.dead.total())
        pages_now = publishing.turn_page()
        first, until = publishing.pages
        place = {"first_page": first, "next_page": until, "latest_ms": publishing.latest_ms, "account": asdict(account)}
        self._publish([*pages_now, Message(POSITIONS, key, orjson.dumps(place))])

    def _place(self, key: str) -> dict[str, Any]:
        place: dict[str, Any] = orjson.loads(self._saved.get(key, b"{}"))
        return place


@contextmanager
def topic_archive(settings: Settings) -> Iterator[TopicArchive]:
    """Open the topics of a real Kafka, those made that are missing, and publish the brands.

    Raises UsageError for a bad brand query, Transient when Kafka is away for longer than two minutes, Fatal when it
    refuses; each one line.
    """
    ensure_topics(settings.kafka, "ingest")
    client = producer(settings.kafka, "ingest")
    try:
        with kafka_faults(settings.kafka):
            publish = Publisher(client, settings.kafka.named).publish
            publish(Message("brands.v1", brand.id, brand.model_dump_json().encode()) for brand in settings.brands)
            archive = TopicArchive(settings.brands, publish, newest_values(settings.kafka, POSITIONS))
            settle()
            yield archive
    finally:
        client.close(timeout=0)  # nothing waits: every batch was acknowledged, or we are going because one was not
