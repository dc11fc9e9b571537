"""How the states of one mention come together: commutative, idempotent, and with a version that proves it.

Each fact about a mention lives in a register that keeps the fact with the greatest clock. A clock is an integer made
of the fact's own time, then the rank of its operation, then a digest of its content, so that it never depends on the
order of arrival. The document's version is the sum of all clocks and of the number of engagements seen: every change
makes it grow, and equal versions mean equal documents. A delete is final: what is left is a stub without text.
"""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Self

from schemas.mention import Analysis, Mention, RawMention
from schemas.post import EARLIEST, Author, Counts, Op
from schemas.wire import Wire, ms

COUNT_KINDS = ("likes", "reposts", "replies", "quotes", "views")
"""The totals that a source may state."""

TIE_BITS = 16
"""Low bits of a version in which only digests count: every change but one inside a tie moves what is above them."""

# A content clock has 60 bits: 42 of milliseconds (to the year 2109), 2 of rank, 16 of digest; a pause has 59, the other
# parts of a sum have 58 at most. A live version is thereby below 2**62, that of a deletion above it, and both are below
# 2**63.
_MAX_MS = 2**42 - 1
_DELETED = 2**62
_RANK: dict[Op, int] = {"create": 0, "update": 1, "delete": 2}

# What is seen beside the content and may differ each time that the same content is seen.
_BESIDE = {"schema_version", "version", "op", "author", "counts", "observed_at", "via", "raw_ref"}
_STUB = ("id", "source", "native_id", "op", "kind", "version", "published_at", "brands")
_NO_TEXT = Analysis(text="")


def _digest(model: Wire, exclude: set[str] | None = None) -> int:
    # Defaults are left out so that a field that is added one day does not change the digests of older posts.
    text = model.model_dump_json(exclude=exclude, exclude_defaults=True, warnings=False)
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=TIE_BITS // 8).digest(), "big")


def event_ms(moment_ms: int) -> int:
    """Return a moment as clocks can hold it: between the years 1970 and 2109."""
    return min(max(moment_ms, 0), _MAX_MS)


def content_clock(post: RawMention) -> int:
    """Return the clock of a post event's content, at least 1: its version, then update > create, then its digest.

    What is observed beside the content (counts, the author's followers, when and how we saw it) is not part of it.
    """
    return ((post.version << 2 | _RANK[post.op]) << TIE_BITS | _digest(post, _BESIDE)) + 1


def _stub(post: RawMention, **changes: Any) -> RawMention:
    """Return what may be remembered of a post that was withdrawn: no text, no author, no links."""
    fields = {name: getattr(post, name) for name in _STUB} | changes
    return RawMention.model_construct(observed_at=EARLIEST, **fields)


