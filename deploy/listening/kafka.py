"""What was heard, into the topics: each batch acknowledged whole before its positions are saved."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import orjson
from kafka import KafkaProducer

from deploy.embedded import Tally
from deploy.kafka.clients import kafka_faults, producer
from deploy.kafka.compacted import newest_values
from deploy.kafka.topics import ensure_topics
from deploy.listening.signs import ChannelName
from deploy.listening.taker import Share, Taken
from deploy.memory import settle
from deploy.publishing import POSITIONS, Publishing
from ingest.publisher import Message, Publisher
from schemas.settings import Settings


class TopicTaker:
    """Publishes batches, and keeps in positions.v1 behind which cursors they end and what was published.

    At-least-once: what a batch that was cut off had published comes again, with the same ids and versions. Each source
    remembers its own publications, so that any worker can go on with it; only one may at a time.
    """

    def __init__(
        self, settings: Settings, sources: Sequence[str], publish: Callable[[Iterable[Message]], None],
        saved: Mapping[str, bytes],
    ) -> None:  # fmt: skip
        """Go on from `saved`, the newest values of positions.v1. Raises QueryError for a bad brand query."""
        self._publish = publish
        self._saved = {key: value for key, value in saved.items() if key.startswith("live:") and "#" not in key}
        self._publishing = {name: self._remembered(settings, name, saved) for name in sources}

    def cursors(self, channels: Iterable[ChannelName]) -> dict[ChannelName, str]:
        """Return the cursors that were saved."""
        return {
            channel: orjson.loads(self._saved[channel.position])["cursor"]
            for channel in channels
            if channel.position in self._saved
        }

    def take(self, shares: Sequence[Share]) -> Taken:
        """Publish what is ours of a batch, wait until all of it is acknowledged, then save the positions."""
        tally, sent, dead = Tally(), Counter[str](), Counter[str]()
        messages: list[Message] = []
        for share in shares:
            heard = self._publishing[share.channel.source].hear(share.reads, str(share.channel))
            tally += Tally(len(share.reads), heard.matched, heard.published, heard.duplicates, heard.dead.total())
            messages += heard.messages
            sent += heard.sent()
            dead += heard.dead
        self._publish(messages)
        # A cursor that is there without the page would leave later engagement with these mentions unknown.
        for source in {share.channel.source: None for share in shares}:
            self._publish(self._page(source))
        self._publish(
            Message(POSITIONS, share.channel.position, orjson.dumps({"cursor": share.cursor}))
            for share in shares
            if share.cursor is not None
        )
        return Taken(tally, sent, dead)

    def rest(self) -> None:
        """Do nothing: the topics' own retention drops what is old."""

    def close(self) -> None:
        """Do nothing: what publishes is its owner's."""

    def _page(self, source: str) -> Iterable[Message]:
        """Return what is to be saved of what a source's records added to the publications."""
        publishing = self._publishing[source]
        if pages := publishing.turn_page():
            first, until = publishing.pages
            place = {"first_page": first, "next_page": until, "latest_ms": publishing.latest_ms}
            return [*pages, Message(POSITIONS, _key(source), orjson.dumps(place))]
        return []

    @staticmethod
    def _remembered(settings: Settings, source: str, saved: Mapping[str, bytes]) -> Publishing:
        key = _key(source)
        place = orjson.loads(saved[key]) if key in saved else {"first_page": 0, "next_page": 0, "latest_ms": 0}
        return Publishing(settings.brands, key, place["first_page"], place["next_page"], saved, place["latest_ms"])


class KafkaTaker(TopicTaker):
    """Takes batches into the topics of a real Kafka (the contract of `Taker`)."""

    def __init__(self, settings: Settings, sources: Sequence[str]) -> None:
        """Make the topics that are missing, read the positions, publish the brands.

        Raises UsageError, Transient or Fatal, each one line, when Kafka does not answer or refuses.
        """
        ensure_topics(settings.kafka, "ingest")
        self._settings = settings
        self._client: KafkaProducer = producer(settings.kafka, "ingest")
        try:
            with kafka_faults(settings.kafka):
                publish = Publisher(self._client, settings.kafka.named).publish
                saved = newest_values(settings.kafka, POSITIONS)
                super().__init__(settings, sources, publish, saved)
                publish(Message("brands.v1", brand.id, brand.model_dump_json().encode()) for brand in settings.brands)
            settle()
        except BaseException:
            self.close()
            raise

    def take(self, shares: Sequence[Share]) -> Taken:
        """Publish a batch as `TopicTaker` does. Raises Transient when Kafka is away for two minutes, Fatal when it
        refuses a message."""
        with kafka_faults(self._settings.kafka):
            return super().take(shares)

    def close(self) -> None:
        """Let go of the brokers. Nothing waits: every batch was acknowledged, or we are going because one was not."""
        self._client.close(timeout=0)


def _key(source: str) -> str:
    return f"live:{source}"
