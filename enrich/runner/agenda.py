"""What falls due at which hour of event time, and the watermark that says which hours are over."""

from typing import Any

from enrich.state import Table
from enrich.trends import LATENESS_MS
from schemas.season import HOUR_MS

_CLOCK = "clock"
_AT_ONCE = 2_000  # what is closed in one batch has to fit its journal; history may let a year fall due in one moment


class Agenda:
    """Ids by the hour in which they fall due. An hour holds a chunk per batch, so that adding rewrites nothing old.

    The watermark follows the topic that is furthest behind while there is more to read of any, else the one ahead: a
    backlog of one topic does not make the other one's look late.
    """

    def __init__(self, table: Table, topics: tuple[str, ...]) -> None:
        self._table = table
        clock: dict[str, Any] = table.get(_CLOCK) or {"newest": dict.fromkeys(topics, 0), "watermark": 0, "hours": {}}
        self._newest: dict[str, int] = clock["newest"]
        self._watermark_ms: int = clock["watermark"]
        self._hours: dict[str, int] = clock["hours"]  # chunks written, by hour
        self._new: dict[str, dict[str, None]] = {}

    @property
    def watermark_ms(self) -> int:
        """The moment up to which everything is taken to have come."""
        return self._watermark_ms

    @property
    def newest_ms(self) -> int:
        """The event time that the watermark stays behind of: how far all topics were read."""
        return self._watermark_ms + LATENESS_MS if self._watermark_ms else 0

    def add(self, item: str, due_ms: int) -> None:
        """Put an id down for the hour of `due_ms`; it falls due when the watermark has left that hour."""
        self._new.setdefault(str(due_ms // HOUR_MS), {})[item] = None

    def note(self, topic: str, moment_ms: int) -> None:
        """Take note of an event at a moment."""
        self._newest[topic] = max(moment_ms, self._newest[topic])

    def due(self, *, level: bool) -> list[str]:
        """Move the watermark, and return ids that fall due by it, which are then forgotten here.

        They are some thousands at most, the next calls return the others.

        `level` says that all topics are read to their end.
        """
        newest_ms = max(self._newest.values()) if level else min(self._newest.values())
        self._watermark_ms = max(self._watermark_ms, newest_ms - LATENESS_MS)
        over = self._watermark_ms // HOUR_MS
        hours = sorted(hour for hour in {*map(int, self._hours), *map(int, self._new)} if hour < over)
        due: list[str] = []
        for hour in hours:
            if len(due) >= _AT_ONCE:
                break
            due += self._pop(str(hour), _AT_ONCE - len(due))
        return due

    def settle(self) -> None:
        """Hand what is new to the table."""
        for hour, items in self._new.items():
            chunk = self._hours.get(hour, 0)
            self._table.put(f"{hour}|{chunk}", list(items))
            self._hours[hour] = chunk + 1
        self._new.clear()
        self._table.put(_CLOCK, {"newest": self._newest, "watermark": self._watermark_ms, "hours": self._hours})

    def _pop(self, hour: str, most: int) -> list[str]:
        """Return the ids of whole chunks of an hour, the last ones first, until they are `most` or more."""
        items = self._new.pop(hour, {})
        chunks = self._hours.pop(hour, 0)
        while chunks and len(items) < most:
            chunks -= 1
            items.update(dict.fromkeys(self._table.get(f"{hour}|{chunks}") or ()))
            self._table.delete(f"{hour}|{chunks}")
        if chunks:
            self._hours[hour] = chunks
        return list(items)
