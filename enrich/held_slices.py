"""Which stretches of a brand's time are on record, so that a worker whose state is in memory can let go of old ones."""

from enrich.copy_index import WINDOW_MS, slice_of
from enrich.state import Table
from schemas.season import HOUR_MS, WEEKS

_WEEK_MS = 168 * HOUR_MS

KEPT_MS = (WEEKS + 2) * _WEEK_MS
"""How far behind a brand's newest mention its contributions are kept: further than what is usual is counted from."""

_OLD = 8  # so many older slices stay too: an old recording that is read now has its sixteen days


class HeldSlices:
    """The slices (`slice_of`) of each brand that are on record."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, brand: str, start_ms: int, newest_ms: int, *, history: bool = False) -> None:
        """Take note that something in the slice of `start_ms` changes; `newest_ms` is the brand's newest mention.

        Of `history` it stays for a week more of the brand's time: the next search, the next server may fill it again.
        """
        number = slice_of(start_ms)
        if history and _old(number, newest_ms):
            lent: dict[str, int] = self._table.get(f"{brand}|lent") or {}
            if lent.get(str(number)) != newest_ms:
                self._table.put(f"{brand}|lent", lent | {str(number): newest_ms})
        held: list[int] = self._table.get(brand) or []
        if number not in held:
            self._table.put(brand, [*held, number])
        elif _old(number, newest_ms) and held[-1] != number:  # of the old ones those that change stay
            self._table.put(brand, [*(other for other in held if other != number), number])

    def over(self, brand: str, newest_ms: int) -> list[int]:
        """Return the slices whose time is over, which are then no longer held."""
        held: list[int] = self._table.get(brand) or []
        lent: dict[str, int] = self._table.get(f"{brand}|lent") or {}
        kept = {number: since_ms for number, since_ms in lent.items() if newest_ms < since_ms + _WEEK_MS}
        if kept != lent:
            self._table.put(f"{brand}|lent", kept)
        over = [number for number in held if _old(number, newest_ms) and str(number) not in kept][:-_OLD]
        if over:
            self._table.put(brand, [number for number in held if number not in over])
        return over


def _old(number: int, newest_ms: int) -> bool:
    return (number + 1) * WINDOW_MS <= newest_ms - KEPT_MS
