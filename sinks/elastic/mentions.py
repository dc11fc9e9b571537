"""Questions that are answered from the mentions themselves: which, how many, and what is frequent in them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import nlargest
from itertools import groupby, islice

from schemas.mention import Mention
from schemas.query.evaluate import evaluate
from schemas.query.tree import Query
from schemas.wire import from_ms
from sinks.elastic.documents import read
from sinks.elastic.indices import Names
from sinks.elastic.reader import Clause, Reader, within
from sinks.elastic.search import may_match
from sinks.questions import MOST, Sort, TopKind, TopRow, TotalRow

_ORDERS: dict[Sort, Clause] = {
    "new": {"facts.time": "desc"},
    "velocity": {"velocity.rank": {"order": "desc", "missing": "_last"}},
    "reach": {"author.followers": {"order": "desc", "missing": "_last"}},
}
_FIELDS: dict[TopKind, str] = {
    "entities": "facts.entities",
    "hashtags": "hashtags",
    "links": "links",
    "mentions": "handles",
}
_MOST: dict[str, Clause] = {"most": {"max": {"field": "author.followers"}}}
_WHEN: dict[str, Clause] = {"first": {"min": {"field": "facts.time"}}, "last": {"max": {"field": "facts.time"}}}


_NAMED = 10_000  # authors that are asked for by name; a server refuses more than 65,536

_Ranked = tuple[int, str, str, TopRow]
"""A row behind what it is ordered by: less its count, its value, and what tells equal values apart."""


class Mentions:
    """What can be asked of documents; none of the answers holds a deleted or withdrawn mention."""

    def __init__(self, reader: Reader, names: Names) -> None:
        """Ask `reader`."""
        self._reader = reader
        self._index = names.alias("mentions")

    def find(
        self, brand: str | None, query: Query | None, start_ms: int | None, end_ms: int | None, sort: Sort, limit: int
    ) -> list[Mention]:
        """Return documents that match all that is given; `start_ms` inclusive, `end_ms` exclusive.

        With a query the search proposes documents, and the matcher's own evaluation decides.
        """
        conditions = [*_of(brand), *within("facts.time", start_ms, end_ms)]
        order: list[Clause] = [_ORDERS[sort], {"id": "asc"}]
        if query is None:
            return [read(Mention, source) for source in self._reader.hits(self._index, conditions, order, limit)]
        proposed = self._reader.hits(self._index, [*conditions, may_match(query)], order)
        mentions = (read(Mention, source) for source in proposed)
        return list(islice((mention for mention in mentions if evaluate(query, mention)), max(limit, 0)))

    def top(self, kind: TopKind, brand: str, start_ms: int, end_ms: int, limit: int) -> list[TopRow]:
        """Return the most frequent values; every value there is gets counted, none is estimated."""
        counted = [*_of(brand), *within("facts.time", start_ms, end_ms), {"term": {"facts.counted": True}}]
        rows = self._authors(counted, limit) if kind == "authors" else self._values(kind, counted)
        return [row for *_, row in sorted(rows, key=lambda row: row[:3])[:limit]]

    def _values(self, kind: TopKind, counted: list[Clause]) -> Iterator[_Ranked]:
        for value, count in self._reader.counts(self._index, counted, _FIELDS[kind]).items():
            label = None
            if kind == "entities":
                label, _, value = value.partition(":")
            yield -count, value, label or "", TopRow(value=value, count=count, label=label)

    def _authors(self, counted: list[Clause], limit: int) -> Iterator[_Ranked]:
        """Yield the most frequent authors, all of as many mentions as the last of them, each with the last of its names
        by the alphabet, and with the most followers seen."""
        counts = self._reader.counts(self._index, counted, "facts.author")
        least = min(nlargest(limit, counts.values()), default=0)
        shown = [author for author, count in counts.items() if count >= least]
        if len(shown) < min(len(counts), _NAMED):
            counted = [*counted, {"terms": {"facts.author": shown}}]
        by: dict[str, Clause] = {name: {"terms": {"field": f"facts.{name}"}} for name in ("author", "name")}
        groups = self._reader.groups(self._index, counted, by, _MOST)
        for author, same in groupby(groups, key=lambda group: str(group["key"]["author"])):
            named = list(same)
            name, count = named[-1]["key"]["name"], sum(group["doc_count"] for group in named)
            known = [group["most"]["value"] for group in named if group["most"]["value"] is not None]
            reach = min(round(max(known)), MOST) if known else None
            yield -count, name, author, TopRow(value=name, count=count, reach=reach)

    def extents(self, brands: Sequence[str]) -> dict[str, tuple[datetime, datetime]]:
        """Return the times of the first and the last mention of each of these brands that has any."""
        asked = frozenset(brands)  # all are read, so that the server answers from what it has kept of past months
        whole = {row.brand: (row.first, row.last) for row in self.totals() if row.brand in asked}
        return {brand: (ends[0], ends[1]) for brand, ends in whole.items() if ends[0] and ends[1]}

    def extent(self, brands: Sequence[str]) -> tuple[datetime, datetime] | None:
        """Return the times of the first and the last mention of these brands, None where there is none."""
        ours: list[Clause] = [{"terms": {"brands.id": list(brands)}}]
        ends: list[int] = []
        for order in ("asc", "desc"):
            found = self._reader.hits(self._index, ours, [{"facts.time": order}], 1)
            ends += [source["facts"]["time"] for source in found]
        return (from_ms(ends[0]), from_ms(ends[1])) if ends else None

    def totals(self) -> list[TotalRow]:
        """Return what is stored per brand; what is stored but not counted in trends is part of it."""
        by: dict[str, Clause] = {"brand": {"terms": {"field": "brands.id"}}}
        return [
            TotalRow(
                brand=group["key"]["brand"], count=group["doc_count"],
                first=from_ms(round(group["first"]["value"])), last=from_ms(round(group["last"]["value"])),
            )
            for group in self._reader.groups(self._index, [], by, _WHEN)
        ]  # fmt: skip


def _of(brand: str | None) -> list[Clause]:
    return [] if brand is None else [{"term": {"brands.id": brand}}]
