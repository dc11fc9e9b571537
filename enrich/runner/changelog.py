"""The changelog of a worker, as its readers see it: which records count when several have written to a partition.

A process can be stopped for longer than the group waits for it, and go on writing where it stopped when others have
long had its partitions. The brokers take that. So whoever opens a partition writes a claim first, with an epoch above
all that it has read there, and every record carries the epoch of its writer. A record of a lower epoch than one before
it is overruled: no reader takes it in, and the next to open the partition writes what holds under its key again, for
compaction would keep the last record of a key and not the one that counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import faust
from faust.types import TP, EventT

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
    """The table of a worker, which recovers only what counts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = Owners()

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]]) -> None:
        """Take in records as they stand in the changelog."""
        super().apply_changelog_batch([event for event in batch if self._counts(event)])

    def end(self, partition: int) -> int:
        """Return the offset behind what was recovered."""
        tables: Any = self.app.tables  # their type in Faust leaves out how they are recovered
        recovery = tables.recovery
        place = TP(self.changelog_topic.get_topic_name(), partition)
        told, read = recovery.active_highwaters.get(place), recovery.active_offsets.get(place)
        return 1 + max(-1 if told is None else int(told), -1 if read is None else int(read))

    def _counts(self, event: EventT[Any]) -> bool:
        message: Any = event.message
        epoch = int(dict(message.headers or ()).get(_EPOCH, 0))
        return self.owners.counts(message.partition, message.offset, epoch, message.key)


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
