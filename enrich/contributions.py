"""What each mention contributed to its brand's buckets: the record that trends are counted from.

A bucket's record is one value of a table as long as it is small. A big one is spread over chunks, so that no value
grows without limit and a change in a storm rewrites a small part.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from zlib import crc32

from enrich.copy_index import slice_of
from enrich.copy_slice import Sighting
from enrich.postings import Place
from enrich.state import State
from schemas.mention import SentimentLabel
from schemas.post import Kind
from schemas.trend import Contribution
from schemas.wire import ms

_CHUNK = 32  # how many contributions a chunk holds, more or less


class Record(NamedTuple):
    """The last that is known of a mention in a bucket, with the version that said so; `at_ms` None: it was withdrawn.

    `witness` is an earlier mention that this one is a near-copy of, None when there is none. `source` is left out where
    the author's name says it, which is nearly always: see `heard_on`. `listed`: it names too many companies to be about
    the brand.
    """

    version: int
    at_ms: int | None = None
    kind: Kind = "post"
    counted: bool = True
    sentiment: SentimentLabel = "unknown"
    author: str | None = None
    followers: int | None = None
    engagement: int = 0
    signature: str | None = None
    witness: Place | None = None
    source: str | None = None
    rules: tuple[str, ...] = ()
    listed: bool = False

    @classmethod
    def of(cls, version: int, contribution: Contribution | None) -> "Record":
        """Return the record of a delta, without a witness."""
        c = contribution
        if c is None:
            return cls(version)
        at_ms = ms(c.published_at)
        source = None if c.author is not None else c.source
        return cls(
            version, at_ms, c.kind, c.counted, c.sentiment, c.author, c.followers, c.engagement, c.signature, None,
            source, tuple(c.rules or ()), bool(c.listed),
        )  # fmt: skip

    @property
    def is_distinct(self) -> bool:
        """Say whether it counts, and is neither a pure repost nor a near-copy of an earlier one."""
        return self.counted and self.at_ms is not None and self.kind != "repost" and self.witness is None

    @property
    def heard_on(self) -> str | None:
        """The network that it was posted to."""
        return self.source if self.author is None else self.author.partition(":")[0]

    def sighting(self, mention_id: str) -> Sighting | None:
        """Return what copies are looked for by: None for a mention that does not count or has no signature."""
        if self.at_ms is None or not self.counted or self.signature is None:
            return None
        return Sighting(self.at_ms, mention_id, self.signature, self.kind != "repost")


class Bucket:
    """A brand's five minutes in the table: the records, and what its owner notes about them in `notes`.

    `notes` is JSON and may be changed in place; `keep` makes that last.
    """

    def __init__(self, state: State, brand: str, start_ms: int) -> None:
        self._table = state.table("trend_buckets")
        self._occupied = state.table("trend_slices")
        self._start_ms = start_ms
        self._slice = f"{brand}|{slice_of(start_ms)}"
        self._key = f"{brand}|{start_ms}"
        # Chunks 1 and up stand beside the head under keys of their own. Most buckets are new, and what is occupied is
        # mostly in memory: a look at it spares a search for what is not there.
        known = self._table.get(self._key) if start_ms in self._occupied_starts() else None
        self._head: dict[str, Any] = known or {"chunks": 1, "size": 0, "rows": {}, "notes": {}}

    @property
    def notes(self) -> dict[str, Any]:
        """What the owner noted."""
        notes: dict[str, Any] = self._head["notes"]
        return notes

    def keep(self) -> None:
        """Make changes of the notes last."""
        self._table.put(self._key, self._head)

    def drop(self) -> None:
        """Take the bucket off the record."""
        for place in range(1, self._head["chunks"]):
            self._table.delete(f"{self._key}|{place}")
        self._table.delete(self._key)

    def record(self, mention_id: str) -> Record | None:
        """Return the record of a mention."""
        row = self._chunk(self._place(mention_id)).get(mention_id)
        return None if row is None else _record(row)

    @property
    def size(self) -> int:
        """How many records there are."""
        size: int = self._head["size"]
        return size

    @property
    def is_big(self) -> bool:
        """Say whether the records are more than one value of the table."""
        return bool(self._head["chunks"] > 1)

    def put(self, mention_id: str, record: Record) -> Record | None:
        """Set the record of a mention, make it last, and return the one before."""
        place = self._place(mention_id)
        chunk = self._chunk(place)
        before = chunk.get(mention_id)
        if before is None:
            if not self._head["size"]:
                self._occupy()
            self._head["size"] += 1
        chunk[mention_id] = _row(record)
        self._put_chunk(place, chunk)
        if self._head["size"] > _CHUNK * self._head["chunks"]:
            self._split()
        return None if before is None else _record(before)

    def records(self) -> Iterator[tuple[str, Record]]:
        """Yield every mention's id and record."""
        for place in range(self._head["chunks"]):
            for mention_id, row in self._chunk(place).items():
                yield mention_id, _record(row)

    def _place(self, mention_id: str) -> int:
        """Return the chunk of a mention, by linear hashing (Litwin, VLDB 1980): one more chunk takes from one other."""
        chunks: int = self._head["chunks"]
        whole = 1 << (chunks - 1).bit_length()
        place = crc32(mention_id.encode()) % whole
        return place if place < chunks else place - whole // 2

    def _chunk(self, place: int) -> dict[str, list[Any]]:
        rows: dict[str, list[Any]] = self._table.get(f"{self._key}|{place}") if place else self._head["rows"]
        return rows

    def _put_chunk(self, place: int, chunk: dict[str, list[Any]]) -> None:
        if place:
            self._table.put(f"{self._key}|{place}", chunk)
        else:
            self._head["rows"] = chunk
            self.keep()

    def _split(self) -> None:
        """Add one chunk: a storm's record is never rewritten, nor read, as a whole."""
        new: int = self._head["chunks"]
        old = new - (1 << new.bit_length() - 1)
        self._head["chunks"] = new + 1
        kept: dict[str, list[Any]] = {}
        moved: dict[str, list[Any]] = {}
        for mention_id, row in self._chunk(old).items():
            (moved if self._place(mention_id) == new else kept)[mention_id] = row
        self._put_chunk(old, kept)
        self._put_chunk(new, moved)
        self.keep()

    def _occupied_starts(self) -> list[int]:
        starts: list[int] = self._occupied.get(self._slice) or []
        return starts

    def _occupy(self) -> None:
        self._occupied.put(self._slice, [*self._occupied_starts(), self._start_ms])


