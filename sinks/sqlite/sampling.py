"""A sample of selected mentions, the same ones whenever it is asked for."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice

import orjson

from sinks.selection import Selection
from sinks.spoken import Spoken
from sinks.sqlite.database import Database, Row
from sinks.sqlite.documents import Documents
from sinks.sqlite.facts import read_facts
from sinks.sqlite.selecting import Conditions, conditions

# Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): numbers that follow each other, as those of
# mentions in time do, are spread evenly.
_CHANCE = "(t.mention * 2654435761) & 4294967295"
_FACTS = """
    SELECT m.id, d.facts FROM json_each(?) AS asked JOIN mentions AS m ON m.mention = asked.value
    JOIN documents AS d USING (mention) WHERE d.facts <> x''"""
_STEP = 200  # documents that are read at a time


class Sampling:
    """Draws mentions evenly from all that are selected."""

    def __init__(self, database: Database, documents: Documents) -> None:
        """Ask `database`, and read documents from `documents` where only they say what is selected."""
        self._database = database
        self._documents = documents

    def sample(self, selection: Selection, without: Selection | None, limit: int) -> list[Spoken]:
        """Return mentions of a selection that are not of another one: all, or `limit` drawn from them."""
        drawn: dict[int, int] = {}
        for brand in selection.brands:
            left = conditions(without, brand, "w") if without is not None and brand in without.brands else None
            drawn.update(self._drawn(conditions(selection, brand), left, limit))
        chosen = sorted(drawn, key=lambda number: drawn[number])[:limit]
        rows = self._database.rows(_FACTS, (orjson.dumps(sorted(chosen)).decode(),))
        return [_spoken(mention_id, facts) for mention_id, facts in rows]

    def _drawn(self, chosen: Conditions, left: Conditions | None, limit: int) -> Iterator[Row]:
        """Yield the numbers of mentions of a brand with their lots, the lowest lot first."""
        sql, values = list(chosen.sql), chosen.values
        if left is not None:
            sql.append(f"NOT coalesce(({' AND '.join(left.sql)}), 0)")
            values = values | left.values
        question = (
            f"SELECT t.mention, {_CHANCE} AS lot FROM brand_mentions AS t"  # noqa: S608
            f" WHERE {' AND '.join(sql)} ORDER BY lot"
        )
        if not chosen.checks:
            yield from self._database.rows(f"{question} LIMIT :limit", values | {"limit": limit})
            return
        with closing(self._database.rows(question, values)) as rows:
            yield from islice(self._passing(rows, chosen), limit)

    def _passing(self, rows: Iterator[Row], chosen: Conditions) -> Iterator[Row]:
        while step := list(islice(rows, _STEP)):
            documents = self._documents.by_number([number for number, _ in step])
            yield from (row for row, one in zip(step, documents, strict=True) if chosen.passes(one))


def _spoken(mention_id: str, stored: bytes) -> Spoken:
    facts = read_facts(stored)
    hashtags = tuple(value for kind, value, _ in facts.terms if kind == "hashtags")
    entities = tuple(f"{label}:{value}" for kind, value, label in facts.terms if kind == "entities")
    return Spoken(mention_id, facts.published_ms, facts.text, hashtags, entities)
