"""How often a client may ask: a bucket of tokens that fills evenly."""

from collections import OrderedDict
from datetime import datetime

from schemas.clock import Clock

_REMEMBERED = 10_000


class Rates:
    """Counts what each client asks, for one thread. Nothing blocks."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        """Allow each client so many at once, and so many a minute."""
        self._per_minute, self._clock = per_minute, clock
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def wait_s(self, client: str) -> float:
        """Count one question of a client; return 0 if it may be answered, else how long the client is to wait."""
        now = self._clock.now()
        left, at = self._left.pop(client, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - at).total_seconds() * self._per_minute / 60)
        allowed = left >= 1
        self._left[client] = (left - allowed, now)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
        return 0 if allowed else (1 - left) * 60 / self._per_minute
