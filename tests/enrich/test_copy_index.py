from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.copy_index import WINDOW_MS, CopyIndex, slice_of
from enrich.copy_slice import Sighting
from enrich.postings import Place

HOUR = 3_600_000
T = 400 * WINDOW_MS

# A stand-in for signatures in which likeness is not transitive: "ab" is like "bc" but not like "cd".
SIGNATURES = ("ab", "bc", "cd", "xy")


def bands(signature: str) -> list[str]:
    return list(signature)


def similar(one: str, other: str) -> bool:
    return bool(set(one) & set(other))


class Ledger:
    """An index, and the record of its verdicts that it loads from."""

    def __init__(self, remembered: int = 5_000) -> None:
        self.record: dict[str, tuple[Sighting, Place | None]] = {}
        self.asked = 0
        self.index = CopyIndex(self.load, bands, self.similar, remembered)

    def similar(self, one: str, other: str) -> bool:
        self.asked += 1
        return similar(one, other)

    def load(self, brand: str, number: int) -> Iterator[tuple[Sighting, Place | None]]:
        assert brand == "acme"
        return (entry for entry in list(self.record.values()) if slice_of(entry[0].at_ms) == number)

    def add(self, sighting: Sighting) -> None:
        verdicts = self.index.add("acme", sighting)
        self.record[sighting.id] = (sighting, None)
        for _, name, witness in verdicts:
            self.record[name] = (self.record[name][0], witness)

    def remove(self, name: str) -> None:
        sighting, _ = self.record.pop(name)
        for _, other, witness in self.index.remove("acme", sighting):
            self.record[other] = (self.record[other][0], witness)

    def firsts(self) -> set[str]:
        return {name for name, (sighting, witness) in self.record.items() if sighting.original and witness is None}


def firsts_by_hand(sightings: Sequence[Sighting]) -> set[str]:
    return {
        s.id
        for s in sightings
        if s.original
        and not any(
            other[:2] < s[:2] and other.at_ms >= s.at_ms - WINDOW_MS and similar(other.signature, s.signature)
            for other in sightings
        )
    }


times = st.integers(0, 30).map(lambda n: T + n * 6 * HOUR) | st.integers(-2, 2).map(lambda n: T + n)
found = st.builds(Sighting, times, st.just(""), st.sampled_from(SIGNATURES), st.integers(0, 4).map(bool))


@pytest.mark.parametrize("remembered", [0, 3, 5_000])
@given(st.lists(found, max_size=14), st.lists(st.integers(0, 13), max_size=8), st.randoms(use_true_random=False))
def test_near_copies_follow_from_the_set_alone(
    remembered: int, sightings: list[Sighting], gone: list[int], random: object
) -> None:
    ledger = Ledger(remembered)
    named = [sighting._replace(id=str(n)) for n, sighting in enumerate(sightings)]
    for sighting in named:
        ledger.add(sighting)
        assert ledger.firsts() == firsts_by_hand([s for s, _ in ledger.record.values()])
    for n in gone:
        if str(n) in ledger.record:
            ledger.remove(str(n))
            assert ledger.firsts() == firsts_by_hand([s for s, _ in ledger.record.values()])
    for witness in (w for _, w in ledger.record.values() if w is not None):
        assert witness[1] in ledger.record


def test_the_window_reaches_48_hours_across_slices() -> None:
    ledger = Ledger()
    for name, hours in (("a", 0), ("b", 48), ("c", 96.001)):
        ledger.add(Sighting(T - 1 + round(hours * HOUR), name, "ab", True))
    assert ledger.firsts() == {"a", "c"}


def test_a_late_earlier_mention_becomes_the_first() -> None:
    ledger = Ledger()
    ledger.add(Sighting(T + HOUR, "b", "ab", True))
    ledger.add(Sighting(T, "a", "bc", True))
    assert ledger.firsts() == {"a"}
    ledger.remove("a")
    assert ledger.firsts() == {"b"}


def test_a_repost_is_never_first_but_others_copy_it() -> None:
    ledger = Ledger()
    ledger.add(Sighting(T, "a", "ab", False))
    ledger.add(Sighting(T + 1, "b", "ab", True))
    assert ledger.firsts() == set()
    ledger.remove("a")
    assert ledger.firsts() == {"b"}


@pytest.mark.parametrize(("start", "step"), [(0, 1), (-1, -1), (0, 7919)])
@pytest.mark.parametrize("variants", [False, True])
def test_a_storm_of_copies_compares_few(start: int, step: int, variants: bool) -> None:
    size = 3_000
    ledger = Ledger()
    for n in range(size):
        at = (start + n * step) % size
        ledger.add(Sighting(T + at, str(at), f"a{chr(0x4E00 + at)}" if variants else "ab", True))
    assert ledger.firsts() == {"0"}
    assert ledger.asked < 6 * size
    for at in range(size - 1):
        ledger.remove(str(at))
    assert ledger.firsts() == {str(size - 1)}
    assert ledger.asked < 30 * size
