"""Which messages of a compacted topic have a newer one of their key, and so must not be sent again."""

from collections.abc import Mapping
from typing import NamedTuple

from kafka import KafkaConsumer

from deploy.kafka.history import History
from schemas.settings import KafkaSettings


class Place(NamedTuple):
    """Where a message stood: a topic by its name in the topic table, a partition, an offset."""

    topic: str
    partition: int
    offset: int


def superseded(client: KafkaConsumer, settings: KafkaSettings, keys: Mapping[Place, str]) -> set[Place]:
    """Return the places of those messages, given with their keys, behind which their partition has one of that key.

    Reads each partition once, from the first such place on, with a consumer that has no group. Raises Transient, and
    KafkaError as the client does.
    """
    found: set[Place] = set()
    for topic in sorted({place.topic for place in keys}):
        asked = {place: key for place, key in keys.items() if place.topic == topic}
        newest = {(place.partition, key): -1 for place, key in asked.items()}
        starts = {
            number: min(place.offset + 1 for place in asked if place.partition == number)
            for number in {place.partition for place in asked}
        }
        for records in History(client, settings.named(topic), starts).polls():
            for record in records:
                of = record.partition, (record.key or b"").decode("utf-8", "replace")
                if of in newest:
                    newest[of] = record.offset
        found |= {place for place, key in asked.items() if newest[place.partition, key] > place.offset}
    return found
