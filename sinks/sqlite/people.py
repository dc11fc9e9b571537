"""Authors and those who follow them, each author once an interval.

Each interval is read and sorted for itself: rows lie in the order of their times, and to sort many small heaps takes
half as long as to sort a large one.
"""

from collections.abc import Iterator

import orjson

from sinks.selection import Intervals, Selection
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
                AND {where} AND t.author IS NOT NULL
            GROUP BY t.author))
    FROM starts WHERE first IS NOT NULL"""
_NEVER_MS = 2**62


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
