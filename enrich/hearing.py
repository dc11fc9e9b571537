"""Whether anything was heard at all: a silence says something only of a time in which somebody listened."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise

HOLE_MS = 12 * 3_600_000
"""A recording in which nothing is heard for longer has a hole there."""

_DAY_MS = 86_400_000
_KEPT_MS = 30 * _DAY_MS


class Hearing:
    """When it was listened: live since this process began; in a recording while others are heard in it.

    Nobody can tell a silence from a hole in a recording, or from a time in which hearken itself stood still.
    """

    def __init__(
        self,
        seen_ms: int | None = None,
        awake_ms: int = 0,
        moments: Iterable[int] = (),
        starts: Iterable[int] = (),
    ) -> None:
        """`seen_ms` is when what is judged was heard, None for a recording, `awake_ms` when this process first heard
        anything. `moments` is what `keep` returned, `starts` are those of the five minutes that hold something since.
        """
        self._seen_ms, self._awake_ms = seen_ms, awake_ms
        self._moments = [*moments, *sorted(set(starts))]

    def counts_from(self, last_ms: int, moment_ms: int) -> int | None:
        """Return from when on a silence counts that began at `last_ms` and lasts at a moment; None if it does not."""
        if self._seen_ms is not None and self._seen_ms - moment_ms <= _DAY_MS:
            return max(last_ms, self._awake_ms)
        place = bisect_left(self._moments, moment_ms)
        if place == 0 or moment_ms - self._moments[place - 1] > HOLE_MS or self._moments[place - 1] < last_ms:
            return None
        ends = (later for earlier, later in pairwise(self._moments[:place]) if later - earlier > HOLE_MS)
        return max([last_ms, *ends])

    def keep(self) -> list[int]:
        """Return what is to be remembered: of the last thirty days both ends of each hole, and the last moment."""
        kept = {moment for pair in pairwise(self._moments) if pair[1] - pair[0] > HOLE_MS for moment in pair}
        newest_ms = self._moments[-1] if self._moments else 0
        return sorted(moment for moment in kept | set(self._moments[-1:]) if moment > newest_ms - _KEPT_MS)
