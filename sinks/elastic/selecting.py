"""From a selection to a search of Elasticsearch for one brand's mentions.

Of queries only those become clauses that the server answers exactly; what else there is, `checks` have the matcher
itself decide on the documents.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from schemas.mention import Mention
from schemas.query.evaluate import evaluate
from schemas.query.tree import Query
from sinks.elastic.reader import Clause, within
from sinks.elastic.search import is_exact, may_match
from sinks.selection import Dimension, Selection, Trait

FIELDS: dict[Dimension, str] = {
    "source": "source",
    "language": "language",
    "country": "facts.is.country",
    "kind": "kind",
    "sentiment": "sentiment.label",
    "size": "facts.size",
    "site": "site",
    "author": "facts.name",
    "hashtag": "hashtags",
    "entity": "facts.entities",
    "link": "links",
    "mention": "handles",
    "intent": "intents",
    "emotion": "emotion",
}


@dataclass(slots=True)
class Clauses:
    """Clauses that all hold; `checks` are what a document has to pass besides."""

    all_of: list[Clause] = field(default_factory=list)
    checks: list[Callable[[Mention], bool]] = field(default_factory=list)

    def passes(self, mention: Mention) -> bool:
        """Say whether a document passes what no clause says."""
        return all(check(mention) for check in self.checks)


def clauses(selection: Selection, brand: str) -> Clauses:
    """Return what finds the mentions of this brand that are selected."""
    made = Clauses([{"term": {"brands.id": brand}}, {"term": {"facts.counted": True}}])
    made.all_of += within("facts.time", selection.start_ms, selection.end_ms)
    made.all_of += [_trait(trait) for trait in selection.traits]
    for query in selection.queries:
        _query(made, query, wanted=True)
    for query in selection.counters:
        _query(made, query, wanted=False)
    removed = selection.list_of(brand)
    if removed is not None and selection.excluded != "with":
        _query(made, removed, wanted=selection.excluded == "only")
    elif selection.excluded == "only":
        made.all_of.append({"match_none": {}})
    return made


def _trait(trait: Trait) -> Clause:
    found = {"bool": {"should": [_is(trait.dimension, value) for value in trait.values], "minimum_should_match": 1}}
    return found if trait.wanted else {"bool": {"must_not": [found]}}


def _is(dimension: Dimension, value: str) -> Clause:
    name = FIELDS[dimension]
    same: Clause = {"term": {name: value}}
    also: dict[Dimension, dict[str, Any]] = {
        "language": {"prefix": {name: f"{value}-"}},
        "author": {"term": {"facts.author": value}},
    }
    if dimension == "sentiment" and value == "unknown":
        also["sentiment"] = {"bool": {"must_not": [{"exists": {"field": name}}]}}
    return {"bool": {"should": [same, also[dimension]]}} if dimension in also else same


def _query(made: Clauses, query: Query, *, wanted: bool) -> None:
    exact = is_exact(query)
    if wanted:
        made.all_of.append(may_match(query))
    elif exact:
        made.all_of.append({"bool": {"must_not": [may_match(query)]}})
    if not exact:
        made.checks.append(lambda mention: (evaluate(query, mention) is True) is wanted)
