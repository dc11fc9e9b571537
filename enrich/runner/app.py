"""The Faust app of a worker: its topics, its one table, and how it reaches Kafka."""

from typing import NamedTuple

from enrich.runner.changelog import Changelog
from enrich.runner.credentials import credentials
from enrich.runner.transport import ListeningApp
from enrich.runner.worker import Worker
from schemas.settings import KafkaSettings

RECORD_BYTES = 16 * 2**20
"""The largest journal record: what a batch changes in one partition."""

_BATCH_BYTES = 512 * 2**10  # half of what a broker takes by default
_COMMIT_S = 1.0
_SESSION_S = 10.0  # after so long without a sign of life others take over what a dead worker had


class Layout(NamedTuple):
    """How many partitions the topics of a worker have, and how many copies of each the brokers keep."""

    partitions: int
    replication: int


def worker_app(worker: Worker, kafka: KafkaSettings, layout: Layout) -> tuple[ListeningApp, Changelog]:
    """Return the app of a worker and its table, neither started.

    State is in memory and in the table's changelog: what is on disk is Kafka's alone, and a start recovers from there.
    """
    app = ListeningApp(
        kafka.named(f"hearken.{worker.name}"),
        broker=";".join(f"aiokafka://{server.strip()}" for server in kafka.bootstrap_servers.split(",")),
        broker_credentials=credentials(kafka),
        store="memory://",
        Table=Changelog,
        web_enabled=False,
        key_serializer="raw",
        value_serializer="raw",
        processing_guarantee="at_least_once",
        topic_partitions=layout.partitions,
        topic_replication_factor=layout.replication,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=RECORD_BYTES,
        producer_max_request_size=RECORD_BYTES,
        producer_max_batch_size=_BATCH_BYTES,
        broker_commit_interval=_COMMIT_S,
        broker_session_timeout=_SESSION_S,
        broker_heartbeat_interval=_SESSION_S / 4,
        stream_wait_empty=False,
    )  # fmt: skip
    sources = app.topic(*(kafka.named(name) for name in worker.reads), key_type=bytes, value_type=bytes)
    app.topics.add(sources)
    table = app.Table(
        "state",
        key_type=bytes,
        value_type=bytes,
        partitions=layout.partitions,
        extra_topic_configs={"max.message.bytes": RECORD_BYTES},
    )
    assert isinstance(table, Changelog)  # noqa: S101 - the app says so
    return app, table
