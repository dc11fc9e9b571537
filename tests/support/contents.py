"""Everything that a store file holds, in a form in which two stores can be compared."""

import sqlite3
from pathlib import Path
from typing import Any

import orjson

_TABLES = {
    "mentions": "SELECT id, version, published_ms, live, rank, followers FROM mentions ORDER BY id",
    "brands": """SELECT m.id, b.brand, b.published_ms, b.counted, b.author, b.name, b.followers
                 FROM brand_mentions AS b JOIN mentions AS m USING (mention) ORDER BY 1, 2""",
    "terms": """SELECT m.id, t.brand, t.kind, t.published_ms, t.value, t.label
                FROM terms AS t JOIN mentions AS m USING (mention) ORDER BY 1, 2, 3, 5, 6""",
    "trends": "SELECT * FROM trends ORDER BY brand, start_ms",
    "engagements": "SELECT mention_id, id, at_ms, body FROM engagements ORDER BY 1, 2",
    "dead_letters": "SELECT id, body FROM dead_letters ORDER BY 1",
}


def contents(path: Path) -> dict[str, list[Any]]:
    """Return the rows of every table that holds answers, and every document without its `indexed_at`."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found: dict[str, list[Any]] = {name: database.execute(query).fetchall() for name, query in _TABLES.items()}
        rows = database.execute("SELECT id, body FROM mentions JOIN documents USING (mention) ORDER BY id")
        found["documents"] = [(mention_id, _without_time(body)) for mention_id, body in rows]
    finally:
        database.close()
    return found


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, int]:
    """Return, per table, how many rows are in one of two stores only; tables without a difference are left out."""
    counts = {name: len({repr(row) for row in one[name]} ^ {repr(row) for row in other[name]}) for name in one}
    return {name: count for name, count in counts.items() if count}


def _without_time(body: bytes) -> Any:
    document = orjson.loads(body)
    document.pop("indexed_at")
    return document
