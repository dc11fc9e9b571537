"""The latest buckets of a brand and their sums over several time scales."""

from typing import Any

_SCALES_MS = (300_000, 900_000, 3_600_000, 10_800_000, 43_200_000)
_MOST_BUCKETS = 720
_LEAST_SCALES = 3


def scales(width_ms: int) -> list[int]:
    """Return the time scales (ms) for buckets of a width: itself, then those of 5 min, 15 min, 1 h, 3 h, 12 h above it.

    At least three: where buckets are wide, each further one is three times as long. None has more than 720 buckets.
    """
    wider = {scale // width_ms * width_ms for scale in _SCALES_MS if width_ms <= scale <= _MOST_BUCKETS * width_ms}
    found = sorted({width_ms} | wider)
    while len(found) < _LEAST_SCALES:
        found.append(found[-1] * 3)
    return found


class Recent:
    """Volumes of the buckets that the longest scale needs; a bucket that nobody reported counts as 0."""

    def __init__(self, width_ms: int) -> None:
        self._width_ms = width_ms
        self._spans = [scale // width_ms for scale in scales(width_ms)]
        self._volumes: list[float] = []
        self._first_ms: int | None = None
        self._last = -1

    def add(self, start_ms: int, volume: float) -> None:
        """Add the bucket that follows; its start may lie off the grid by half a width."""
        place = max(self._last + 1, self._place(start_ms))
        missing = min(place - self._last - 1, self._spans[-1])
        self._volumes += [0.0] * missing + [volume]
        del self._volumes[: -self._spans[-1]]
        self._last = place

    def correct(self, start_ms: int, volume: float) -> bool:
        """Put another volume for a bucket; return whether that changed one that is still here."""
        back = self._last - self._place(start_ms)
        if not 0 <= back < len(self._volumes) or self._volumes[-1 - back] == volume:
            return False
        self._volumes[-1 - back] = volume
        return True

    def sums(self) -> list[float]:
        """Return the volume in each scale up to now."""
        return [sum(self._volumes[-span:]) for span in self._spans]

    def _place(self, start_ms: int) -> int:
        if self._first_ms is None:
            self._first_ms = start_ms
        return (start_ms - self._first_ms + self._width_ms // 2) // self._width_ms

    def side(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return {"volumes": list(self._volumes), "first_ms": self._first_ms, "last": self._last}

    def load(self, side: dict[str, Any]) -> None:
        """Become what `side` returned."""
        self._volumes, self._first_ms, self._last = list(side["volumes"]), side["first_ms"], side["last"]
