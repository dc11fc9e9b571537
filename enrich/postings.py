"""Which rows stand under which keys, in about nine bytes for each: a million mentions have seventeen million of them.

An entry is one number of 64 bits: the key, one bit that tells two sorts of rows apart, the row. The entries lie sorted
in pages of some hundred, the last bits of a key say in which. As they become more one page after the other is cut into
two (linear hashing: Litwin, VLDB 1980), so that memory grows as steadily as they do. Python's own dict would take ten
times as much.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

KEYS = 2**32
"""Keys are below this."""

Place = tuple[int, str]
"""Time (ms) and id of a mention: what earlier and later go by."""

_ROWS = 2**31
_PAGE = 256  # entries in a page, on average


class Postings:
    """Rows by key, in order of their places; each row is of the sort 0 or 1, under all of its keys.

    Do not change anything while an iterator is in use.
    """

    __slots__ = ("_half", "_pages", "_place", "_times", "_used")

    def __init__(self, times: "array[int]", place: Callable[[int], Place]) -> None:
        """`times` holds the time of each row, `place` returns the whole place: rows of one time are few."""
        self._times = times
        self._place = place
        self._pages = [array("Q")]
        self._half = 1  # pages, of which the first are cut already: the greatest power of two below their number
        self._used = 0

    def held(self, keys: Sequence[int]) -> list[int]:
        """Return those of the keys under which there is any row."""
        found = []
        for key in keys if self._used else ():
            page = self._pages[self._number(key)]
            at = bisect_left(page, key << 32)
            if at < len(page) and page[at] >> 32 == key:
                found.append(key)
        return found

    def before(self, key: int, sort: int, place: Place) -> Iterator[int]:
        """Yield the rows of one sort under a key that are earlier than a place, the latest first."""
        page, start, end = self._run(key, sort)
        for at in range(self._spot(page, start, end, place) - 1, start - 1, -1):
            yield page[at] % _ROWS

    def since(self, key: int, sort: int, place: Place) -> Iterator[int]:
        """Yield the rows of one sort under a key that are not earlier than a place, the earliest first."""
        page, start, end = self._run(key, sort)
        for at in range(self._spot(page, start, end, place), end):
            yield page[at] % _ROWS

    def add(self, keys: Sequence[int], sort: int, row: int) -> None:
        """Put a row under its keys."""
        for key in keys:
            page, first = self._pages[self._number(key)], (key << 1 | sort) * _ROWS
            at = bisect_left(page, first)
            if at < len(page) and page[at] - first < _ROWS:  # it is not the only one
                at = self._spot(page, at, bisect_left(page, first + _ROWS, at), self._place(row))
            page.insert(at, first + row)
        self._used += len(keys)
        while self._used > _PAGE * len(self._pages):
            self._cut()

    def remove(self, keys: Sequence[int], sort: int, row: int) -> None:
        """Take out a row that stands under these keys."""
        place = self._place(row)
        for key in keys:
            page, start, end = self._run(key, sort)
            del page[self._spot(page, start, end, place)]
        self._used -= len(keys)

    def _number(self, key: int) -> int:
        """Return the number of the page of a key."""
        number = key & (2 * self._half - 1)
        return number if number < len(self._pages) else number - self._half

    def _run(self, key: int, sort: int) -> tuple["array[int]", int, int]:
        """Return where the rows of one sort under a key stand: the page, the start, the end."""
        page, first = self._pages[self._number(key)], (key << 1 | sort) * _ROWS
        start = bisect_left(page, first)
        if start == len(page) or page[start] - first >= _ROWS:
            return page, start, start
        return page, start, bisect_left(page, first + _ROWS, start)

    def _spot(self, page: "array[int]", start: int, end: int, place: Place) -> int:
        """Return where in a stretch a place is or would be; at the end at once, as most come in order of time."""
        if start == end or self._times[page[end - 1] % _ROWS] < place[0]:
            return end
        times = self._times
        start = bisect_left(page, place[0], start, end, key=lambda entry: times[entry % _ROWS])
        end = bisect_right(page, place[0], start, end, key=lambda entry: times[entry % _ROWS])
        return bisect_left(page, place, start, end, key=lambda entry: self._place(entry % _ROWS))

    def _cut(self) -> None:
        """Cut the next page into two."""
        if len(self._pages) == 2 * self._half:
            self._half *= 2
        bit, number = self._half << 32, len(self._pages) - self._half
        page = self._pages[number]
        self._pages[number] = array("Q", [entry for entry in page if not entry & bit])
        self._pages.append(array("Q", [entry for entry in page if entry & bit]))
