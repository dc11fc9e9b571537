"""What is kept of authors for some time: a few numbers by name for each, with the moment that they are from."""

from enrich.state import Table
from schemas.season import HOUR_MS

_CLOCK, AT = "clock", "at"


class AuthorNotes:
    """A note for each of some authors, forgotten so many hours, by the notes' own time, after its moment."""

    def __init__(self, table: Table, kept_hours: int) -> None:
        self._table = table
        self._kept_hours = kept_hours
        self._clock: list[int] = table.get(_CLOCK) or [0, 0]  # the hour of the latest note, the first hour kept

    def get(self, author: str) -> dict[str, int]:
        """Return the note of an author; nothing is in it when there is none."""
        note: dict[str, int] | None = self._table.get(author) if self._clock[0] else None
        return note or {}

    def put(self, author: str, at_ms: int, note: dict[str, int]) -> None:
        """Set the note of an author, from this moment, and forget those whose time is over; this one, if its is."""
        hour = at_ms // HOUR_MS
        if hour < self._clock[1]:
            return
        self._table.put(author, {**note, AT: at_ms})
        in_hour: dict[str, int] = self._table.get(str(hour)) or {}
        if author not in in_hour:
            in_hour[author] = 1
            self._table.put(str(hour), in_hour)
        self._forget(hour)

    def drop(self, author: str) -> None:
        """Forget the note of an author."""
        self._table.delete(author)

    def _forget(self, hour: int) -> None:
        latest, first = self._clock
        due = max(latest, hour) - self._kept_hours
        # Nothing is kept from before the first note, so that there is no counting up from 1970.
        for old in range(first or due, due):
            for author in self._table.get(str(old)) or ():
                note = self._table.get(author)
                if note is not None and note[AT] // HOUR_MS == old:  # else there is a newer one
                    self._table.delete(author)
            self._table.delete(str(old))
        self._clock[:] = max(latest, hour), max(first, due)
        self._table.put(_CLOCK, self._clock)
