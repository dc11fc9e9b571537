"""Reading a compacted topic whole: the newest value of each key."""

from collections.abc import Iterator

from kafka import KafkaConsumer, TopicPartition

from deploy.kafka.clients import consumer, kafka_faults
from schemas.errors import Transient
from schemas.settings import KafkaSettings

_POLL_MS = 1_000
_SILENT_POLLS = 60  # as long as a broker may take to come back


def newest_values(settings: KafkaSettings, topic: str) -> dict[str, bytes]:
    """Return the newest value of every key of a topic of the table, without the keys whose newest is a tombstone.

    Raises Transient when Kafka does not answer or stops giving messages before the end of the topic.
    """
    values: dict[str, bytes] = {}
    with kafka_faults(settings):
        client = consumer(settings, "reader", group=False)
        try:
            for key, value in _messages(client, settings.named(topic)):
                if value is None:
                    values.pop(key, None)
                else:
                    values[key] = value
        finally:
            client.close()
    return values


def _messages(client: KafkaConsumer, topic: str) -> Iterator[tuple[str, bytes | None]]:
    partitions = [TopicPartition(topic, number) for number in client.partitions_for_topic(topic) or ()]
    client.assign(partitions)
    ends = client.end_offsets(partitions)
    silent = 0
    while any(client.position(partition) < ends[partition] for partition in partitions):
        found = client.poll(_POLL_MS)
        silent = 0 if found else silent + 1
        if silent == _SILENT_POLLS:
            raise Transient(f"Kafka gives no messages of {topic} although it has some")
        for records in found.values():
            for record in records:
                yield record.key.decode("utf-8", "replace"), record.value
