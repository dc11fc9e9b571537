"""A spool in a topic: the brokers have a request before it is answered, and any machine can go on with it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from kafka import TopicPartition

from deploy.kafka.clients import consumer, kafka_faults, producer
from deploy.kafka.history import History
from deploy.reception.push import Push, unwrapped, wrapped
from deploy.reception.spool import Waiting
from ingest.publisher import Message, Publisher
from schemas.clock import Clock
from schemas.errors import Poison
from schemas.settings import KafkaSettings
from schemas.wire import ms

PUSHED: Final = "pushed.v1"
_LEARNT_AGAIN = timedelta(hours=1)  # what a restart knows of the requests before it; older ones change nothing twice
_MOST_KEYS = 200_000


class TopicSpool:
    """Requests in pushed.v1 (the contract `Spool`); retention lets go of them.

    Who is pushed to is one worker. A key is remembered in memory, and after a restart learnt again from the last hour.
    """

    def __init__(self, settings: KafkaSettings, clock: Clock) -> None:
        """Connect, and learn the keys. Raises UsageError, Transient or Fatal, each one line."""
        self._settings, self._clock = settings, clock
        self._topic = settings.named(PUSHED)
        self._known: dict[tuple[str, str], int] = {}
        self._producer = producer(settings, "ingest")
        try:
            self._consumer = consumer(settings, "reader", group=False)
            self._publish = Publisher(self._producer, settings.named).publish
            self._learn()
        except BaseException:
            self._producer.close(timeout=0)
            raise

    def keep(self, pushes: Sequence[Push]) -> list[bool]:
        """Publish requests, and return when all are acknowledged."""
        fresh, messages = [], []
        for push in pushes:
            until_ms = ms(push.at) + round(push.known_for_s * 1000)
            fresh.append(self._remember((push.source, push.key), ms(push.at), until_ms))
            if fresh[-1]:
                headers = (("key", push.key.encode()), ("until_ms", str(until_ms).encode()))
                messages.append(Message(PUSHED, push.source, wrapped(push.source, push.at, push.body), headers))
        try:
            with kafka_faults(self._settings):
                self._publish(messages)
        except BaseException:
            for push, new in zip(pushes, fresh, strict=True):
                if new:  # whoever comes again because of this is to find the door open
                    del self._known[push.source, push.key]
            raise
        return fresh

    def after(self, place: str | None, limit: int) -> list[Waiting]:
        """Return the requests behind an offset."""
        found: list[Waiting] = []
        with kafka_faults(self._settings):
            polls = History(self._consumer, self._topic, {0: int(place or 0)}).polls()
            while len(found) < limit and (records := next(polls, None)) is not None:
                for record in records:
                    try:
                        source, at, body = unwrapped(record.value)
                    except Poison:  # nothing of ours writes such a thing
                        continue
                    found.append(Waiting(str(record.offset + 1), Push(source, at, body, "", 0.0)))
        return found

    def tidy(self) -> None:
        """Forget keys whose time is over."""
        now_ms = ms(self._clock.now())
        self._known = {key: until_ms for key, until_ms in self._known.items() if until_ms > now_ms}

    def close(self) -> None:
        """Let go of the brokers; everything that was promised is acknowledged."""
        self._consumer.close()
        self._producer.close(timeout=0)

    def _remember(self, key: tuple[str, str], now_ms: int, until_ms: int) -> bool:
        if self._known.get(key, 0) > now_ms:
            return False
        self._known.pop(key, None)
        self._known[key] = until_ms
        while len(self._known) > _MOST_KEYS:
            del self._known[next(iter(self._known))]
        return True

    def _learn(self) -> None:
        with kafka_faults(self._settings):
            partition = TopicPartition(self._topic, 0)
            since_ms = ms(self._clock.now() - _LEARNT_AGAIN)
            begin = self._consumer.offsets_for_times({partition: since_ms}).get(partition)
            if begin is None:
                return
            for records in History(self._consumer, self._topic, {0: begin.offset}).polls():
                for record in records:
                    headers = {name: value.decode("utf-8", "replace") for name, value in record.headers or ()}
                    if headers.get("until_ms", "").isdigit():
                        key = record.key.decode("utf-8", "replace"), headers.get("key", "")
                        self._remember(key, since_ms, int(headers["until_ms"]))
