"""Mentions that a query may match, of many brands at once: the search is made once, not once for each brand."""

from collections.abc import Generator

import orjson

from sinks.selection import Place, Selection
from sinks.sqlite.database import Database, Row
from sinks.sqlite.search import words_that_may_match

_MANY = 8  # brands; fewer are read each for itself, with all conditions in SQL
_LOOKED_UP = 20_000  # mentions; of more than that the newest are found sooner by their times

_SEARCH = "SELECT rowid FROM words WHERE words MATCH :words"
_NEWEST = """
    SELECT -m.published_ms, m.id, m.mention, '' FROM {source} WHERE m.live
        AND (:start IS NULL OR m.published_ms >= :start) AND (:end IS NULL OR m.published_ms < :end)
        AND (:at IS NULL OR m.published_ms < :at OR (m.published_ms = :at AND m.id > :id))
    ORDER BY m.published_ms DESC, m.id"""
_OF_NUMBERS = "json_each(:numbers) AS asked CROSS JOIN mentions AS m ON m.mention = asked.value"
_BY_TIME = f"(SELECT * FROM mentions WHERE mention IN ({_SEARCH})) AS m"  # noqa: S608


def proposed(database: Database, selection: Selection, after: Place | None) -> Generator[Row, None, None] | None:
    """Return rows of the mentions behind a place that a query of the selection proposes, the newest first: less the
    time, the id, the number, no brand. Each has to be checked against the whole selection.

    None where a search of its own for each brand is better: of few brands, and where traits may leave little.
    """
    if len(selection.brands) < _MANY or selection.traits or selection.counters or selection.excluded == "only":
        return None
    words = next((found for query in selection.queries if (found := words_that_may_match(query)) is not None), None)
    if words is None:
        return None
    numbers = [row[0] for row in database.rows(f"{_SEARCH} LIMIT :most", {"words": words, "most": _LOOKED_UP + 1})]
    few = len(numbers) <= _LOOKED_UP
    values = {
        "words": words, "numbers": orjson.dumps(numbers).decode() if few else None,
        "start": selection.start_ms, "end": selection.end_ms,
        "at": after.at_ms if after else None, "id": after.mention_id if after else None,
    }  # fmt: skip
    return database.rows(_NEWEST.format(source=_OF_NUMBERS if few else _BY_TIME), values)
