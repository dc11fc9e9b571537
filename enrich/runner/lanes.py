"""The lanes that a brand's mentions come in by, and up to which event time all of them have come."""

from enrich.state import Table
from schemas.trend import BrandDelta
from schemas.wire import ms

_KEY = "lanes"
_ASLEEP_MS = 60_000  # a lane that nothing comes from for so long holds nobody back


class Lanes:
    """How far each lane has come. After a backlog one may be days ahead of another: time goes by the last of them."""

    def __init__(self, table: Table) -> None:
        """Keep it in `table`, a few numbers for each lane."""
        self._table = table
        self._known: dict[str, list[int]] = table.get(_KEY) or {}

    def note(self, delta: BrandDelta, at_ms: int) -> None:
        """Take note of a delta that was published at a moment."""
        if delta.lane is not None and delta.clock is not None:
            clock_ms, last_ms = self._known.get(str(delta.lane)) or (0, 0)
            self._known[str(delta.lane)] = [max(clock_ms, ms(delta.clock)), max(last_ms, at_ms)]

    def settle(self) -> int | None:
        """Hand what is new to the table, and return the event time (ms) that every lane that is awake has reached; None
        before anything is known of one."""
        if not self._known:
            return None
        self._table.put(_KEY, self._known)
        awake_ms = max(last_ms for _, last_ms in self._known.values()) - _ASLEEP_MS
        return min(clock_ms for clock_ms, last_ms in self._known.values() if last_ms >= awake_ms)
