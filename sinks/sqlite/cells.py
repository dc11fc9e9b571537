"""What is counted of selected mentions by any of their dimensions, and the mentions themselves, page by page."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from heapq import merge
from itertools import islice

import orjson

from schemas.mention import Mention
from sinks.selection import Cell, Dimension, Intervals, Measure, Page, Place, Selection
from sinks.sqlite.database import Database, Row
from sinks.sqlite.documents import Documents
from sinks.sqlite.people import INDEXED, has_author, people_over_time
from sinks.sqlite.proposals import proposed
from sinks.sqlite.selecting import COLUMNS, TERM_VALUE, TERMS, Conditions, conditions
from sinks.traits import selected

_SUMS: dict[Measure, str] = {
    "mentions": "count(*)",
    "sentiment": "sum(t.sentiment = 'positive'), sum(t.sentiment = 'neutral'), sum(t.sentiment = 'negative'),"
    " sum(t.sentiment = 'unknown')",
    "engagement": "sum(t.engagement)",
}
_STEP = 200  # documents that are read at a time


class Cells:
    """Counts and pages of what a selection holds; every answer is of rows of `brand_mentions`, in their order."""

    def __init__(self, database: Database, documents: Documents) -> None:
        """Ask `database`, and read documents from `documents`."""
        self._database = database
        self._documents = documents

    def count(
        self, selection: Selection, by: Sequence[Dimension], measure: Measure, intervals: Intervals
    ) -> list[Cell]:
        """Return a cell for each brand and each combination of keys that occurs, in no particular order."""
        return [cell for brand in selection.brands for cell in self._of_brand(selection, brand, by, measure, intervals)]

    def page(self, selection: Selection, after: Place | None, limit: int) -> Page:
        """Return up to `limit` mentions, the newest first, ties by id; a mention of several brands comes once."""
        with ExitStack() as open_rows:
            of_all = proposed(self._database, selection, after)
            if of_all is not None:
                rows: Iterator[Row] = open_rows.enter_context(closing(of_all))
                found = self._found(rows, lambda mention, _: selected(mention, selection), limit)
            else:
                chosen = {brand: conditions(selection, brand) for brand in selection.brands}
                rows = merge(*(open_rows.enter_context(closing(self._newest(one, after))) for one in chosen.values()))
                found = self._found(rows, lambda mention, brand: chosen[brand].passes(mention), limit)
        shown = found[: max(limit, 0)]
        return Page([mention for _, mention in shown], shown[-1][0] if shown and len(found) > limit else None)

    def _found(
        self, rows: Iterator[Row], passes: Callable[[Mention, str], bool], limit: int
    ) -> list[tuple[Place, Mention]]:
        """Return one mention more than the limit, if there is one."""
        found: list[tuple[Place, Mention]] = []
        while len(found) <= limit and (step := list(islice(rows, min(_STEP, max(limit, 0) + 1)))):
            documents = {one.id: one for one in self._documents.by_number(list({row[2] for row in step}))}
            for less_ms, mention_id, _, brand in step:
                again = bool(found) and found[-1][1].id == mention_id  # of another brand: its row is the next one
                mention = documents.get(mention_id)
                if not again and mention is not None and passes(mention, brand):
                    found.append((Place(-less_ms, mention_id), mention))
        return found

    def _newest(self, chosen: Conditions, after: Place | None) -> Generator[Row, None, None]:
        """Yield the rows of a brand, the newest first: less its time, its id, its number and the brand."""
        where, values = " AND ".join(chosen.sql), chosen.values
        if after is not None:
            where += " AND t.published_ms <= :after_ms AND (t.published_ms < :after_ms OR m.id > :after_id)"
            values = values | {"after_ms": after.at_ms, "after_id": after.mention_id}
        return self._database.rows(
            "SELECT -t.published_ms, m.id, t.mention, t.brand FROM brand_mentions AS t JOIN mentions AS m"  # noqa: S608
            f" USING (mention) WHERE {where} ORDER BY t.published_ms DESC, m.id",
            values,
        )

    def _of_brand(
        self, selection: Selection, brand: str, by: Sequence[Dimension], measure: Measure, intervals: Intervals
    ) -> Iterator[Cell]:
        chosen = conditions(selection, brand)
        if chosen.checks:
            numbers = chosen.bind(orjson.dumps(list(self._checked(chosen))).decode())
            chosen.sql.append(f"t.mention IN (SELECT value FROM json_each({numbers}))")  # noqa: S608
        if measure == "people" and tuple(by) == ("time",):
            for start, people in people_over_time(self._database, selection, brand, chosen, intervals):
                yield Cell(brand, (start,), people)
            return
        if measure == "people":
            is_plain = selection.is_plain(brand) and INDEXED.issuperset(by)
            ends = (selection.start_ms, selection.end_ms) if is_plain else (0, 0)
            chosen.sql.append(has_author(self._database, brand, *ends))
        keys, source = _keys(chosen, by, intervals)
        for row in self._database.rows(_question(chosen, keys, source, measure), chosen.values):
            yield Cell(brand, row[: len(by)], tuple(value or 0 for value in row[len(by) :]))

    def _checked(self, chosen: Conditions) -> Iterator[int]:
        """Yield the numbers of those mentions that pass what only their documents say."""
        sql = f"SELECT t.mention FROM brand_mentions AS t WHERE {' AND '.join(chosen.sql)} ORDER BY t.mention"  # noqa: S608
        with closing(self._database.rows(sql, dict(chosen.values))) as rows:
            while step := [number for (number,) in islice(rows, _STEP)]:
                documents = self._documents.by_number(step)
                yield from (number for number, one in zip(step, documents, strict=True) if chosen.passes(one))


def _keys(chosen: Conditions, by: Sequence[Dimension], intervals: Intervals) -> tuple[list[str], str]:
    """Return an expression for each dimension, and the tables that they are about."""
    keys: list[str] = []
    source = "brand_mentions AS t"
    for at, dimension in enumerate(by):
        if dimension == "time":
            width, offset = chosen.bind(intervals.width_ms), chosen.bind(intervals.offset_ms)
            keys.append(f"t.published_ms - (t.published_ms - {offset}) % {width}")
        elif dimension in TERMS:
            kind, row = chosen.bind(TERMS[dimension]), f"x{at}"
            # Outer: what has none is a group too, as of every other dimension.
            source += (
                f" LEFT JOIN terms AS {row} ON {row}.brand = t.brand AND {row}.kind = {kind}"
                f" AND {row}.published_ms = t.published_ms AND {row}.mention = t.mention"
            )
            keys.append(TERM_VALUE.format(row=row))
        else:
            keys.append(COLUMNS[dimension])
    return keys, source


def _question(chosen: Conditions, keys: Sequence[str], source: str, measure: Measure) -> str:
    where = " AND ".join(chosen.sql)
    named = "".join(f"{key} AS k{at}, " for at, key in enumerate(keys))
    names = [f"k{at}" for at in range(len(keys))]
    grouped = f" GROUP BY {', '.join(names)}" if keys else ""
    if measure != "people":
        return f"SELECT {named}{_SUMS[measure]} FROM {source} WHERE {where}{grouped}"  # noqa: S608
    # Authors are what differs most: rows that are sorted by them first are told apart at the first look.
    return (
        f"SELECT {''.join(f'{name}, ' for name in names)}count(*), sum(coalesce(most, 0)), sum(most IS NULL) FROM ("  # noqa: S608
        f"SELECT {named}max(t.followers) AS most FROM {source} WHERE {where}"
        f" GROUP BY {', '.join(('t.author', *names))}){grouped}"
    )
