"""The mentions of one brand in 48 hours, as near-copies are looked for among them, in some 350 bytes a mention.

A mention is a row here: a number, and an entry with that number in each of a few arrays. A mention of an earlier time
is a row too, but without a signature, when it is the witness of a near-copy.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from enrich.postings import Place, Postings

_FIRST, _OTHER = 0, 1  # the sorts of rows; in a storm of copies firsts are few
_HOLES = 1_000
_BLOCK = 2**16  # bytes: one long text would be copied as it grows, and leave holes of its size in memory
_ROOM = 2**32  # the ends of two blocks are further apart


class Sighting(NamedTuple):
    """A mention with a signature. A pure repost is not `original`: others may copy it, but it is never a first."""

    at_ms: int
    id: str
    signature: str
    original: bool


class CopySlice:
    """Who has a band in common with whom, and which earlier mention each near-copy has as its witness."""

    __slots__ = (
        "_blocks", "_dependent", "_elsewhere", "_ends", "_holes", "_next", "_postings", "_times", "_witness",
        "latest_ms", "used",
    )  # fmt: skip

    def __init__(self) -> None:
        self.used = 0
        self.latest_ms = 0
        """No mention here is later."""
        self._times = array("q", [0])  # there is no row 0: it stands for none
        self._postings = Postings(self._times, self.place)
        self._blocks = [bytearray()]  # of each row the id and the signature
        self._ends = array("Q", [0])
        self._witness = array("I", [0])
        self._dependent = array("I", [0])  # one that has this row as its witness; the others follow in `_next`
        self._next = array("I", [0])
        self._elsewhere: dict[Place, int] = {}
        self._holes = 0

    @property
    def is_holey(self) -> bool:
        """Say whether most rows are of mentions that were taken out, whose memory is only free with the whole slice."""
        return self._holes > _HOLES and 2 * self._holes > len(self._times)

    def held(self, keys: Sequence[int]) -> list[int]:
        """Return those of the keys under which there is any row."""
        return self._postings.held(keys)

    def place(self, row: int) -> Place:
        """Return time and id of a row."""
        return self._times[row], self._known(row)[0]

    def signature(self, row: int) -> str:
        """Return the signature of a row."""
        return self._known(row)[1]

    def fill(self, found: Iterable[tuple[Sighting, Place | None]], keys: Callable[[str], Sequence[int]]) -> None:
        """Take in what is on record, each with its witness, into a slice that is empty; `keys` is as in `add`."""
        rows: dict[Place, int] = {}
        witnesses: dict[int, Place] = {}
        for sighting, witness in found:
            row = rows[sighting[:2]] = self.add(sighting, keys(sighting.signature), is_first=witness is None)
            if witness is not None:
                witnesses[row] = witness
        for row, witness in witnesses.items():
            self.depend(row, rows.get(witness) or self.elsewhere(witness))

    def add(self, sighting: Sighting, keys: Sequence[int], *, is_first: bool) -> int:
        """Take in a mention under the keys of its signature, and return its row."""
        row = self._new(sighting[:2], sighting.signature)
        self._postings.add(keys, _FIRST if is_first and sighting.original else _OTHER, row)
        return row

    def elsewhere(self, place: Place) -> int:
        """Return the row of a mention that is in no row of this slice but as a witness."""
        row = self._elsewhere.get(place)
        if row is None:
            row = self._elsewhere[place] = self._new(place, "")
        return row

    def remove(self, sighting: Sighting, keys: Sequence[int]) -> list[int]:
        """Take a mention out, of this slice or elsewhere, and return the near-copies that it leaves with no witness."""
        row = self._elsewhere.pop(sighting[:2], 0)
        for sort in () if row else (_FIRST, _OTHER):
            found = next(self._postings.since(keys[0], sort, sighting[:2]), 0)
            if found and self.place(found) == sighting[:2]:
                row = found
                self._postings.remove(keys, sort, row)
                self._release(row)
        if not row:
            return []
        self._holes += 1
        left, dependent = [], self._dependent[row]
        while dependent:
            left.append(dependent)
            self._witness[dependent], dependent = 0, self._next[dependent]
        self._dependent[row] = 0
        return left

    def demote(self, row: int, keys: Sequence[int], witness: int) -> None:
        """Make a first a near-copy of another row."""
        self._postings.remove(keys, _FIRST, row)
        self._postings.add(keys, _OTHER, row)
        self.depend(row, witness)

    def promote(self, row: int, keys: Sequence[int]) -> None:
        """Make a near-copy without a witness a first."""
        self._postings.remove(keys, _OTHER, row)
        self._postings.add(keys, _FIRST, row)

    def depend(self, row: int, witness: int) -> None:
        """Give a row that has none a witness."""
        self._witness[row] = witness
        self._next[row] = self._dependent[witness]
        self._dependent[witness] = row

    def before(self, place: Place, since_ms: int, keys: Sequence[int]) -> Iterator[int]:
        """Yield, key by key, the rows that are earlier than a place but not before a time, those near to it first."""
        for key in keys:
            for sort in (_OTHER, _FIRST):
                for row in self._postings.before(key, sort, place):
                    if self._times[row] < since_ms:
                        break
                    yield row

    def firsts_after(self, place: Place, until_ms: int, keys: Sequence[int]) -> Iterator[int]:
        """Yield, key by key, the firsts that are later than a place but not after a time."""
        for key in keys:
            for row in self._postings.since(key, _FIRST, place):
                if self._times[row] > until_ms:
                    break
                yield row

    def _new(self, place: Place, signature: str) -> int:
        at_ms, mention_id = place
        self._times.append(at_ms)
        self.latest_ms = max(self.latest_ms, at_ms)
        line = _line(mention_id, signature)
        if len(self._blocks[-1]) + len(line) > _BLOCK:
            self._blocks.append(bytearray())
        self._blocks[-1] += line
        self._ends.append((len(self._blocks) - 1) * _ROOM + len(self._blocks[-1]))
        for links in (self._witness, self._dependent, self._next):
            links.append(0)
        return len(self._times) - 1

    def _known(self, row: int) -> tuple[str, str]:
        """Return id and signature of a row."""
        block, end = divmod(self._ends[row], _ROOM)
        before, start = divmod(self._ends[row - 1], _ROOM)
        line = self._blocks[block][start if before == block else 0 : end]
        size = line[0]
        if size:
            return line[1 : size + 1].hex(), line[size + 1 :].decode()
        mention_id, _, signature = line[1:].decode().rpartition("\n")
        return mention_id, signature

    def _release(self, row: int) -> None:
        witness = self._witness[row]
        if not witness:
            return
        other = self._dependent[witness]
        if other == row:
            self._dependent[witness] = self._next[row]
            return
        while self._next[other] != row:
            other = self._next[other]
        self._next[other] = self._next[row]


def _line(mention_id: str, signature: str) -> bytes:
    """Return id and signature in a row: half of the room for an id of hexadecimal digits, as ours are."""
    try:
        raw = bytes.fromhex(mention_id)
    except ValueError:
        raw = b""
    if 0 < len(raw) < 256 and raw.hex() == mention_id:
        return bytes([len(raw)]) + raw + signature.encode()
    return b"\0" + f"{mention_id}\n{signature}".encode()
