"""From a selection to conditions on the rows of one brand, `brand_mentions` as `t`.

Of queries only those become conditions that the full-text search answers exactly; what else there is, `checked` has the
matcher itself decide on the documents.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from schemas.mention import Mention
from schemas.query.evaluate import evaluate
from schemas.query.tree import Query
from sinks.selection import SIZES, Dimension, Selection, Trait
from sinks.sqlite.search import is_exact, words_that_may_match

COLUMNS: dict[Dimension, str] = {
    "source": "t.source",
    "language": "t.language",
    "country": "t.country",
    "kind": "t.kind",
    "sentiment": "t.sentiment",
    "size": "CASE WHEN t.followers IS NULL THEN 'unknown' "
    + " ".join(f"WHEN t.followers >= {least} THEN '{size}'" for size, least in SIZES)
    + " ELSE 'nano' END",
    "site": "t.site",
    "author": "t.name",
}
"""Dimensions of which a mention has one value at the most."""

TERMS: dict[Dimension, str] = {
    "hashtag": "hashtags",
    "entity": "entities",
    "link": "links",
    "mention": "mentions",
    "intent": "intents",
    "emotion": "emotions",
}
"""Dimensions of which it may have several, or which few mentions have, by their kind in `terms`."""

TERM_VALUE = "CASE {row}.kind WHEN 'entities' THEN {row}.label || ':' || {row}.value ELSE {row}.value END"


@dataclass(slots=True)
class Conditions:
    """Conditions in SQL with their named values; `checks` are what a document has to pass besides.

    The names of values begin with `letter`, so that two sets of conditions can stand in one question. Those of `sql`
    that bound the time stand in `time` as well.
    """

    letter: str = "v"
    sql: list[str] = field(default_factory=list)
    time: list[str] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)
    checks: list[Callable[[Mention], bool]] = field(default_factory=list)

    def bind(self, value: object) -> str:
        """Return the name for a value."""
        name = f"{self.letter}{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def passes(self, mention: Mention) -> bool:
        """Say whether a document passes what no condition says."""
        return all(check(mention) for check in self.checks)


def conditions(selection: Selection, brand: str, letter: str = "v") -> Conditions:
    """Return the conditions that rows of this brand meet when their mentions are selected."""
    made = Conditions(letter)
    made.sql += [f"t.brand = {made.bind(brand)}", "t.counted"]
    if selection.start_ms is not None:
        made.time.append(f"t.published_ms >= {made.bind(selection.start_ms)}")
    if selection.end_ms is not None:
        made.time.append(f"t.published_ms < {made.bind(selection.end_ms)}")
    made.sql += made.time
    near = " AND ".join(made.sql) if selection.start_ms is not None else ""
    for trait in selection.traits:
        _trait(made, trait)
    for query in selection.queries:
        _query(made, query, near, wanted=True)
    for query in selection.counters:
        _query(made, query, near, wanted=False)
    removed = selection.list_of(brand)
    if removed is not None and selection.excluded != "with":
        _query(made, removed, near, wanted=selection.excluded == "only")
    elif selection.excluded == "only":
        made.sql.append("0")
    return made


def _trait(made: Conditions, trait: Trait) -> None:
    if trait.dimension in TERMS:
        named = " OR ".join(f"{TERM_VALUE.format(row='x')} = {made.bind(value)}" for value in trait.values)
        found = (
            "EXISTS (SELECT 1 FROM terms AS x WHERE x.brand = t.brand AND x.published_ms = t.published_ms"  # noqa: S608
            f" AND x.mention = t.mention AND x.kind = {made.bind(TERMS[trait.dimension])} AND ({named}))"
        )
    else:
        found = " OR ".join(_is(made, trait.dimension, value) for value in trait.values)
    made.sql.append(f"({found})" if trait.wanted else f"NOT coalesce(({found}), 0)")


def _is(made: Conditions, dimension: Dimension, value: str) -> str:
    column, name = COLUMNS[dimension], made.bind(value)
    if dimension == "language":
        return f"{column} = {name} OR substr({column}, 1, {len(value) + 1}) = {made.bind(f'{value}-')}"
    if dimension == "author":
        return f"{column} = {name} OR t.author = {name}"
    return f"{column} = {name}"


def _query(made: Conditions, query: Query, near: str, *, wanted: bool) -> None:
    words = words_that_may_match(query)
    exact = is_exact(query)
    if words is not None and (wanted or exact):
        search = f"SELECT rowid FROM words WHERE words MATCH {made.bind(words)}"  # noqa: S608
        if near:  # numbers rise with time as mentions come in, so the search need not look at the whole store
            low, high = (f"(SELECT {end}(t.mention) FROM brand_mentions AS t WHERE {near})" for end in ("min", "max"))  # noqa: S608
            search += f" AND rowid BETWEEN {low} AND {high}"
        made.sql.append(f"t.mention {'IN' if wanted else 'NOT IN'} ({search})")
    if words is None or not exact:
        made.checks.append(lambda mention: (evaluate(query, mention) is True) is wanted)
