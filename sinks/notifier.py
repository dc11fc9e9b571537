"""The notifier's loop: alerts from Kafka to the desk, committed when the book says what is to be told of them."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

from kafka.errors import KafkaError

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.codec import decode
from schemas.errors import Poison
from schemas.vitals import Vitals
from sinks.delivery.desk import Desk
from sinks.rebalance import Changes, commit, go_back

_log = logging.getLogger(__name__)

_POLL_MS, _BUSY_POLL_MS = 500, 50
_LEAVE_MS = 2_000
_LEAVE_S = 3.0
_TOPIC = "alerts.v1"


class Following(Protocol):
    """What others say in the book's topic."""

    def follow(self) -> None:
        """Take in what has been said since the last call. Blocks for a moment at most; raises Transient or Fatal."""
        ...


class Notifier:
    """Reads the alerts in a group, in which one at a time has them, and tells channels.

    At-least-once into the book; from there as the desk promises. Who takes over reads the book whole, and sends again
    what the one before was sending.
    """

    def __init__(
        self,
        consumer: Any,
        topic: str,
        take_over: Callable[[], tuple[Desk, Following]],
        clock: Clock,
        vitals: Vitals | None = None,
    ) -> None:
        """Read `topic`, as the cluster calls it, with kafka-python's `consumer` (no auto-commit).

        `take_over` reads the book and returns a desk over it; what it raises ends the worker.
        """
        self._consumer, self._topic, self._take_over, self._clock = consumer, topic, take_over, clock
        self._changes = Changes()
        self._vitals = vitals or Vitals("notify", clock)
        self._desk: tuple[Desk, Following] | None = None
        self._quiet_since = clock.now()
        self.heard = 0

    def run(self, stopping: Callable[[], bool], until_idle_s: float | None = None) -> None:
        """Work until `stopping()`, or until nothing has come and nothing could be told for so long; then leave.

        Raises Fatal when Kafka refuses, Transient when the book cannot be written.
        """
        self._consumer.subscribe([self._topic], listener=self._changes)
        self._consumer.topics()  # else the group's first assignment is made without knowing the topics, and empty
        self._quiet_since = self._clock.now()
        try:
            while not stopping() and not self._idle(until_idle_s):
                self._turn()
            if self._desk is not None and not self._changes.lost:
                self._desk[0].leave(_LEAVE_S)
        finally:
            self._consumer.close(autocommit=False, timeout_ms=_LEAVE_MS)

    def _turn(self) -> None:
        busy = False
        if self._desk is not None and not self._changes.lost:
            self._desk[1].follow()
            busy = self._desk[0].turn()
        found = self._poll(_BUSY_POLL_MS if busy else _POLL_MS)
        self._vitals.turn()
        if self._changes.lost:
            self._desk = None  # the one who has the alerts now tells of them
            go_back(self._consumer, self._changes)  # what was read and not heard would be left out
            return
        if self._desk is None and self._changes.joined:
            if self._consumer.assignment():
                self._vitals.enter("recovering")
                self._desk = self._take_over()
            self._vitals.enter("working")  # also who stands by: to wait for its turn is its work
        if found and self._desk is not None:
            self._hear(self._desk[0], found)
        if found or busy:
            self._quiet_since = self._clock.now()

    def _poll(self, timeout_ms: int) -> Mapping[Any, Any]:
        try:
            found: Mapping[Any, Any] = self._consumer.poll(timeout_ms=timeout_ms)
        except KafkaError as error:
            if not error.retriable:
                raise
            _log.warning("Kafka does not answer: %s", type(error).__name__)
            self._clock.sleep(_POLL_MS / 1_000)
            return {}
        return found

    def _hear(self, desk: Desk, found: Mapping[Any, Any]) -> None:
        """Let the desk note what is to be told, and commit."""
        self._vitals.begin()
        records = [record for part in found.values() for record in part]
        desk.hear([alert for record in records if (alert := _alert(record)) is not None])
        self.heard += len(records)
        self._vitals.end({_TOPIC: len(records)})
        ends = {partition: part[-1].offset + 1 for partition, part in found.items() if part}
        if commit(self._consumer, ends, self._changes):  # else the next one covers it: heard twice changes nothing
            self._vitals.advance()

    def _idle(self, until_idle_s: float | None) -> bool:
        if self._desk is None:
            self._quiet_since = self._clock.now()
        if until_idle_s is None or self._desk is None:
            return False
        return self._clock.now() - self._quiet_since >= timedelta(seconds=until_idle_s)


def _alert(record: Any) -> Alert | None:
    if record.value is None:
        return None
    try:
        return decode(Alert, record.value)
    except Poison as poison:  # the sink reads the same message, and buries it
        _log.warning("an alert cannot be read: %s", poison, extra={"offset": record.offset})
        return None
