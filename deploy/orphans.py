"""Engagement with, and deletions of, posts that are not known: they wait a day of event time for the post."""

from deploy.mentions import OpenMention, OpenMentions
from enrich.state import Table
from enrich.trends import LATENESS_MS
from enrich.virality import ORPHAN_MS
from schemas.season import HOUR_MS

_CLOCK = "watermark"


class Orphans:
    """Keeps, per hour of event time, the ids of mentions of which only others' words are known."""

    def __init__(self, table: Table, mentions: OpenMentions) -> None:
        self._table = table
        self._mentions = mentions
        self._clock: list[int] = table.get(_CLOCK) or [0, 0]  # highest event time, first hour not yet expired

    @property
    def event_ms(self) -> int:
        """The highest event time seen, in ms; 0 before the first event."""
        return self._clock[0]

    def note(self, mention_id: str, opened: OpenMention, moment_ms: int) -> None:
        """Move the watermark to an event at `moment_ms`, and keep the mention in mind if it is an orphan."""
        if moment_ms > self._clock[0]:
            self._clock[0] = moment_ms
        if opened.is_ours:
            return
        hour = str(moment_ms // HOUR_MS)
        waiting: dict[str, int] = self._table.get(hour) or {}
        if mention_id not in waiting:
            waiting[mention_id] = 1
            self._table.put(hour, waiting)

    def expire(self) -> None:
        """Forget the orphans whose day is over. Call inside the transaction, after the batch is merged."""
        due = (self._clock[0] - LATENESS_MS - ORPHAN_MS) // HOUR_MS
        start = max(self._clock[1], due - 24 * 400)  # a first mention in the past must not make us count from 1970
        for hour in range(start, due):
            for mention_id in self._table.get(str(hour)) or ():
                opened = self._mentions.find(mention_id)
                if opened is not None and not opened.is_ours:
                    self._mentions.forget(mention_id)
            self._table.delete(str(hour))
        self._clock[1] = max(self._clock[1], due)
        self._table.put(_CLOCK, self._clock)
