"""The largest cascades that a brand's mentions had: what a mention must outgrow to be news for the brand.

A limit is such that, if nothing changes, as many mentions a week exceed it as alerts are wanted: of four weeks before,
the fourth largest for one a week. So it suits brands of every size, and needs no number of ours.
"""

from math import ceil
from typing import Any

_DAY_MS = 86_400_000
_WEEKS = 4
_MOST = 60  # of a day: more alerts are not wanted of anybody
_KEPT_DAYS = 7 * _WEEKS + 9  # a mention is judged until a week after its own day


class Largest:
    """Sizes of mentions by the day on which they were published. The same in whatever order and however often told."""

    def __init__(self, side: dict[str, list[list[Any]]], most: int = _MOST) -> None:
        """Go on from what `side` returned; an empty one knows nothing. `most` of each day are remembered."""
        self._days, self._most = side, most

    def saw(self, mention_id: str, published_ms: int, size: int) -> None:
        """Note how large a mention has become; what falls short of what was told before changes nothing."""
        held = {name: known for known, name in self._days.get(str(published_ms // _DAY_MS), ())}
        held[mention_id] = max(size, held.get(mention_id, 0))
        kept = sorted(([known, name] for name, known in held.items()), reverse=True)[: self._most]
        self._days[str(published_ms // _DAY_MS)] = kept
        newest = max(map(int, self._days))
        for day in [day for day in self._days if int(day) < newest - _KEPT_DAYS]:
            del self._days[day]

    def forget(self, mention_id: str, published_ms: int) -> None:
        """Take a mention out that was withdrawn."""
        day = str(published_ms // _DAY_MS)
        self._days[day] = [held for held in self._days.pop(day, ()) if held[1] != mention_id]

    def limit(self, published_ms: int, since_ms: int, per_week: float) -> int | None:
        """Return the size that so many mentions a week exceeded on the 28 days before a day; None if as many did not.

        `since_ms` is from when on the brand was heard of: of fewer days as much less is asked.
        """
        day = published_ms // _DAY_MS
        first = max(day - 7 * _WEEKS, since_ms // _DAY_MS)
        sizes = sorted(
            (size for known, held in self._days.items() if first <= int(known) < day for size, _ in held), reverse=True
        )
        wanted = max(ceil(per_week * (day - first) / 7), 1)
        return int(sizes[wanted - 1]) if len(sizes) >= wanted else None

    def side(self) -> dict[str, list[list[Any]]]:
        """Return all of it as JSON; some hundred numbers, however many mentions there are."""
        return self._days
