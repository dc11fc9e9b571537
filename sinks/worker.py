"""The sink's loop: messages from Kafka into a store, committed only when they are stored or buried as dead letters."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kafka.errors import KafkaError

from schemas.clock import Clock
from schemas.dead_letter import DeadLetter, dead_letter
from schemas.errors import Poison, Transient
from schemas.vitals import Vitals
from sinks.breaker import Breaker
from sinks.intake import BURIED, Entry, Partition, entry
from sinks.offsets import Offsets
from sinks.rebalance import Changes, commit, go_back
from sinks.target import Target

_log = logging.getLogger(__name__)

MOST_MESSAGES = 1_000  # in one write; also what is held in memory, besides one more poll of at most 500
MOST_BYTES = 5 * 2**20
LINGER_S = 0.1  # the longest that a message waits for others
PAUSE_S = 1.0  # between attempts of a store that is away; within each, the store has tried again by itself
_POLL_MS, _MORE_MS = 500, 20
_UNANSWERED_S = 0.5  # between polls while the brokers are away
LOOK_S = 5.0  # how old at most what is told of the lag
_LOOK_MS = 1_000
_LEAVE_MS = 2_000


@dataclass(slots=True)
class Tally:
    """What became of the messages read; after a rebalance some are read, and counted, again."""

    read: int = 0
    stored: int = 0
    dead: int = 0


class SinkWorker:
    """Reads topics in a group, writes batches, commits. At-least-once; the store makes it one document each."""

    def __init__(
        self,
        consumer: Any,
        store: Target,
        bury: Callable[[Sequence[DeadLetter]], None],
        topics: Mapping[str, str],
        clock: Clock,
        vitals: Vitals | None = None,
    ) -> None:
        """Read with kafka-python's `consumer` (no auto-commit) and write to `store`.

        `bury` publishes dead letters and returns when they are acknowledged; what it raises ends the worker.
        `topics` gives the name in the topic table for each name on the cluster. `vitals` is told how it goes.
        """
        self._consumer, self._store, self._bury = consumer, store, bury
        self._topics, self._clock = topics, clock
        self._changes = Changes()
        self._offsets: Offsets[Partition] = Offsets()
        self._breaker = Breaker()
        self._entries: list[Entry] = []
        self._bytes = 0
        self._since = self._quiet_since = self._look_at = clock.now()
        self._again_at: datetime | None = None  # when the store is away: the next attempt
        self._unanswered = False
        self._vitals = vitals or Vitals("sink", clock)
        self.tally = Tally()

    def run(self, stopping: Callable[[], bool], until_idle_s: float | None = None) -> None:
        """Work until `stopping()`, or until nothing has come for `until_idle_s` seconds; then write, commit, leave.

        Raises Fatal, with nothing committed beyond the last good write, when the store or the dead letters' topic
        refuses, or when too much is poison; Transient when the dead letters cannot be published.
        """
        self._consumer.subscribe(list(self._topics), listener=self._changes)
        self._consumer.topics()  # else the group's first assignment is made without knowing the topics, and empty
        self._quiet_since = self._clock.now()
        try:
            while not stopping() and not self._idle(until_idle_s):
                self._turn()
            if self._entries and self._again_at is None:
                self._flush()
        finally:
            self._consumer.close(autocommit=False, timeout_ms=_LEAVE_MS)

    def _turn(self) -> None:
        found = self._poll()
        now = self._clock.now()
        self._report(now)
        if self._changes.lost:
            self._read_again()
            return  # what this poll gave is read again as well
        if found:
            self._quiet_since = now
            self._since = self._since if self._entries else now
            for partition, records in found.items():
                for record in records:
                    topic = self._topics[partition.topic]
                    self._take(entry(partition, record.offset, topic, record.value, record.key, record.headers))
        if self._again_at is not None:
            self._quiet_since = now
            self._consumer.pause(*self._consumer.assignment())  # also what a rebalance has just brought
            if now < self._again_at:
                return
        full = len(self._entries) >= MOST_MESSAGES or self._bytes >= MOST_BYTES
        if self._entries and (full or not found or now - self._since >= timedelta(seconds=LINGER_S)):
            self._flush()

    def _poll(self) -> Mapping[Partition, Sequence[Any]]:
        """Return what came by partition; nothing, after a pause, while no broker answers, which the package raises."""
        try:
            found: Mapping[Partition, Sequence[Any]] = self._consumer.poll(
                timeout_ms=_MORE_MS if self._entries and self._again_at is None else _POLL_MS
            )
        except KafkaError as error:
            if not error.retriable:
                raise
            if not self._unanswered:
                _log.warning("Kafka does not answer: %s", type(error).__name__)
            self._unanswered = True
            self._clock.sleep(_UNANSWERED_S)
            self._quiet_since = self._clock.now()  # nothing could come
            return {}
        self._unanswered = False
        return found

    def _take(self, one: Entry) -> None:
        self._offsets.begin(one.partition, one.offset)
        self._entries.append(one)
        self._bytes += len(one.payload or b"")
        self.tally.read += 1

    def _flush(self) -> None:
        """Write what is held, bury what cannot be written, and commit; or hold it until the store is back."""
        sound = [one for one in self._entries if one.model is not None]
        self._vitals.begin()
        try:
            if self._changes.gained:
                self._store.refresh()
                self._changes.gained = False
            if brands := [one.brand for one in self._entries if one.brand is not None]:
                self._store.save_brands(brands)
            refused = self._store.index([one.model for one in sound if one.model is not None])
        except Transient as error:
            self._vitals.retried()
            if self._again_at is None:
                _log.warning("the store is away, %d messages wait: %s", len(self._entries), error)
            self._again_at = self._clock.now() + timedelta(seconds=PAUSE_S)
            self._consumer.pause(*self._consumer.assignment())
            return
        if self._again_at is not None:
            _log.warning("the store is back")
            self._again_at = None
            self._consumer.resume(*self._consumer.paused())
        for refusal in refused:
            sound[refusal.position].poison = Poison("bad_value", f"the store refuses it: {refusal.kind}")
        for one in self._entries:
            self._breaker.note(one.poison is not None)
        self._bury_dead([one for one in self._entries if one.poison is not None])
        for one in self._entries:
            self._offsets.finish(one.partition, one.offset)
        stored = Counter(one.topic for one in self._entries if one.payload is not None and one.poison is None)
        self.tally.stored += stored.total()
        dead: Counter[str] = Counter(one.poison.reason for one in self._entries if one.poison is not None)
        self._vitals.end(Counter(one.topic for one in self._entries), stored, dead)
        self._entries, self._bytes = [], 0
        self._commit()
        self._quiet_since = self._clock.now()  # nothing could come while we wrote

    def _bury_dead(self, dead: Sequence[Entry]) -> None:
        """Publish dead letters for what cannot be stored. Of a dead letter there is none: it stays where it is."""
        letters = []
        for one in dead:
            self.tally.dead += 1
            origin, position = one.partition.topic, f"{one.partition.partition}:{one.offset}"
            place = {"topic": origin, "partition": one.partition.partition, "offset": one.offset}
            assert one.poison is not None  # noqa: S101 - the caller chose them
            if one.topic == BURIED:
                _log.error("a dead letter cannot be stored: %s", one.poison, extra=place)
                continue
            _log.warning("a message cannot be stored, and is buried: %s", one.poison, extra=place)
            letter = dead_letter(
                one.poison, one.payload or b"", origin=origin, position=position, stage="sink", at=self._clock.now(),
                key=one.key, attempts=one.attempt,
            )  # fmt: skip
            letters.append(letter)
        if letters:
            self._bury(letters)

    def _commit(self) -> None:
        offsets = self._offsets.committable()
        if not offsets:
            return
        if not commit(self._consumer, offsets, self._changes):
            return
        self._offsets.committed(offsets)
        self._vitals.advance()

    def _read_again(self) -> None:
        """Drop what is held and, as soon as it is known what is ours, go back to what was committed: a partition that
        stays ours keeps its place, which is beyond what we drop."""
        self._entries, self._bytes, self._again_at = [], 0, None
        self._offsets.forget()
        self._vitals.drop()
        self._quiet_since = self._clock.now()
        if go_back(self._consumer, self._changes):
            self._consumer.resume(*self._consumer.paused())

    def _report(self, now: datetime) -> None:
        """Tell in which phase we are, and now and then how far behind: also while nothing is fetched."""
        ours = self._changes.joined and not self._changes.lost
        self._vitals.turn()
        self._vitals.enter("joining" if not ours else "working" if self._again_at is None else "waiting")
        if not ours or now < self._look_at:
            return
        self._look_at = now + timedelta(seconds=LOOK_S)
        held = Counter(one.partition for one in self._entries)
        lag: dict[tuple[str, int], int] = {}
        try:
            ends = self._consumer.end_offsets(list(self._consumer.assignment()), timeout_ms=_LOOK_MS)
            for one, end in ends.items():
                # Not from what we have read: a partition may end with messages that were compacted away.
                place = self._consumer.position(one, timeout_ms=_LOOK_MS)
                if place is None:
                    return  # the brokers do not say; it is asked again soon
                lag[self._topics[one.topic], one.partition] = max(0, end - place) + held[one]
        except (KafkaError, KeyError):
            return  # the same, or a partition was taken away while we asked
        self._vitals.behind(lag)

    def _idle(self, until_idle_s: float | None) -> bool:
        if not self._changes.joined:
            self._quiet_since = self._clock.now()  # nothing can come to one that has no partitions
        if until_idle_s is None or not self._changes.joined or self._entries:
            return False
        return self._clock.now() - self._quiet_since >= timedelta(seconds=until_idle_s)
