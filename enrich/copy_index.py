"""Which mentions of a brand are near-copies of an earlier one, settled anew whenever a mention comes, changes or goes.

A mention is a near-copy if and only if an earlier one (by time, then id) of the same brand within 48 hours has a
similar signature: a property of the set of mentions, not of the order in which they came. Similar signatures have a
band in common; bands are lists in order of time, so that the nearest earlier mention is looked at first, which in a
storm of copies settles it. Each near-copy remembers one earlier mention as its witness, and only when that one goes is
another looked for. A new mention can turn only firsts (no near-copies) into near-copies, and these are few in a storm.
What costs is a storm of texts that share bands but are not similar: each is compared with all of them.
"""

from bisect import bisect, bisect_left, insort
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

WINDOW_MS = 48 * 3_600_000
"""How much earlier the mention may be that another is a near-copy of."""

Place = tuple[int, str]
"""Time (ms) and id of a mention: what earlier and later go by."""


class Sighting(NamedTuple):
    """A mention with a signature. A pure repost is not `original`: others may copy it, but it is never a first."""

    at_ms: int
    id: str
    signature: str
    original: bool


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


class _Band:
    """The sightings that have one band in common, and those of them that are firsts, both in order."""

    __slots__ = ("firsts", "sightings")

    def __init__(self) -> None:
        self.sightings: list[Sighting] = []
        self.firsts: list[Sighting] = []


class _Slice:
    """A brand's 48 hours. Most bands hold one sighting: it then stands in the place of its list."""

    __slots__ = ("bands", "dependents", "used", "witnesses")

    def __init__(self) -> None:
        self.bands: dict[int, Sighting | _Band] = {}
        self.witnesses: dict[Place, Place] = {}
        self.dependents: dict[Place, list[Sighting]] = {}
        self.used = 0

    def sharing(self, keys: Sequence[int]) -> "list[Sighting | _Band]":
        return [held for held in map(self.bands.get, keys) if held is not None]

    def is_first(self, sighting: Sighting) -> bool:
        return sighting.original and sighting[:2] not in self.witnesses

    def add(self, sighting: Sighting, keys: Sequence[int], witness: Place | None) -> None:
        if witness is not None:
            self._depend(sighting, witness)
        for key in keys:
            held = self.bands.setdefault(key, sighting)
            if held is sighting:
                continue
            if isinstance(held, Sighting):
                alone, held = held, _Band()
                self.bands[key] = held
                held.sightings.append(alone)
                if self.is_first(alone):
                    held.firsts.append(alone)
            insort(held.sightings, sighting)
            if self.is_first(sighting):
                insort(held.firsts, sighting)

    def remove(self, sighting: Sighting, keys: Sequence[int]) -> None:
        for key in keys:
            held = self.bands.get(key)
            if isinstance(held, _Band):
                _take_out(held.sightings, sighting)
                _take_out(held.firsts, sighting)
                if not held.sightings:
                    del self.bands[key]
            elif held == sighting:
                del self.bands[key]
        witness = self.witnesses.pop(sighting[:2], None)
        if witness is not None:
            self.dependents[witness].remove(sighting)
            if not self.dependents[witness]:
                del self.dependents[witness]

    def judge(self, sighting: Sighting, keys: Sequence[int], witness: Place | None) -> None:
        """Make a first a near-copy, or a near-copy whose witness is gone a first."""
        if witness is not None:
            self._depend(sighting, witness)
        else:
            del self.witnesses[sighting[:2]]
        for key in keys:
            held = self.bands[key]
            if isinstance(held, _Band):
                _take_out(held.firsts, sighting)
                if witness is None:
                    insort(held.firsts, sighting)

    def _depend(self, sighting: Sighting, witness: Place) -> None:
        self.witnesses[sighting[:2]] = witness
        self.dependents.setdefault(witness, []).append(sighting)


