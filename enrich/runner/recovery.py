"""A watch on recovery: reading the changelog can come to a stand, and Faust then waits for ever."""

from collections.abc import Callable
from typing import NamedTuple

from schemas.errors import Fatal

STILL_S = 120.0
"""How long recovery may stand still before the worker ends, to be begun again by whoever watches it."""


class Progress(NamedTuple):
    """How far recovery is: the number of the assignment that it is for, and the records that are still to be read."""

    assignment: int
    remaining: int


class RecoveryWatch:
    """Raises Fatal when partitions are assigned and their recovery does not move for too long."""

    def __init__(self, name: str, progress: Callable[[], Progress | None], still_s: float = STILL_S) -> None:
        """Watch the worker `name`. `progress` returns None when there is nothing to recover."""
        self._name, self._progress, self._still_s = name, progress, still_s
        self._last: Progress | None = None
        self._since_s = 0.0

    def look(self, now_s: float) -> None:
        """Look at a moment of the monotonic clock, every now and then."""
        found = self._progress()
        if found is None or found != self._last:
            self._last, self._since_s = found, now_s
        elif now_s - self._since_s >= self._still_s:
            raise Fatal(
                f"{self._name}: recovery stands still for {self._still_s:g} s with {found.remaining} records of its"
                " state unread: it has to begin again"
            )
