"""Reading a compacted topic whole: the newest value of each key."""

from deploy.kafka.clients import consumer, kafka_faults
from deploy.kafka.history import History
from schemas.settings import KafkaSettings


def newest_values(settings: KafkaSettings, topic: str) -> dict[str, bytes]:
    """Return the newest value of every key of a topic of the table, without the keys whose newest is a tombstone.

    Raises Transient when Kafka does not answer or stops giving messages before the end of the topic.
    """
    values: dict[str, bytes] = {}
    with kafka_faults(settings):
        client = consumer(settings, "reader", group=False)
        try:
            for records in History(client, settings.named(topic)).polls():
                for record in records:
                    key = record.key.decode("utf-8", "replace")
                    if record.value is None:
                        values.pop(key, None)
                    else:
                        values[key] = record.value
        finally:
            client.close()
    return values
