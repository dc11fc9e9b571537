"""Authors and those who follow them, each author once an interval.

Each interval is read and sorted for itself: rows lie in the order of their times, and to sort many small heaps takes
half as long as to sort a large one. Of a long time as a whole the index `brand_people` is read instead, which has
authors in their order; of a short one it would hold far too many.
"""

from collections.abc import Iterator

import orjson

from sinks.selection import Dimension, Intervals, Selection
from sinks.sqlite.database import Database
from sinks.sqlite.selecting import Conditions

People = tuple[int, int, int]
"""How many people, their followers, and how many have followers that are not known."""

_START = "min(t.published_ms) - (min(t.published_ms) - :offset) % :width"
# Intervals in which nothing is said of the brand are stepped over.
_OVER_TIME = """
    WITH RECURSIVE starts (first) AS (
        SELECT {start} FROM brand_mentions AS t
        WHERE t.brand = :brand AND t.published_ms >= :low AND t.published_ms < :high
        UNION ALL SELECT (
            SELECT {start} FROM brand_mentions AS t
            WHERE t.brand = :brand AND t.published_ms >= starts.first + :width AND t.published_ms < :high)
        FROM starts WHERE first IS NOT NULL)
    SELECT first, (
        SELECT json_array(count(*), sum(coalesce(most, 0)), sum(most IS NULL)) FROM (
            SELECT max(t.followers) AS most FROM brand_mentions AS t
            WHERE t.published_ms >= max(starts.first, :low) AND t.published_ms < min(starts.first + :width, :high)
                AND {where} AND +t.author IS NOT NULL
            GROUP BY t.author))
    FROM starts WHERE first IS NOT NULL"""
_NEVER_MS = 2**62
_EXTENT = """
    SELECT (SELECT min(published_ms) FROM brand_mentions WHERE brand = ?1),
        (SELECT max(published_ms) FROM brand_mentions WHERE brand = ?1)"""
_LONG = 4  # a quarter of the time that is stored

INDEXED: frozenset[Dimension] = frozenset(("author", "language", "country", "size"))
"""Dimensions of authors that the index knows."""


def has_author(database: Database, brand: str, start_ms: int | None, end_ms: int | None) -> str:
    """Return the condition that rows of a brand, `brand_mentions` as `t`, have an author; written so that SQLite reads
    the index where the time is a long one, and cannot take it where it is short."""
    row = database.row(_EXTENT, (brand,))
    first, last = (0, 0) if row is None or row[0] is None else row
    asked = min(last, end_ms or _NEVER_MS) - max(first, start_ms or 0)
    return "t.author IS NOT NULL" if asked * _LONG >= last - first else "+t.author IS NOT NULL"


def people_over_time(
    database: Database, selection: Selection, brand: str, chosen: Conditions, intervals: Intervals
) -> Iterator[tuple[int, People]]:
    """Yield the start (ms) of each interval in which somebody wrote what is selected of a brand, and who they were.

    `chosen` are the conditions of the selection for this brand.
    """
    where = " AND ".join(one for one in chosen.sql if one not in chosen.time)
    values = chosen.values | {
        "brand": brand, "width": intervals.width_ms, "offset": intervals.offset_ms,
        "low": selection.start_ms or 0, "high": selection.end_ms or _NEVER_MS,
    }  # fmt: skip
    for start, counted in database.rows(_OVER_TIME.format(start=_START, where=where), values):
        authors, followers, unknown = orjson.loads(counted)
        if authors:
            yield start, (authors, followers, unknown)
