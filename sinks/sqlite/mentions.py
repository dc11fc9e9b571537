"""Questions that are answered from the mentions themselves: which, how many, and what is frequent in them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from schemas.mention import Mention
from schemas.query.evaluate import evaluate
from schemas.query.tree import Query
from schemas.wire import from_ms
from sinks.questions import Arrivals, Sort, TopKind, TopRow, TotalRow
from sinks.sqlite.database import Database
from sinks.sqlite.documents import Documents
from sinks.sqlite.people import has_author
from sinks.sqlite.search import words_that_may_match

_ORDERS: dict[Sort, str] = {
    "new": "t.published_ms DESC, {m}.id",
    "velocity": "{m}.rank DESC, {m}.id",  # NULL is last
    "reach": "{m}.followers DESC, {m}.id",
}
_TERMS = """
    SELECT value, label, count(*) AS n, NULL FROM terms
    WHERE brand = ? AND kind = ? AND published_ms >= ? AND published_ms < ?
    GROUP BY value, label ORDER BY n DESC, value, label LIMIT ?"""
_AUTHORS = """
    SELECT max(name) AS value, '', count(*) AS n, max(followers) FROM brand_mentions AS t
    WHERE brand = ? AND published_ms >= ? AND published_ms < ? AND counted AND {has_author}
    GROUP BY author ORDER BY n DESC, value, author LIMIT ?"""
_TOTALS = """
    SELECT brand, count(*), min(published_ms), max(published_ms) FROM brand_mentions GROUP BY brand ORDER BY brand"""
_EXTENT = """
    SELECT (SELECT min(published_ms) FROM brand_mentions WHERE brand = ?),
        (SELECT max(published_ms) FROM brand_mentions WHERE brand = ?)"""
# Each brand is looked up behind the one before, and the author in the index of each.
_WRITTEN_BY = """
    WITH RECURSIVE found (brand) AS (
        SELECT min(brand) FROM brand_mentions
        UNION ALL SELECT (SELECT min(brand) FROM brand_mentions WHERE brand > found.brand) FROM found
        WHERE brand IS NOT NULL)
    SELECT DISTINCT m.id FROM found CROSS JOIN brand_mentions AS t INDEXED BY brand_people CROSS JOIN mentions AS m
    WHERE t.brand = found.brand AND t.author = ? AND t.author IS NOT NULL AND m.mention = t.mention"""
_ARRIVALS = "SELECT mention, live FROM mentions WHERE mention > ? ORDER BY mention LIMIT ?"
_STEP = 200  # documents that are read at a time when a query has to be checked against them


class Mentions:
    """What can be asked of documents; none of the answers holds a deleted or withdrawn mention."""

    def __init__(self, database: Database, documents: Documents) -> None:
        """Ask `database`, and read documents from `documents`."""
        self._database = database
        self._documents = documents

    def find(
        self, brand: str | None, query: Query | None, start_ms: int | None, end_ms: int | None, sort: Sort, limit: int
    ) -> list[Mention]:
        """Return documents that match all that is given; `start_ms` inclusive, `end_ms` exclusive.

        With a query the full-text search proposes documents, and the matcher's own evaluation decides.
        """
        numbers = self._candidates(brand, query, start_ms, end_ms, sort, limit if query is None else -1)
        if query is None:
            return list(self._documents.by_number(list(numbers)))
        return list(islice((mention for mention in self._read(numbers) if evaluate(query, mention)), max(limit, 0)))

    def top(self, kind: TopKind, brand: str, start_ms: int, end_ms: int, limit: int) -> list[TopRow]:
        """Return the most frequent values. A mention counts once for each of its values, a repost as any mention;
        an original that is known only through reposts is not counted. Entities with two labels are two values."""
        if kind == "authors":
            known = has_author(self._database, brand, start_ms, end_ms)
            rows = self._database.rows(_AUTHORS.format(has_author=known), (brand, start_ms, end_ms, limit))
        else:
            rows = self._database.rows(_TERMS, (brand, kind, start_ms, end_ms, limit))
        return [TopRow(value=value, count=n, label=label or None, reach=reach) for value, label, n, reach in rows]

    def written_by(self, source: str, author_id: str) -> list[str]:
        """Return the ids of an author's mentions, `author_id` being the source's own."""
        return [name for (name,) in self._database.rows(_WRITTEN_BY, (f"{source}:{author_id}",))]

    def arrivals(self, cursor: str | None, limit: int) -> Arrivals:
        """Return what was stored behind a cursor: numbers are given in the order of storing, and never twice."""
        if cursor is None:
            (last,) = next(self._database.rows("SELECT coalesce(max(mention), 0) FROM mentions"))
            return Arrivals([], str(last))
        rows = list(self._database.rows(_ARRIVALS, (int(cursor), limit)))
        found = self._documents.by_number([number for number, live in rows if live])
        return Arrivals(list(found), str(rows[-1][0]) if rows else cursor)

    def extents(self, brands: Iterable[str]) -> dict[str, tuple[datetime, datetime]]:
        """Return the times of the first and the last mention of each of these brands that has any."""
        ends = {brand: self._database.row(_EXTENT, (brand, brand)) for brand in brands}
        return {brand: (from_ms(row[0]), from_ms(row[1])) for brand, row in ends.items() if row and row[0] is not None}

    def extent(self, brands: Iterable[str]) -> tuple[datetime, datetime] | None:
        """Return the times of the first and the last mention of these brands, None where there is none."""
        ends = self.extents(brands).values()
        return (min(first for first, _ in ends), max(last for _, last in ends)) if ends else None

    def totals(self) -> list[TotalRow]:
        """Return what is stored per brand; what is stored but not counted in trends is part of it."""
        return [
            TotalRow(brand=brand, count=count, first=from_ms(first), last=from_ms(last))
            for brand, count, first, last in self._database.rows(_TOTALS)
        ]

    def _candidates(
        self, brand: str | None, query: Query | None, start_ms: int | None, end_ms: int | None, sort: Sort, limit: int
    ) -> Iterator[int]:
        """Yield the numbers of documents that may match, best first; without a query exactly those that do."""
        table = "brand_mentions" if brand is not None else "mentions"
        conditions = ["t.brand = :brand" if brand is not None else "t.live"]
        conditions += ["t.published_ms >= :start"] if start_ms is not None else []
        conditions += ["t.published_ms < :end"] if end_ms is not None else []
        chosen = " AND ".join(conditions)
        words = words_that_may_match(query) if query is not None else None
        if words is not None:
            # Numbers rise with time as mentions come in, so the search need not look at the whole store.
            low, high = (f"(SELECT {end}(mention) FROM {table} AS t WHERE {chosen})" for end in ("min", "max"))  # noqa: S608
            conditions.append(
                f"t.mention IN (SELECT rowid FROM words WHERE words MATCH :words AND rowid BETWEEN {low} AND {high})"  # noqa: S608
            )
        source = f"{table} AS t JOIN mentions AS m USING (mention)" if brand is not None else "mentions AS t"
        order = _ORDERS[sort].format(m="m" if brand is not None else "t")
        sql = f"SELECT t.mention FROM {source} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT :limit"  # noqa: S608
        asked = {"brand": brand, "start": start_ms, "end": end_ms, "words": words, "limit": limit}
        return (number for (number,) in self._database.rows(sql, asked))

    def _read(self, numbers: Iterator[int]) -> Iterator[Mention]:
        """Yield the documents with these numbers, a few read at a time."""
        while step := list(islice(numbers, _STEP)):
            yield from self._documents.by_number(step)
