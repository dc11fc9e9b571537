"""What a worker listens to besides platforms: what is pushed to it, and what it looks at again."""

from functools import partial

from deploy.listening.choice import PUSH, REVISIT, Own
from deploy.listening.signs import ChannelName
from ingest.live import LiveSource
from schemas.clock import SystemClock
from schemas.errors import UsageError
from schemas.settings import Settings
from sinks.store import Questions

_MIB = 2**20


def beside_store(settings: Settings, path: str) -> Own:
    """Return them for a worker with an embedded store: pushes wait beside it, and it is asked what is known."""

    def push() -> LiveSource:
        from deploy.reception.file_spool import FileSpool
        from deploy.reception.pushed import Pushed

        position, most_bytes = ChannelName(PUSH, "").position, _open(settings).reception.waiting_mib * _MIB
        return Pushed(settings, partial(FileSpool, path, position, most_bytes, SystemClock()))

    return {PUSH: push, REVISIT: partial(_revisits, settings, path)}


def beside_kafka(settings: Settings) -> Own:
    """Return them for a worker into Kafka: pushes wait in a topic, and Elasticsearch is asked what is known."""

    def push() -> LiveSource:
        from deploy.reception.pushed import Pushed
        from deploy.reception.topic_spool import TopicSpool

        return Pushed(_open(settings), partial(TopicSpool, settings.kafka, SystemClock()))

    return {PUSH: push, REVISIT: partial(_revisits, settings, settings.elasticsearch.url)}


def _open(settings: Settings) -> Settings:
    if not settings.reception.port:
        raise UsageError("the reception is closed: set reception.port")
    return settings


def _revisits(settings: Settings, where: str) -> LiveSource:
    from deploy.revisits.revisits import Revisits
    from deploy.stores import open_store

    def questions() -> Questions:
        return open_store(where, elasticsearch=settings.elasticsearch)

    return Revisits(settings, questions)
