"""Authors and those who follow them, each author once a group: the server adds up what it has by author.

It keeps no more than some tens of thousands of authors in one answer. So a time is asked for in parts, several at the
same time, as the server answers each on one core; where that does not help, or where there are numbers that the server
cannot add up exactly, every author is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from typing import Any

from schemas.errors import TooManyGroupsError
from sinks.elastic.reader import Clause, Reader, within
from sinks.questions import MOST

Counted = tuple[int, int, int]
"""How many people, their followers, and how many have followers that are not known."""

_AT_ONCE = 50_000  # mentions, of as many authors at the most; a server refuses more than 65,536
_TOGETHER = 4  # parts
_PERSON: Clause = {"terms": {"field": "facts.author"}}
_FOLLOWERS: dict[str, Clause] = {"most": {"max": {"field": "author.followers"}}}
_ADDED: dict[str, Clause] = {
    "person": {"terms": {"field": "facts.author", "size": _AT_ONCE + 10_000}, "aggs": _FOLLOWERS},
    "all": {"stats_bucket": {"buckets_path": "person>_count"}},
    "known": {"stats_bucket": {"buckets_path": "person>most"}},  # without those of whom nothing is known
}
_TOLD = [f"aggregations.groups.buckets.{name}" for name in ("key", "all", "known", "person.sum_other_doc_count")]
_EXACT = 2**53  # up to here the server's floating point has every whole number


class People:
    """Counts authors in the documents of an index."""

    def __init__(self, reader: Reader, index: str) -> None:
        """Ask `reader`."""
        self._reader = reader
        self._index = index

    def counted(
        self, conditions: Sequence[Clause], by: Mapping[str, Clause]
    ) -> Iterator[tuple[Mapping[str, Any], Counted]]:
        """Yield the key of every group by the sources `by`, one at least, and the authors in it."""
        with ThreadPoolExecutor(_TOGETHER) as pool:
            for found in pool.map(partial(self._part, by), self._parts(conditions, by)):
                yield from found

    def _part(self, by: Mapping[str, Clause], conditions: list[Clause]) -> list[tuple[Mapping[str, Any], Counted]]:
        try:
            return self._added(conditions, by)
        except (TooManyGroupsError, OverflowError):
            return list(self._read(conditions, by))

    def _parts(self, conditions: Sequence[Clause], by: Mapping[str, Clause]) -> Iterator[list[Clause]]:
        """Yield conditions that divide the time, so that each part has few mentions; it is whole without a time."""
        time = next((source for source in by.values() if "date_histogram" in source), None)
        if time is None:
            yield list(conditions)
            return
        begin, count = None, 0
        for group in self._reader.groups(self._index, conditions, {"time": time}, {}):
            start = group["key"]["time"]
            if begin is not None and count + group["doc_count"] > _AT_ONCE:
                yield [*conditions, *within("facts.time", begin, start)]
                begin, count = None, 0
            begin, count = start if begin is None else begin, count + group["doc_count"]
        if begin is not None:
            yield [*conditions, *within("facts.time", begin, None)]

    def _added(self, conditions: Sequence[Clause], by: Mapping[str, Clause]) -> list[tuple[Mapping[str, Any], Counted]]:
        """Return what the server adds up. Raises TooManyGroupsError or OverflowError where it cannot."""
        found: list[tuple[Mapping[str, Any], Counted]] = []
        for group in self._reader.groups(self._index, conditions, by, _ADDED, _TOLD):
            if group["person"]["sum_other_doc_count"]:
                raise TooManyGroupsError
            known, authors = group["known"], group["all"]["count"]
            reach = known["sum"] if known["count"] else 0
            if reach >= _EXACT or (known["max"] or 0) > MOST:
                raise OverflowError
            if authors:
                found.append((group["key"], (authors, round(reach), authors - known["count"])))
        return found

    def _read(
        self, conditions: Sequence[Clause], by: Mapping[str, Clause]
    ) -> Iterator[tuple[Mapping[str, Any], Counted]]:
        """Yield the same, every author read."""
        groups = self._reader.groups(self._index, conditions, {**by, "person": _PERSON}, _FOLLOWERS)
        for key, same in groupby(groups, key=lambda group: {name: group["key"][name] for name in by}):
            most = [group["most"]["value"] for group in same]
            reach = sum(min(round(followers), MOST) for followers in most if followers is not None)
            yield key, (len(most), reach, most.count(None))