class CopyIndex:
    """Finds near-copies among a brand's mentions; its owner keeps the record of all verdicts and serves it to `load`.

    `bands` and `similar` are as in `enrich.near_copies`. What was not needed for `remembered` calls is dropped from
    memory and loaded again when it is, so that memory is bounded by what mentions come from now, and a mention that
    comes years late is judged as well as any.
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
        self._slices: OrderedDict[tuple[str, int], _Slice] = OrderedDict()
        self._calls = 0

    def add(self, brand: str, sighting: Sighting) -> list[Verdict]:
        """Take in a mention; return what it is, then each mention that it turned into a near-copy.

        The verdicts must be on record before the next call.
        """
        earlier, own, later = self._around(brand, sighting)
        keys = self._keys(sighting.signature)
        witness = self._witness(earlier, own, sighting, keys) if sighting.original else None
        verdicts = [Verdict(sighting.at_ms, sighting.id, witness)]
        for part in (own, later):
            for first in self._copies_among_firsts(part, sighting, keys):
                part.judge(first, self._keys(first.signature), sighting[:2])
                verdicts.append(Verdict(first.at_ms, first.id, sighting[:2]))
        own.add(sighting, keys, witness)
        return verdicts

    def remove(self, brand: str, sighting: Sighting) -> list[Verdict]:
        """Take out a mention that was taken in; return each mention that another witness or none is left for.

        The verdicts must be on record before the next call.
        """
        earlier, own, later = self._around(brand, sighting)
        own.remove(sighting, self._keys(sighting.signature))
        verdicts = []
        for before, part in ((earlier, own), (own, later)):
            for copy in part.dependents.pop(sighting[:2], ()):
                keys = self._keys(copy.signature)
                witness = self._witness(before, part, copy, keys)
                part.judge(copy, keys, witness)
                verdicts.append(Verdict(copy.at_ms, copy.id, witness))
        return verdicts

    def forget(self, brand: str, number: int) -> None:
        """Drop a slice from memory: what it held is no longer on record."""
        self._slices.pop((brand, number), None)

    def _witness(self, earlier: _Slice, own: _Slice, sighting: Sighting, keys: Sequence[int]) -> Place | None:
        """Return an earlier mention within the window that is similar, near ones first."""
        unlike: set[str] = set()
        for part in (own, earlier):
            for held in part.sharing(keys):
                for other in _before(held, sighting):
                    if other.at_ms < sighting.at_ms - WINDOW_MS:
                        break
                    if other.signature in unlike:
                        continue
                    if self._similar(sighting.signature, other.signature):
                        return other[:2]
                    unlike.add(other.signature)
        return None

    def _copies_among_firsts(self, part: _Slice, sighting: Sighting, keys: Sequence[int]) -> list[Sighting]:
        """Return the firsts after the mention, within the window, that are similar."""
        seen: dict[Place, Sighting | None] = {}
        for held in part.sharing(keys):
            for other in _firsts_after(part, held, sighting):
                if other.at_ms > sighting.at_ms + WINDOW_MS:
                    break
                if other[:2] not in seen:
                    seen[other[:2]] = other if self._similar(sighting.signature, other.signature) else None
        return [first for first in seen.values() if first is not None]

    def _keys(self, signature: str) -> list[int]:
        """Return the bands as numbers, which take less memory; first the signature's own, to find equals at once."""
        return list(dict.fromkeys([hash(signature), *map(hash, self._bands(signature))]))

    def _around(self, brand: str, sighting: Sighting) -> tuple[_Slice, _Slice, _Slice]:
        self._calls += 1
        number = slice_of(sighting.at_ms)
        return self._slice(brand, number - 1), self._slice(brand, number), self._slice(brand, number + 1)

    def _slice(self, brand: str, number: int) -> _Slice:
        found = self._slices.get((brand, number))
        if found is None:
            found = self._slices[brand, number] = _Slice()
            for sighting, witness in self._load(brand, number):
                found.add(sighting, self._keys(sighting.signature), witness)
        found.used = self._calls
        self._slices.move_to_end((brand, number))
        while next(iter(self._slices.values())).used < self._calls - self._remembered:
            self._slices.popitem(last=False)
        return found


def _before(held: Sighting | _Band, sighting: Sighting) -> Iterator[Sighting]:
    """Yield what is earlier than a sighting, the nearest first."""
    if isinstance(held, _Band):
        sightings = held.sightings
        for at in range(bisect_left(sightings, sighting) - 1, -1, -1):
            yield sightings[at]
    elif held < sighting:
        yield held


def _firsts_after(part: _Slice, held: Sighting | _Band, sighting: Sighting) -> Iterator[Sighting]:
    """Yield the firsts that are later than a sighting, in order."""
    if isinstance(held, _Band):
        firsts = held.firsts
        for at in range(bisect(firsts, sighting), len(firsts)):
            yield firsts[at]
    elif held > sighting and part.is_first(held):
        yield held


def _take_out(sightings: list[Sighting], sighting: Sighting) -> None:
    at = bisect_left(sightings, sighting)
    if at < len(sightings) and sightings[at] == sighting:
        del sightings[at]
