"""Which mentions of a brand are near-copies of an earlier one, settled anew whenever a mention comes, changes or goes.

A mention is a near-copy if and only if an earlier one (by time, then id) of the same brand within 48 hours has a
similar signature: a property of the set of mentions, not of the order in which they came. Similar signatures have a
band in common; what shares one is kept in order of time, so that the nearest earlier mention is looked at first, which
in a storm of copies settles it. Each near-copy remembers one earlier mention as its witness, and only when that one
goes is another looked for. A new mention can turn only firsts (no near-copies) into near-copies, and these are few in a
storm. What costs is a storm of texts that share bands but are not similar: each is compared with all of them.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from enrich.copy_slice import CopySlice, Sighting
from enrich.postings import Place

WINDOW_MS = 48 * 3_600_000
"""How much earlier the mention may be that another is a near-copy of."""

_PRIME = 2**32 - 5  # the largest below `KEYS`


class Verdict(NamedTuple):
    """What a mention has become: a near-copy of the mention at `witness`, or of none (None)."""

    at_ms: int
    id: str
    witness: Place | None


Load = Callable[[str, int], Iterable[tuple[Sighting, Place | None]]]
"""Returns the sightings of a brand in a stretch of time (`slice_of`), each with the witness on record for it."""


def slice_of(at_ms: int) -> int:
    """Return the number of the 48 hours that hold a moment: what is near enough lies in these, or next to them."""
    return at_ms // WINDOW_MS


class CopyIndex:
    """Finds near-copies among a brand's mentions; its owner keeps the record of all verdicts and serves it to `load`.

    `bands` and `similar` are as in `enrich.near_copies`. What was not needed for `remembered` calls is dropped from
    memory and loaded again when it is, so that memory is bounded by what mentions come from now (some 350 bytes for
    each mention of the last two to four days), and a mention that comes years late is judged as well as any.
    """

    def __init__(
        self,
        load: Load,
        bands: Callable[[str], Iterable[Hashable]],
        similar: Callable[[str, str], bool],
        remembered: int = 5_000,
    ) -> None:
        self._load = load
        self._bands = bands
        self._similar = similar
        self._remembered = remembered
        self._slices: OrderedDict[tuple[str, int], CopySlice] = OrderedDict()
        self._calls = 0

    def add(self, brand: str, sighting: Sighting) -> list[Verdict]:
        """Take in a mention; return what it is, then each mention that it turned into a near-copy.

        The verdicts must be on record before the next call.
        """
        earlier, own, later = self._around(brand, sighting.at_ms)
        keys = self._keys(sighting.signature)
        found = self._witness(earlier, own, sighting, keys) if sighting.original else None
        copies = [(part, first) for part in (own, later) for first in self._copies_among_firsts(part, sighting, keys)]
        row = own.add(sighting, keys, is_first=found is None)
        if found is not None:
            own.depend(row, _row(own, *found))
        verdicts = [_verdict(sighting[:2], found)]
        for part, first in copies:
            part.demote(first, self._keys(part.signature(first)), _row(part, own, row))
            verdicts.append(_verdict(part.place(first), (own, row)))
        return verdicts

    def remove(self, brand: str, sighting: Sighting) -> list[Verdict]:
        """Take out a mention that was taken in; return each mention that another witness or none is left for.

        The verdicts must be on record before the next call.
        """
        earlier, own, later = self._around(brand, sighting.at_ms)
        gone = self._keys(sighting.signature)
        verdicts = []
        for before, part in ((earlier, own), (own, later)):
            for copy in part.remove(sighting, gone):
                place, signature = part.place(copy), part.signature(copy)
                keys = self._keys(signature)
                found = self._witness(before, part, Sighting(*place, signature, original=True), keys)
                if found is None:
                    part.promote(copy, keys)
                else:
                    part.depend(copy, _row(part, *found))
                verdicts.append(_verdict(place, found))
        if own.is_holey:
            self.forget(brand, slice_of(sighting.at_ms))
        return verdicts

    def forget(self, brand: str, number: int) -> None:
        """Drop a slice from memory: it is loaded again when it is needed."""
        self._slices.pop((brand, number), None)

    def _witness(
        self, earlier: CopySlice, own: CopySlice, sighting: Sighting, keys: Sequence[int]
    ) -> tuple[CopySlice, int] | None:
        """Return an earlier mention within the window that is similar, by its slice and row; near ones first."""
        unlike: set[str] = set()
        for part in (own, earlier):
            seen: set[int] = set()
            for row in part.before(sighting[:2], sighting.at_ms - WINDOW_MS, part.held(keys)):
                if row in seen:
                    continue
                seen.add(row)
                signature = part.signature(row)
                if signature in unlike:
                    continue
                if self._similar(sighting.signature, signature):
                    return part, row
                unlike.add(signature)
        return None

    def _copies_among_firsts(self, part: CopySlice, sighting: Sighting, keys: Sequence[int]) -> list[int]:
        """Return the firsts after the mention, within the window, that are similar."""
        if part.latest_ms < sighting.at_ms:  # as most come in order of time
            return []
        rows = dict.fromkeys(part.firsts_after(sighting[:2], sighting.at_ms + WINDOW_MS, part.held(keys)))
        return [row for row in rows if self._similar(sighting.signature, part.signature(row))]

    def _keys(self, signature: str) -> list[int]:
        """Return the bands as numbers of 32 bits; first the signature's own, to find equals at once."""
        bands = [hash(band) % _PRIME for band in self._bands(signature)]
        return list(dict.fromkeys([crc32(signature.encode()), *bands]))

    def _around(self, brand: str, at_ms: int) -> tuple[CopySlice, CopySlice, CopySlice]:
        self._calls += 1
        number = slice_of(at_ms)
        return self._slice(brand, number - 1), self._slice(brand, number), self._slice(brand, number + 1)

    def _slice(self, brand: str, number: int) -> CopySlice:
        found = self._slices.get((brand, number))
        if found is None:
            found = self._slices[brand, number] = CopySlice()
            found.fill(self._load(brand, number), self._keys)
        found.used = self._calls
        self._slices.move_to_end((brand, number))
        while next(iter(self._slices.values())).used < self._calls - self._remembered:
            self._slices.popitem(last=False)
        return found


def _verdict(place: Place, witness: tuple[CopySlice, int] | None) -> Verdict:
    return Verdict(*place, None if witness is None else witness[0].place(witness[1]))


def _row(part: CopySlice, home: CopySlice, row: int) -> int:
    """Return the row under which a slice knows a row of another one, or of itself."""
    return row if home is part else part.elsewhere(home.place(row))
