"""Which sources of a brand have a series of their own: those with enough to go by, where there are several."""

from collections.abc import Mapping
from typing import Any

MOST = 6
"""How many sources of a brand have a series at most; so its state stays flat."""

_LEAST = 30  # mentions on a source, before there is anything to compare with
_LEAST_BESIDE = 3  # mentions on other sources: of a brand with one source, that is the brand's own volume
_FORGOTTEN = 2**12


class SourceSeries:
    """Counts a brand's distinct mentions by source until a source has enough; who has a series keeps it.

    `watched` are those, the first one first.
    """

    def __init__(self, side: dict[str, Any]) -> None:
        """Keep all that lasts in `side`, as JSON, changed in place; empty at first."""
        self._counts: dict[str, int] = side.setdefault("counts", {})
        self.watched: list[str] = side.setdefault("watched", [])

    def hear(self, counts: Mapping[str, int]) -> None:
        """Take in how many mentions came by each source."""
        for source, count in counts.items():
            self._counts[source] = self._counts.get(source, 0) + count
        whole = sum(self._counts.values())
        for source in sorted(counts, key=lambda source: (-self._counts[source], source)):
            count = self._counts[source]
            enough = count >= _LEAST and whole - count >= _LEAST_BESIDE
            if enough and source not in self.watched and len(self.watched) < MOST:
                self.watched.append(source)
        if whole > _FORGOTTEN:
            kept = {source: count // 2 for source, count in self._counts.items() if count > 1}
            self._counts.clear()
            self._counts.update(kept)
