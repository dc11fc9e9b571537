"""The changelog of a worker, as its readers see it: which records count when several have written to a partition.

A process can be stopped for longer than the group waits for it, and go on writing where it stopped when others have
long had its partitions. The brokers take that. So whoever opens a partition writes a claim first, with an epoch above
all that it has read there, and every record carries the epoch of its writer. A record of a lower epoch than one before
it is overruled: no reader takes it in, and the next to open the partition writes what holds under its key again, for
compaction would keep the last record of a key and not the one that counts.
"""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import faust
from faust.stores.memory import Store
from faust.types import TP

from enrich.runner.inbox import Message
from schemas.errors import Fatal

_EPOCH = "epoch"


@dataclass(slots=True)
class _Reading:
    """How far a partition is read, and what was found there."""

    offset: int = -1
    epoch: int = 0
    overruled: set[bytes] = field(default_factory=set)


class Owners:
    """Tells by partition which records count; it is told of all of them, in order, each time that one is read."""

    def __init__(self) -> None:
        self._read: dict[int, _Reading] = {}

    def counts(self, partition: int, offset: int, epoch: int, key: bytes) -> bool:
        """Take note of a record, and say whether it counts; an offset read before begins the partition anew."""
        reading = self._read.get(partition)
        if reading is None or offset <= reading.offset:
            reading = self._read[partition] = _Reading()
        reading.offset = offset
        if epoch < reading.epoch:
            reading.overruled.add(key)
            return False
        reading.epoch = epoch
        reading.overruled.discard(key)
        return True

    def claim(self, partition: int) -> int:
        """Return the epoch for a new owner: above all before."""
        reading = self._read.setdefault(partition, _Reading())
        reading.epoch += 1
        return reading.epoch

    def overruled(self, partition: int) -> set[bytes]:
        """Return the keys whose last record does not count, and which are then taken to be written again."""
        reading = self._read.get(partition)
        if reading is None:
            return set()
        keys, reading.overruled = reading.overruled, set()
        return keys


class Changelog(faust.Table[bytes, bytes]):
    """The table of a worker, which recovers only what counts.

    It takes in what was read itself: Faust would pass each record through two queues and wait for it anew, which makes
    recovery ten times slower. When it begins, from where, and that it is over stay Faust's to say.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = Owners()

    @property
    def kept(self) -> MutableMapping[bytes, bytes]:
        """The values of every partition that is here."""
        return self._memory.data

    def place(self, partition: int) -> TP:
        """Return where the records of a partition stand."""
        return TP(self.changelog_topic.get_topic_name(), partition)

    async def on_rebalance(self, *args: Any, **kwargs: Any) -> None:
        """Begin anew with what is ours from now on."""
        self._recovery.signal_recovery_end.clear()
        await super().on_rebalance(*args, **kwargs)

    def recover(self, place: TP, messages: Iterable[Message]) -> None:
        """Take in messages as they stand in the changelog; nothing happens when nothing is being recovered."""
        recovery = self._recovery
        seen: int | None = recovery.active_offsets.get(place)
        if seen is None or not recovery.in_recovery:
            return
        for message in messages:
            if message.offset <= seen:
                continue
            seen = message.offset
            epoch = int(dict(message.headers).get(_EPOCH, 0))
            if self.owners.counts(place.partition, seen, epoch, message.key or b""):
                self.keep(place.partition, message.key or b"", message.value)
        recovery.active_offsets[place] = seen
        if not recovery.need_recovery():
            recovery.signal_recovery_end.set()

    def recovered(self, place: TP) -> int | None:
        """Return the offset behind what a partition's recovery has taken in, None when none of it is ours."""
        seen: int | None = self._recovery.active_offsets.get(place)
        return None if seen is None else seen + 1

    def end(self, partition: int) -> int:
        """Return the offset behind what was recovered."""
        told: int | None = self._recovery.active_highwaters.get(self.place(partition))
        return max(0 if told is None else told + 1, self.recovered(self.place(partition)) or 0)

    def keep(self, partition: int, key: bytes, value: bytes | None) -> None:
        """Set a value as it stands in the changelog, under the partition with which it comes and goes."""
        store = self._memory
        if value is None:
            store.data.pop(key, None)
            store._key_partition.pop(key, None)
        else:
            store.data[key] = value
            store._key_partition[key] = partition

    def holds(self, partition: int, end: int) -> None:
        """Note that the table holds everything before `end`: as long as the partition stays here, none of it is read
        again when others come and go."""
        self._recovery.active_offsets[self.place(partition)] = end - 1

    @property
    def _memory(self) -> Store[bytes, bytes]:
        store = self.data
        assert isinstance(store, Store)  # noqa: S101 - the app says memory://
        return store

    @property
    def _recovery(self) -> Any:  # the type of tables in Faust leaves out how they are recovered
        tables: Any = self.app.tables
        return tables.recovery


@dataclass(slots=True)
class Claim:
    """A partition of the changelog, ours as long as nobody else writes to it; `end` is where our next record stands."""

    name: str
    partition: int
    epoch: int
    end: int

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        """What a record of ours carries."""
        return [(_EPOCH, b"%d" % self.epoch)]

    def wrote(self, offsets: Iterable[int]) -> None:
        """Take note of where records of ours stand; Fatal when somebody else's stand between them."""
        written = sorted(offsets)
        if written != list(range(self.end, self.end + len(written))):
            raise Fatal(
                f"{self.name}: another worker has written to partition {self.partition} of the state; what this one had"
                " not finished is done by whoever has the partition"
            )
        self.end += len(written)
