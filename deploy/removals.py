"""Authors who are gone: what they had written is deleted, and so is what of it is heard of later."""

from enrich.state import Table
from ingest.source import AuthorRemoval
from schemas.mention import RawMention
from schemas.season import HOUR_MS
from schemas.wire import from_ms, ms

_CLOCK = "clock"
_KEPT_HOURS = 48  # longer than any source goes back when it is listened to again


class Removals:
    """Keeps in mind, for two days of the removals' own time, who was removed and when."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._clock: list[int] = table.get(_CLOCK) or [0, 0]  # the hour of the latest removal, the first hour kept

    def note(self, removal: AuthorRemoval) -> None:
        """Keep a removal in mind, the latest of each author, and forget those whose time is over."""
        author, at_ms = _key(removal.source, removal.author_id), ms(removal.at)
        hour = at_ms // HOUR_MS
        if at_ms <= (self._table.get(author) or 0) or hour < self._clock[1]:
            return
        self._table.put(author, at_ms)
        in_hour: dict[str, int] = self._table.get(str(hour)) or {}
        in_hour[author] = 1
        self._table.put(str(hour), in_hour)
        self._forget(hour)

    def before_ms(self, post: RawMention) -> int | None:
        """Return the moment up to which its author's posts are gone, if this one is among them."""
        if not self._clock[0] or post.author is None or post.author.id is None:
            return None
        at_ms: int | None = self._table.get(_key(post.source, post.author.id))
        return at_ms if at_ms is not None and post.version <= at_ms else None

    def _forget(self, hour: int) -> None:
        latest, first = self._clock
        due = max(latest, hour) - _KEPT_HOURS
        # Nothing is kept from before the first removal, so that there is no counting up from 1970.
        for old in range(first or due, due):
            for author in self._table.get(str(old)) or ():
                if (self._table.get(author) or 0) // HOUR_MS == old:  # else removed again since
                    self._table.delete(author)
            self._table.delete(str(old))
        self._clock[:] = max(latest, hour), max(first, due)
        self._table.put(_CLOCK, self._clock)


def deletion(post: RawMention, at_ms: int) -> RawMention:
    """Return the deletion of a post whose author was removed at a moment."""
    return post.replace(op="delete", version=at_ms, observed_at=from_ms(at_ms), brands=[], text=None, title=None)


def _key(source: str, author_id: str) -> str:
    return f"author:{source}:{author_id}"
