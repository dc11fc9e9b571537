"""The lanes that mentions come in by, and up to which event time all of them have come."""

from enrich.state import Table

ASLEEP_MS = 60_000
"""A lane that nothing comes from for so long holds nobody back."""

_KEY = "lanes"
_DAY_MS = 86_400_000


class Lanes:
    """How far each lane has come. After a backlog one may be days ahead of another: time goes by the last of them.

    A lane is a partition that mentions are read from, or a channel that is listened to.
    """

    def __init__(self, table: Table) -> None:
        """Keep it in `table`, a few numbers for each lane."""
        self._table = table
        self._known: dict[str, list[int]] = table.get(_KEY) or {}

    def note(self, lane: str, clock_ms: int, at_ms: int) -> None:
        """Take note that a lane, at a moment by the wall clock, had come to an event time."""
        known_ms, last_ms = self._known.get(lane) or (0, 0)
        self._known[lane] = [max(clock_ms, known_ms), max(last_ms, at_ms)]

    def settle(self) -> int | None:
        """Hand what is new to the table, and return the event time (ms) that every lane that is awake has reached; None
        before anything is known of one."""
        if not self._known:
            return None
        self._table.put(_KEY, self._known)
        awake_ms = max(last_ms for _, last_ms in self._known.values()) - ASLEEP_MS
        return min(clock_ms for clock_ms, last_ms in self._known.values() if last_ms >= awake_ms)

    def reached(self, now_ms: int) -> int | None:
        """Return up to which event time everything has come at `now_ms` by the wall clock, when all that was read is
        taken in: now, or as far behind it as a lane that is awake was last.

        None for a recording: where the last word was more than a day behind the clock, time goes by what is read alone.
        """
        spoke_ms, newest_ms = max(((last_ms, clock_ms) for clock_ms, last_ms in self._known.values()), default=(0, 0))
        if spoke_ms - newest_ms > _DAY_MS:
            return None
        awake = [one for one in self._known.values() if one[1] >= now_ms - ASLEEP_MS]
        return min([now_ms, *(clock_ms + now_ms - last_ms for clock_ms, last_ms in awake)])
