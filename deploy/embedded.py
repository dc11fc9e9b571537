"""The one-process runner: parsed records in, documents out, each batch in one transaction.

Documents, state, dead letters and the position in the input are committed together, so that a kill at any moment
neither loses nor doubles a mention.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from deploy.mentions import OpenMentions
from deploy.orphans import Orphans
from deploy.removals import Removals
from deploy.retention import forget
from deploy.seen import Seen
from enrich.chain import Chain
from enrich.deltas import deltas
from enrich.incidents import Incidents
from enrich.keyword_rules import KeywordRules
from enrich.mention_incidents import MentionIncidents
from enrich.trends import Trends
from enrich.virality import take
from ingest.matcher import Matcher
from ingest.records import Record
from ingest.source import AuthorPause, AuthorRemoval, Parsed
from schemas.click import Click
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement, engagements_of
from schemas.errors import Poison
from schemas.mention import Analysis, BrandMatch, RawMention
from schemas.post import PostEvent
from schemas.settings import Settings
from schemas.trend import BrandDelta
from schemas.wire import from_ms, ms
from sinks.sqlite.store import SqliteStore
from sinks.store import Write

_UNREAD = Analysis(text="")

Read = tuple[Record, list[Parsed] | Poison]
"""One record of a source, and what parsing it gave."""


@dataclass(slots=True)
class Tally:
    """What became of records: each number counts input records, `stored` counts new documents."""

    read: int = 0
    matched: int = 0
    stored: int = 0
    duplicates: int = 0
    dead: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Return the sums."""
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class Embedded:
    """The pipeline in one process: match, analyse, merge, measure, store."""

    def __init__(self, settings: Settings, store: SqliteStore) -> None:
        """Load models and brands. Raises UsageError for a query of a brand or a rule that cannot be read."""
        self._store = store
        self._matcher = Matcher(settings.brands)
        self._rules = KeywordRules(settings.brands)
        self._chain = Chain(settings)
        state = store.state()
        self._mentions = OpenMentions(store)
        self._seen = Seen(store)
        self._orphans = Orphans(state.table("orphans"), self._mentions)
        self._removals = Removals(store, self._mentions)
        self._trends = Trends(state, settings.brands)
        self._incidents = Incidents(state, settings.brands, settings.alerts)
        self._mention_incidents = MentionIncidents(state, settings.brands, settings.alerts)
        store.save_brands(settings.brands)

    def process(
        self, batch: Sequence[Read], origin: str, save_position: Callable[[Tally], None], *, history: bool = False
    ) -> Tally:
        """Take a batch through the whole pipeline and commit it, and return what became of it.

        `origin` names the input in dead letters; `save_position` is called inside the transaction. What is `history`
        opens no alert, and no baseline learns of it. When this returns, everything is stored; when it raises, nothing
        is, and the process must not go on with this object.
        """
        tally = Tally(read=len(batch))
        write = Write()
        with self._store.transaction():
            for record, parsed in batch:
                if isinstance(parsed, Poison):
                    tally.dead += 1
                    write.dead_letters.append(_dead_letter(record, parsed, origin, self._orphans.event_ms))
                else:
                    self._absorb(parsed, f"{origin}#{record.number}", tally, write)
            self._analyse()
            changes = self._render(tally, write)
            if not history:
                write.alerts = self._incidents.take(write.trends, _seen_ms(batch))
                write.alerts += self._mention_incidents.take(changes, _seen_ms(batch))
            self._mentions.settle()
            self._orphans.expire()
            self._store.write(write)
            self._seen.settle()
            save_position(tally)
        return tally

    def pass_time(self, clock_ms: int) -> None:
        """Open, go on with and close the alerts that time alone makes due, in a transaction of its own; raises as
        `process` does.

        `clock_ms` is the event time up to which everything has come. Only for what is heard live: a recording has its
        own clock.
        """
        if self._incidents.is_due(clock_ms) or self._mention_incidents.is_due(clock_ms):
            with self._store.transaction():
                alerts = self._incidents.take([], clock_ms, clock_ms)
                alerts += self._mention_incidents.take([], clock_ms, clock_ms)
                self._store.write(Write(alerts=alerts))

    def forget(self, before: datetime, limit: int) -> int:
        """Drop up to `limit` mentions and rows of each other kind from before a moment; return how many in all.

        It is a transaction of its own, of tens of milliseconds for a limit of some hundreds; 0 means that nothing is
        left to drop. Raises as `process` does.
        """
        mentions, others = forget(self._store, before, limit)
        for mention_id in mentions:
            self._mentions.forget(mention_id)
        return len(mentions) + others

    def _absorb(self, parsed: Iterable[Parsed], raw_ref: str, tally: Tally, write: Write) -> None:
        """Merge everything that one record says, and count the record."""
        accepted = changed = False
        for event in parsed:
            if isinstance(event, PostEvent):
                mention = self._matcher.mention(event, raw_ref, self._brands)
                if mention is None:
                    continue
                opened = self._mentions.touch(mention.id)
                before = opened.state.version
                opened.state.merge_post(mention)
                for said in self._removals.late(mention):
                    opened.state.merge_post(said)
                self._orphans.note(mention.id, opened, mention.published_ms)
                accepted = accepted or opened.is_ours
                changed = changed or opened.state.version != before
                deeds: Iterable[Engagement] = engagements_of(mention) if mention.brands else ()
            elif isinstance(event, Engagement) and self._is_ours(event.mention_id):
                accepted, deeds = True, (event,)
            elif isinstance(event, AuthorRemoval | AuthorPause) and self._removals.take(event):
                accepted, changed, deeds = True, True, ()
            elif isinstance(event, Click):
                write.clicks.append(event)
                accepted, changed, deeds = True, True, ()
            else:
                continue
            for deed in deeds:
                if self._observe(deed):
                    changed = True
                    write.engagements.append(deed)
        if accepted:
            tally.matched += 1
            tally.duplicates += not changed

    def _brands(self, mention_id: str) -> list[BrandMatch]:
        opened = self._mentions.find(mention_id)
        content = opened.state.registers.content if opened is not None else None
        return content.brands if content is not None else []

    def _is_ours(self, mention_id: str) -> bool:
        opened = self._mentions.find(mention_id)
        return opened is not None and opened.is_ours

    def _observe(self, deed: Engagement) -> bool:
        opened = self._mentions.touch(deed.mention_id)
        changed = take(self._seen.of(deed.mention_id), opened.state, deed)
        self._orphans.note(deed.mention_id, opened, round(deed.at.timestamp() * 1000))
        return changed

    def _analyse(self) -> None:
        """Let the text stages look at every text that is new in this batch, all at once."""
        waiting = [
            opened.state.registers
            for _, opened in self._mentions.touched()
            if opened.state.registers.content is not None and opened.state.registers.analysis is None
        ]
        texts = [_UNREAD.replace(text=_text(r.content), lang=r.content.lang) for r in waiting if r.content]
        for registers, analysis in zip(waiting, self._chain.analyse(texts), strict=True):
            registers.analysis = analysis

    def _render(self, tally: Tally, write: Write) -> list[BrandDelta]:
        """Make the documents that changed, and what they change in their brands' trends, which is returned."""
        changes: list[BrandDelta] = []
        for _, opened in self._mentions.touched():
            document = opened.state.document() if opened.is_ours else None
            if document is None or (opened.stored is not None and opened.stored.version >= document.version):
                continue
            for delta in deltas(opened.stored, document, self._rules):
                self._trends.apply(delta)
                changes.append(delta)
            tally.stored += opened.stored is None and document.deleted_at is None
            opened.stored = document
            write.mentions.append(document)
        write.trends = self._trends.flush()
        return changes


def _seen_ms(batch: Sequence[Read]) -> int | None:
    """Return when the last record of a batch was heard, None for a recording."""
    return max((ms(record.seen_at) for record, _ in batch if record.seen_at is not None), default=None)


def _text(post: RawMention) -> str:
    return post.text or post.title or ""


def _dead_letter(record: Record, poison: Poison, origin: str, event_ms: int) -> DeadLetter:
    # The time is the stream's own: a recording must leave the same dead letters at every replay.
    return DeadLetter(
        origin=origin, position=str(record.number), reason=poison.reason, detail=poison.detail, stage="parse",
        at=from_ms(event_ms), payload_base64=base64.b64encode(record.payload).decode("ascii"),
    )  # fmt: skip


def batches(reads: Iterable[Read], size: int) -> Iterator[list[Read]]:
    """Yield the reads in lists of `size`, the last one shorter."""
    batch: list[Read] = []
    for read in reads:
        batch.append(read)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
