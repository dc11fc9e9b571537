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
from deploy.removals import Removals, deletion
from deploy.retention import forget
from deploy.seen import Seen
from enrich.chain import Chain
from enrich.deltas import deltas
from enrich.incidents import Incidents
from enrich.mention_incidents import MentionIncidents
from enrich.trends import Trends
from enrich.virality import take
from ingest.matcher import Matcher
from ingest.records import Record
from ingest.source import AuthorRemoval, Parsed
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
        """Load models and brands. Raises UsageError for a brand query that cannot be read."""
        self._store = store
        self._matcher = Matcher(settings.brands)
        self._chain = Chain(settings)
        state = store.state()
        self._mentions = OpenMentions(store)
        self._seen = Seen(store)
        self._orphans = Orphans(state.table("orphans"), self._mentions)
        self._removals = Removals(state.table("removals"))
        self._trends = Trends(state, settings.brands)
        self._incidents = Incidents(state, settings.brands, settings.alerts)
        self._mention_incidents = MentionIncidents(state, settings.brands, settings.alerts)
        store.save_brands(settings.brands)

    def process(self, batch: Sequence[Read], origin: str, save_position: Callable[[Tally], None]) -> Tally:
        """Take a batch through the whole pipeline and commit it, and return what became of it.

        `origin` names the input in dead letters; `save_position` is called inside the transaction. When this returns,
        everything is stored; when it raises, nothing is, and the process must not go on with this object.
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
            self._render(tally, write, _seen_ms(batch))
            self._orphans.expire()
            self._store.write(write)
            self._seen.settle()
            save_position(tally)
        return tally

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
                gone_ms = self._removals.before_ms(mention)
                if gone_ms is not None:
                    opened.state.merge_post(deletion(mention, gone_ms))
                self._orphans.note(mention.id, opened, mention.published_ms)
                accepted = accepted or opened.is_ours
                changed = changed or opened.state.version != before
                deeds: Iterable[Engagement] = engagements_of(mention) if mention.brands else ()
            elif isinstance(event, Engagement) and self._is_ours(event.mention_id):
                accepted, deeds = True, (event,)
            elif isinstance(event, AuthorRemoval) and self._remove(event):
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

    def _remove(self, removal: AuthorRemoval) -> bool:
        """Delete all mentions that an author wrote by the moment of removal, and say whether there were any."""
        self._removals.note(removal)
        at_ms = ms(removal.at)
        found = dict.fromkeys(self._store.mentions_of(removal.source, removal.author_id))
        for mention_id, opened in self._mentions.touched():  # what this batch brought is not stored yet
            author, content = opened.state.registers.author, opened.state.registers.content
            if author is not None and author.id == removal.author_id and content and content.source == removal.source:
                found[mention_id] = None
        removed = False
        for mention_id in found:
            opened = self._mentions.touch(mention_id)
            content = opened.state.registers.content
            if content is not None and content.version <= at_ms:
                opened.state.merge_post(deletion(content, at_ms))
                removed = removed or opened.is_ours
        return removed

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

    def _render(self, tally: Tally, write: Write, seen_ms: int | None) -> None:
        """Make the documents that changed, what they change in their brands' trends, and the alerts that follow."""
        changes: list[BrandDelta] = []
        for _, opened in self._mentions.touched():
            document = opened.state.document() if opened.is_ours else None
            if document is None or (opened.stored is not None and opened.stored.version >= document.version):
                continue
            for delta in deltas(opened.stored, document):
                self._trends.apply(delta)
                changes.append(delta)
            tally.stored += opened.stored is None and document.deleted_at is None
            opened.stored = document
            write.mentions.append(document)
        write.trends = self._trends.flush()
        write.alerts = self._incidents.take(write.trends, seen_ms)
        write.alerts += self._mention_incidents.take(changes, seen_ms)
        self._mentions.settle()


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
