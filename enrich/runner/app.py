"""The Faust app of a worker: its topics, its one table, and how it reaches Kafka."""

from datetime import timedelta
from typing import NamedTuple

from enrich.runner.changelog import Changelog
from enrich.runner.credentials import credentials
from enrich.runner.transport import ListeningApp
from enrich.runner.worker import Worker
from schemas.settings import KafkaSettings
from schemas.topics import Topic

RECORD_BYTES = 16 * 2**20
"""The largest journal record: what a batch changes in one partition."""

_BATCH_BYTES = 512 * 2**10  # half of what a broker takes by default
_COMMIT_S = 1.0
_SESSION_S = 6.0  # without a sign of life, and others take over; brokers allow no less by default
_HEARTBEAT_S = 1.0  # so late at most a worker hears that others come or go, and all wait for the last to hear it
_STATE = "state"
_FILE_BYTES = 32 * 2**20  # two journal records; what is newer than the last file is read at a start, whatever it is


class Layout(NamedTuple):
    """How many partitions the topics of a worker have, and how many copies of each the brokers keep."""

    partitions: int
    replication: int


def changelog(worker: Worker, layout: Layout) -> Topic:
    """Return the topic that keeps the state of a worker. It has to be there, and known to the brokers, before the app
    starts: Faust would give partitions to workers without the state that belongs to them.

    A record is not compacted away before whoever has the partition had time to hide it (`enrich.runner.changelog`).
    """
    return Topic(
        f"hearken.{worker.name}-{_STATE}-changelog", "partition, table and key", None, layout.partitions, "compact",
        None, "The state of a worker.", max_bytes=RECORD_BYTES, segment_bytes=_FILE_BYTES, whole_for=timedelta(hours=1),
    )  # fmt: skip


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
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,  # a copy in another worker's memory is read anew all the same when it takes over
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=RECORD_BYTES,
        producer_max_request_size=RECORD_BYTES,
        producer_max_batch_size=_BATCH_BYTES,
        broker_commit_interval=_COMMIT_S,
        broker_session_timeout=_SESSION_S,
        broker_heartbeat_interval=_HEARTBEAT_S,
        stream_wait_empty=False,
    )  # fmt: skip
    sources = app.topic(*(kafka.named(name) for name in worker.reads), key_type=bytes, value_type=bytes)
    app.topics.add(sources)
    table = app.Table(
        _STATE,
        key_type=bytes,
        value_type=bytes,
        partitions=layout.partitions,
    )
    assert isinstance(table, Changelog)  # noqa: S101 - the app says so
    app.changelog = table
    return app, table
