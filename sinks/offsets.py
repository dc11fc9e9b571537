"""Which offsets may be committed: only those before which everything that was read is finished. Pure."""

from collections import deque
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

P = TypeVar("P", bound=Hashable)


@dataclass(slots=True)
class _Line:
    """What was read of one partition from the first unfinished record on; `next` is what may be committed, `saved`
    what was."""

    next: int
    saved: int
    waiting: deque[int] = field(default_factory=deque)
    unfinished: set[int] = field(default_factory=set)


class Offsets(Generic[P]):
    """The records that were read of each partition, in the order read, and which of them are finished.

    Offsets of one partition grow but may leave gaps, as compaction makes them. A record counts as finished when what
    became of it is safe: stored, or buried as a dead letter.
    """

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._lines: dict[P, _Line] = {}

    def __len__(self) -> int:
        """Return how many records are unfinished, or finished behind an unfinished one."""
        return sum(len(line.waiting) for line in self._lines.values())

    def begin(self, partition: P, offset: int) -> None:
        """Note a record as read. Raises ValueError when its partition has been read beyond it already."""
        line = self._lines.setdefault(partition, _Line(offset, offset))
        if offset < (line.waiting[-1] + 1 if line.waiting else line.next):
            raise ValueError(f"offset {offset} was read before")
        line.waiting.append(offset)
        line.unfinished.add(offset)

    def finish(self, partition: P, offset: int) -> None:
        """Note a record as finished; one that was not begun, or was forgotten, changes nothing."""
        line = self._lines.get(partition)
        if line is None:
            return
        line.unfinished.discard(offset)
        while line.waiting and line.waiting[0] not in line.unfinished:
            line.next = line.waiting.popleft() + 1

    def committable(self) -> dict[P, int]:
        """Return, for each partition that has got further since it was last committed, where reading has to go on
        after a stop: behind the last record before which everything is finished."""
        return {partition: line.next for partition, line in self._lines.items() if line.next > line.saved}

    def committed(self, offsets: Mapping[P, int]) -> None:
        """Note that these were committed."""
        for partition, offset in offsets.items():
            if partition in self._lines:
                self._lines[partition].saved = offset

    def forget(self) -> None:
        """Forget everything: the partitions are read again from what was committed."""
        self._lines.clear()