def between(state: State, brand: str, first_ms: int, end_ms: int) -> Iterator[tuple[str, Record]]:
    """Yield the mentions on record in a brand's buckets from `first_ms` up to `end_ms`, ids and records."""
    slices = state.table("trend_slices")
    for number in range(slice_of(first_ms), slice_of(end_ms - 1) + 1):
        for start_ms in sorted(slices.get(f"{brand}|{number}") or ()):
            if first_ms <= start_ms < end_ms:
                yield from Bucket(state, brand, start_ms).records()


def sightings(state: State, brand: str, number: int) -> Iterator[tuple[Sighting, Place | None]]:
    """Yield the sightings on record in a slice of a brand's time, in no particular order, with their witnesses."""
    for start_ms in state.table("trend_slices").get(f"{brand}|{number}") or ():
        for mention_id, record in Bucket(state, brand, start_ms).records():
            sighting = record.sighting(mention_id)
            if sighting is not None:
                yield sighting, record.witness


def drop_slice(state: State, brand: str, number: int) -> None:
    """Take a slice of a brand's time off the record."""
    slices = state.table("trend_slices")
    for start_ms in slices.get(f"{brand}|{number}") or ():
        Bucket(state, brand, start_ms).drop()
    slices.delete(f"{brand}|{number}")


def _row(record: Record) -> list[Any]:
    """Return a record as JSON: without the last three fields where they are empty, as they nearly always are."""
    if record.at_ms is None:
        return [record.version]
    return list(record) if record.listed or record.rules or record.source is not None else list(record[:-3])


def _record(row: list[Any]) -> Record:
    record = Record(*row)
    if record.rules:
        record = record._replace(rules=tuple(record.rules))
    return record if record.witness is None else record._replace(witness=(record.witness[0], record.witness[1]))
