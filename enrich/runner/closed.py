"""What is remembered of mentions whose state is closed: enough to take them back when they are deleted.

A deletion tells nothing but an id. So that it still removes the text and the mention's part in the trends, a note of
some hundred bytes stays for as long as documents are kept.
"""

from typing import Any

from enrich.state import Table
from enrich.virality import MentionState
from schemas.mention import BrandMatch, Mention, RawMention
from schemas.merge import Registers
from schemas.topics import VIEW_KEPT
from schemas.wire import from_ms

_WEEK_MS = 7 * 24 * 3_600_000
_KEPT_WEEKS = VIEW_KEPT.days // 7 + 1
_WEEKS = "weeks"


class ClosedMentions:
    """Notes by mention id. Which of them were made in a week stands in chunks, so that adding rewrites nothing old."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._weeks: dict[str, int] = table.get(_WEEKS) or {}  # chunks written, by week
        self._new: list[str] = []

    def add(self, last: Mention, registers: Registers) -> None:
        """Note a mention, `last` its document as it was published last; one that was withdrawn leaves no note."""
        if last.deleted_at is not None or not last.brands:
            return
        self._table.put(last.id, [
            last.source, last.native_id, last.op, last.kind, last.content_version,
            None if last.published_at is None else round(last.published_at.timestamp() * 1000),
            [[match.id, match.query_version] for match in last.brands],
            last.version, registers.content_clock, registers.first_seen_ms,
        ])  # fmt: skip
        self._new.append(last.id)

    def take_back(self, mention_id: str) -> tuple[MentionState, Mention] | None:
        """Return a mention of which there is a note, as far as a deletion needs it, with what was published of it; the
        note is gone then."""
        note: list[Any] | None = self._table.get(mention_id)
        if note is None:
            return None
        self._table.delete(mention_id)
        source, native_id, op, kind, version, published_ms, brands, last_version, clock, first_seen_ms = note
        known = {
            "id": mention_id, "source": source, "native_id": native_id, "op": op, "kind": kind,
            "published_at": None if published_ms is None else from_ms(published_ms),
            "observed_at": from_ms(first_seen_ms or 0),
            "brands": [BrandMatch(id=brand, query_version=query_version) for brand, query_version in brands],
        }  # fmt: skip
        content = RawMention.model_validate(known | {"version": version})
        state = MentionState(Registers(content, clock, first_seen_ms=first_seen_ms))
        return state, Mention.model_validate(known | {"version": last_version, "content_version": version})

    def settle(self, watermark_ms: int) -> None:
        """Hand what is new to the table, and drop what is too old."""
        this = watermark_ms // _WEEK_MS
        over = [week for week in self._weeks if int(week) < this - _KEPT_WEEKS]
        for week in over:
            for chunk in range(self._weeks.pop(week)):
                for mention_id in self._table.get(f"{week}|{chunk}") or ():
                    self._table.delete(mention_id)
                self._table.delete(f"{week}|{chunk}")
        if self._new:
            chunk = self._weeks.get(str(this), 0)
            self._table.put(f"{this}|{chunk}", self._new)
            self._weeks[str(this)] = chunk + 1
            self._new = []
        elif not over:
            return
        self._table.put(_WEEKS, self._weeks)
