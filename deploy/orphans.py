"""Engagement with, and deletions of, posts that are not known: they wait a day of event time for the post."""

from deploy.mentions import OpenMention, OpenMentions
from enrich.state import Table
from enrich.trends import LATENESS_MS
from enrich.virality import ORPHAN_MS

_CLOCK, _MINUTES = "watermark", "minutes"
_MINUTE_MS = 60_000


class Orphans:
    """Keeps, per minute of event time, the ids of mentions of which only others' words are known.

    A whole network's deletions are such words: a longer time than a minute would be much to write at each commit.
    """

    def __init__(self, table: Table, mentions: OpenMentions) -> None:
        self._table = table
        self._mentions = mentions
        self._clock: list[int] = (table.get(_CLOCK) or [0])[:1]  # the highest event time
        self._minutes: list[int] = table.get(_MINUTES) or []  # those that have orphans

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
        minute = moment_ms // _MINUTE_MS
        waiting: dict[str, int] = self._table.get(str(minute)) or {}
        if mention_id not in waiting:
            if not waiting:
                self._minutes.append(minute)
                self._table.put(_MINUTES, self._minutes)
            waiting[mention_id] = 1
            self._table.put(str(minute), waiting)

    def expire(self) -> None:
        """Forget the orphans whose day is over. Call inside the transaction, after the batch is merged."""
        due = (self._clock[0] - LATENESS_MS - ORPHAN_MS) // _MINUTE_MS
        over = [minute for minute in self._minutes if minute < due]
        for minute in over:
            for mention_id in self._table.get(str(minute)) or ():
                opened = self._mentions.find(mention_id)
                if opened is not None and not opened.is_ours:
                    self._mentions.forget(mention_id)
            self._table.delete(str(minute))
        if over:
            self._minutes = [minute for minute in self._minutes if minute >= due]
            self._table.put(_MINUTES, self._minutes)
        self._table.put(_CLOCK, self._clock)
