"""Virality: all that is known of one mention, its course of engagement included, and the document made of it."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from enrich.cascade import DEED_KINDS, Cascade, DeedKind
from enrich.prospects import prospects
from enrich.state import Table
from enrich.velocity import velocity
from schemas.engagement import Deed, Engagement
from schemas.mention import Analysis, Mention, RawMention
from schemas.merge import COUNT_KINDS, Registers, event_ms
from schemas.post import Counts, claimed_time
from schemas.wire import from_ms, ms

ORPHAN_MS = 24 * 3_600_000
"""How long engagement waits for a mention that is not known yet."""

_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(?:www\.)?([^/?#:@\[\]]+)", re.IGNORECASE)

_TOTAL_OF: dict[Deed, DeedKind] = {"repost": "reposts", "like": "likes", "reply": "replies", "quote": "quotes"}
_MOST_ENGAGEMENT = 2**40  # sums of a million such still fit into 64 bits
_ANALYSED = tuple(name for name in Analysis.model_fields if name not in ("text", "lang", "links"))
_POSTED = tuple(RawMention.model_fields)

# What engagement and repeated sightings change; everything else in a document is content.
_SEEN_BESIDE = {
    "version", "observed_at", "author", "counts", "engagement", "velocity", "virality", "indexed_at", "raw_ref",
}  # fmt: skip


@dataclass(slots=True)
class MentionState:
    """What is known of one mention. The same facts give the same state, in whatever order and however often they came,
    when engagement goes through `take`."""

    registers: Registers = field(default_factory=Registers)
    cascade: Cascade = field(default_factory=Cascade)
    engagements: int = 0

    def merge_post(self, raw: RawMention) -> bool:
        """Take in a state of the post; True when its text must be analysed and set as `registers.analysis`."""
        analyse = self.registers.merge(raw)
        if self.registers.deleted_ms is not None:
            self.cascade, self.engagements = Cascade(), 0
        return analyse

    def observe(self, engagement: Engagement) -> None:
        """Take in engagement that was not seen before; what is known of a deleted mention stays as it is."""
        if self.registers.deleted_ms is not None:
            return
        self.engagements += 1
        # A time ahead of the clock that saw it would make all real engagement look old.
        at_ms = event_ms(ms(claimed_time(engagement.at, engagement.observed_at)[0]))
        if engagement.kind != "counts":
            self.cascade.add_deed(_TOTAL_OF[engagement.kind], at_ms, engagement.followers)
        elif engagement.counts is not None:
            self.registers.observe(engagement.counts, at_ms)
            self.cascade.add_totals(engagement.counts, at_ms)

    @property
    def version(self) -> int:
        """The document's version: it grows with every change."""
        return self.registers.version(self.engagements)

    def document(self) -> Mention | None:
        """Return the whole document; None while only engagement is known.

        A deleted mention is a stub, and so is one that no query matches any more, or whose author is paused: what was
        withdrawn and since when.
        Raises ValueError when the content was not analysed yet.
        """
        content = self.registers.content
        if content is None:
            return None
        if self.registers.withdrawn or self.registers.paused_ms is not None:
            return self._stub(content)
        if self.registers.analysis is None:
            raise ValueError(f"mention {content.id} is not analysed")
        return self._whole(content, self.registers.analysis, from_ms(self.registers.first_seen_ms or 0))

    def _whole(self, content: RawMention, analysis: Analysis, first_seen: datetime) -> Mention:
        counts = {kind: self.registers.counts[kind][1] for kind in COUNT_KINDS if kind in self.registers.counts}
        posted, analysed = content.__dict__, analysis.__dict__
        published_ms, author = ms(content.published_at or first_seen), self.registers.author
        followers = None if author is None else author.followers
        fields = {name: posted[name] for name in _POSTED}
        fields |= {name: analysed[name] for name in _ANALYSED}
        fields |= {
            "version": self.version,
            "content_version": content.version,
            "author": author,
            "counts": Counts.trusted({kind: counts.get(kind) for kind in COUNT_KINDS}) if counts else None,
            "observed_at": first_seen,
            "via": None if self.registers.direct else "repost",
            "links": content.links or analysis.links,  # those of the source are whole, those in the text are cut
            "site": _site(content.url),
            "engagement": min(
                sum(max(counts.get(kind, 0), self.cascade.seen(kind)) for kind in DEED_KINDS), _MOST_ENGAGEMENT
            ),
            "velocity": velocity(self.cascade, published_ms),
            "virality": prospects(self.cascade, published_ms, content.source, followers),
            "indexed_at": None,
            "deleted_at": None,
        }
        unknown = {name: value for name, value in (content.model_extra or {}).items() if name not in fields}
        return Mention.trusted(fields, unknown)

    def _stub(self, content: RawMention) -> Mention:
        registers = self.registers
        deleted = registers.deleted_ms is not None
        known = (registers.deleted_ms, registers.paused_ms, content.version)
        since_ms = event_ms(next(moment for moment in known if moment is not None))
        return Mention(
            id=content.id, source=content.source, native_id=content.native_id, op="delete" if deleted else content.op,
            kind=content.kind, version=self.version, content_version=since_ms, published_at=content.published_at,
            observed_at=from_ms(since_ms if registers.first_seen_ms is None else registers.first_seen_ms),
            brands=content.brands, deleted_at=from_ms(since_ms),
        )  # fmt: skip

    def side(self) -> dict[str, Any]:
        """Return as JSON what the document does not hold."""
        return self.registers.side() | {"engagements": self.engagements, "cascade": self.cascade.side()}

    @classmethod
    def load(cls, side: dict[str, Any], document: Mention | None) -> Self:
        """Return the state again from what `side` gave and the document of that moment (None: none was stored)."""
        return cls(Registers.load(side, document), Cascade.load(side["cascade"]), side["engagements"])


def take(deeds: Table, state: MentionState, engagement: Engagement) -> bool:
    """Take in engagement, and say whether it was news: `deeds` remembers all that was seen by its id."""
    if state.registers.deleted_ms is not None:
        return False
    if deeds.get(engagement.id) is not None:
        return False
    deeds.put(engagement.id, 1)
    state.observe(engagement)
    return True


def expired(side: dict[str, Any], watermark_ms: int) -> bool:
    """Say whether a state of which no document was stored may be forgotten: the post that its engagement, its deletion
    or its unmatched edit spoke of did not come within a day of event time."""
    stub = side.get("stub") or {"brands": []}
    if stub["brands"] or (side["content_clock"] and "stub" not in side):
        return False
    newest_ms = max(side["cascade"]["newest_ms"], side["deleted_ms"] or 0, stub.get("version", 0))
    return bool(newest_ms + ORPHAN_MS < watermark_ms)


def should_send(before: Mention | None, after: Mention) -> bool:
    """Say whether a document is worth sending on a topic again; `before` is the one that was sent last.

    It is when it is new, when its content changed or was withdrawn, when engagement grew to 1.1 times or fell, and when
    R crossed 1.
    """
    if before is None:
        return True
    if before.version >= after.version:
        return False
    grown = after.engagement > before.engagement and after.engagement * 10 >= before.engagement * 11
    if grown or after.engagement < before.engagement or _grows(before) != _grows(after):
        return True
    return any(
        getattr(before, name) != getattr(after, name) for name in Mention.model_fields if name not in _SEEN_BESIDE
    )


def _grows(mention: Mention) -> bool:
    return mention.virality is not None and mention.virality.supercritical


def _site(url: str | None) -> str | None:
    found = _HOST.match(url) if url else None
    return found[1].lower() if found else None
