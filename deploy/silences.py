"""Where wishes not to be told of something are kept: in the store's file, or in positions.v1 of a Kafka deployment."""

from pathlib import Path

from schemas.codec import decode, encode
from schemas.errors import UsageError
from schemas.settings import Settings
from sinks.delivery.silence import Silence
from sinks.delivery.topic_book import SILENCE


def keep(wish: Silence, settings: Settings, where: str) -> None:
    """Keep a wish, so that who delivers acts on it within seconds.

    `where` is the path of a store, beside whose run it is written; for the URL of an Elasticsearch, whose alerts come
    over Kafka, it goes into the topic. Raises UsageError, Transient or Fatal.
    """
    if "://" not in where:
        from sinks.sqlite.notices import SqliteBook

        with SqliteBook(Path(where)) as book:
            if wish.kind == "acknowledged" and book.alert(wish.about) is None:
                raise UsageError(
                    f"there is no alert {wish.about!r} in {where}: `hearken alerts --format csv` lists ids"
                )
            book.silence(wish)
        return
    from deploy.kafka.clients import kafka_faults, producer
    from deploy.publishing import POSITIONS
    from ingest.publisher import Message, Publisher

    with kafka_faults(settings.kafka):
        outgoing = producer(settings.kafka, "alerts")
        try:
            publisher = Publisher(outgoing, settings.kafka.named)
            publisher.publish([Message(POSITIONS, SILENCE + wish.key, encode(wish))])
        finally:
            outgoing.close(timeout=0)


def kept(settings: Settings, where: str) -> list[Silence]:
    """Return all wishes that are kept, wherever `keep` puts them. Raises UsageError, Transient, Fatal or Poison."""
    if "://" not in where:
        from sinks.sqlite.notices import SqliteBook

        with SqliteBook(Path(where)) as book:
            return list(book.silences())
    from deploy.kafka.compacted import newest_values
    from deploy.publishing import POSITIONS

    values = newest_values(settings.kafka, POSITIONS)
    return [decode(Silence, value) for key, value in values.items() if key.startswith(SILENCE)]