@dataclass(slots=True)
class Registers:
    """All that is known of one mention, apart from the course of its engagement.

    `content` is the newest state of the post; what it says in `author counts observed_at via` is not to be read from
    it: the other registers hold the merged values. `analysis` is what the text stages said of `content`, None while
    they have not seen it. The content of a deleted mention, and of one that no query matches any more, is a stub.
    Of a post that is read twice, `content.raw_ref` names the first reading: the one field that order decides.
    `pause_clock` is twice the moment (ms) of the last news of the author's account, and one more if that paused it:
    content from before is kept and not shown.
    """

    content: RawMention | None = None
    content_clock: int = 0
    analysis: Analysis | None = None
    author: Author | None = None
    author_clock: int = 0
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    direct: bool = False
    first_seen_ms: int | None = None
    deleted_ms: int | None = None
    pause_clock: int = 0

    def merge(self, post: RawMention) -> bool:
        """Take in one state of the post; True when it is the new content, whose text then waits for its analysis.

        Calls with the same or older facts change nothing, and the order of calls does not matter.
        """
        if post.op == "delete":
            self._delete(post)
            return False
        if post.pauses is not None:
            self.pause_clock = max(self.pause_clock, 2 * post.version + post.pauses) if self.deleted_ms is None else 0
            return False
        seen_ms = event_ms(ms(post.observed_at))
        self.direct = self.direct or post.via is None
        self.first_seen_ms = seen_ms if self.first_seen_ms is None else min(seen_ms, self.first_seen_ms)
        if post.author is not None and self.deleted_ms is None:
            author_clock = seen_ms << TIE_BITS | _digest(post.author)
            if author_clock > self.author_clock:
                self.author, self.author_clock = post.author, author_clock
        clock = content_clock(post)
        if clock <= self.content_clock:
            return False
        live = self.deleted_ms is None and bool(post.brands)
        self.content, self.content_clock = post if live else _stub(post), clock
        self.analysis = None if live else _NO_TEXT
        return live

    @property
    def withdrawn(self) -> bool:
        """Say whether the mention was deleted or its newest state matches no query."""
        return self.deleted_ms is not None or (self.content is not None and not self.content.brands)

    @property
    def paused_ms(self) -> int | None:
        """Since when the content is not to be shown because its author is paused; None when it may be."""
        is_paused = self.pause_clock % 2 and self.content is not None and self.content.version <= self.pause_clock // 2
        return self.pause_clock // 2 if is_paused and not self.withdrawn else None

    def _delete(self, post: RawMention) -> None:
        self.deleted_ms = max(self.deleted_ms or 0, post.version)
        # A deletion says nothing of the post but its id; what it was about is known from its other states only.
        nothing = {"kind": "post", "version": 0, "published_at": None, "brands": []}
        self.content, self.analysis = _stub(self.content) if self.content else _stub(post, **nothing), _NO_TEXT
        self.author, self.author_clock, self.pause_clock = None, 0, 0
        self.counts.clear()

    def observe(self, counts: Counts, at_ms: int) -> None:
        """Take in totals as they stood at `at_ms`; of two observations of one moment the greater total wins."""
        if self.deleted_ms is not None:
            return
        for kind in COUNT_KINDS:
            value = getattr(counts, kind)
            if value is not None and (at_ms, value) > self.counts.get(kind, (-1, -1)):
                self.counts[kind] = (at_ms, value)

    def version(self, engagements: int) -> int:
        """Return the document's version; `engagements` is how many distinct ones were seen, observations included.

        Totals need no part of their own: they change only with an observation that was not seen before.
        """
        seen = 2**42 - self.first_seen_ms if self.first_seen_ms is not None else 0
        if self.deleted_ms is not None:  # a stub shows nothing of the author, of engagement or of how it was seen
            return _DELETED + self.content_clock + (self.deleted_ms + seen << TIE_BITS)
        beside = seen + self.direct + engagements + self.pause_clock
        return self.content_clock + self.author_clock + (beside << TIE_BITS)

    def side(self) -> dict[str, Any]:
        """Return as JSON what the mention's document does not hold; the document and this are the whole state."""
        side: dict[str, Any] = {"content_clock": self.content_clock, "author_clock": self.author_clock}
        if self.counts:
            side["counts"] = {kind: list(seen) for kind, seen in self.counts.items()}
        side |= {"direct": self.direct, "first_seen_ms": self.first_seen_ms, "deleted_ms": self.deleted_ms}
        if self.content is not None and self.withdrawn:
            side["stub"] = self.content.model_dump(mode="json")
            side["author"] = self.author and self.author.model_dump(mode="json")
        if self.pause_clock:
            side["pause_clock"] = self.pause_clock
        if self.paused_ms is not None:
            paused = (("content", self.content), ("analysis", self.analysis), ("author", self.author))
            side["paused"] = {name: one and one.model_dump(mode="json", exclude_defaults=True) for name, one in paused}
        return side

    @classmethod
    def load(cls, side: dict[str, Any], document: Mention | None) -> Self:
        """Return the registers again from what `side` gave and the document that was stored with it.

        Without a document (retention dropped it) the content is unknown, and the next state of the post is taken.
        """
        loaded = cls(
            counts={kind: (at_ms, value) for kind, (at_ms, value) in side.get("counts", {}).items()},
            direct=side["direct"], first_seen_ms=side["first_seen_ms"], deleted_ms=side["deleted_ms"],
            pause_clock=side.get("pause_clock", 0),
        )  # fmt: skip
        if "stub" in side:
            loaded.content, loaded.analysis = RawMention.model_validate(side["stub"]), _NO_TEXT
            loaded.author = side["author"] and Author.model_validate(side["author"])
        elif "paused" in side:
            paused = side["paused"]
            loaded.content = RawMention.model_validate(paused["content"])
            loaded.analysis = paused["analysis"] and Analysis.model_validate(paused["analysis"])
            loaded.author = paused["author"] and Author.model_validate(paused["author"])
        elif document is not None:
            known = dict(document)
            fields = {name: known.pop(name) for name in RawMention.model_fields} | {"version": known["content_version"]}
            loaded.content = RawMention.trusted(fields, document.model_extra)
            read = {"text": document.text or document.title or "", "lang": document.lang, "links": document.links}
            found = {name: value for name, value in known.items() if name in Analysis.model_fields}
            loaded.analysis = Analysis.trusted(read | found)
            loaded.author = document.author
        else:
            return loaded
        loaded.content_clock, loaded.author_clock = side["content_clock"], side["author_clock"]
        return loaded
