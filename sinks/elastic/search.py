"""From a brand query to a search of Elasticsearch: bool and intervals, in the three-valued logic of the matcher.

Each node is compiled for what is wanted of it, true or false, so that unknown is neither: a field is false only where
it is there. Words without sigils are looked for in `facts.words`, with them in `facts.written`, whose positions are the
same. Where the server cannot be exact the search finds too many documents, never too few, and the matcher's own
evaluation has the last word.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.query.tree import And, FieldTest, Followers, Meant, Near, Node, Not, Or, Phrase, Prefix, Query, has_sigil

Clause = Mapping[str, Any]

_ALL: Clause = {"match_all": {}}
_BARE, _WRITTEN = "facts.words", "facts.written"
_MAX_DEPTH = 20  # a server refuses more than 30 queries inside each other
_MAX_LEAVES = 1_000  # and as many clauses as fit into its heap, at least 1,024


def may_match(query: Query) -> Clause:
    """Return a search that finds every document that the query matches."""
    return _Search().where(query.root, True, _MAX_DEPTH)


def is_exact(query: Query) -> bool:
    """Say whether that search finds nothing else."""
    leaves = _leaves(query.root, _MAX_DEPTH)
    return leaves is not None and leaves <= _MAX_LEAVES


def _leaves(node: Node, depth: int) -> int | None:
    """Return how many clauses a node becomes, None where one of them is not exact."""
    if isinstance(node, Not):
        return _leaves(node.node, depth)
    if isinstance(node, And | Or):
        parts = [_leaves(child, depth - 1) for child in node.nodes] if depth else [None]
        return None if None in parts else sum(filter(None, parts))
    return None if isinstance(node, Prefix) and len(node.words) > 1 else 1


class _Search:
    """One query being compiled."""

    def __init__(self) -> None:
        self._leaves = 0

    def where(self, node: Node, wanted: bool, depth: int) -> Clause:
        """Return what finds every document for which the node is `wanted`, not its opposite and not unknown."""
        if isinstance(node, Not):
            return self.where(node.node, not wanted, depth)
        if isinstance(node, And | Or):
            if not depth:
                return _ALL
            together = isinstance(node, And) is wanted
            parts = [self.where(child, wanted, depth - 1) for child in node.nodes if _lone_word(node, child) is None]
            parts += self._lone_words(node, wanted)
            return {"bool": {"filter": parts}} if together else {"bool": {"should": parts}}
        self._leaves += 1
        if self._leaves > _MAX_LEAVES:
            return _ALL
        if isinstance(node, Phrase | Prefix | Near):
            found, exact = _text(node)
            return _is(found, wanted) if exact or wanted else _ALL
        return _field(node, wanted)

    def _lone_words(self, node: And | Or, wanted: bool) -> list[Clause]:
        """Return one clause for each stream in which an OR looks for single words: ten thousand are no problem then."""
        words: dict[str, list[str]] = {}
        for child in node.nodes:
            word = _lone_word(node, child)
            if word is not None:
                words.setdefault(_stream(word), []).append(word)
        return [_is({"terms": {stream: any_of}}, wanted) for stream, any_of in words.items()]


def _lone_word(parent: And | Or, node: Node) -> str | None:
    return node.words[0] if isinstance(parent, Or) and isinstance(node, Phrase) and len(node.words) == 1 else None


def _is(found: Clause, wanted: bool) -> Clause:
    return found if wanted else {"bool": {"must_not": [found]}}


def _stream(word: str) -> str:
    return _WRITTEN if has_sigil(word) else _BARE


def _text(node: Phrase | Prefix | Near) -> tuple[Clause, bool]:
    """Return the search for a text node, and whether it finds nothing else."""
    if isinstance(node, Near):
        phrases = [_side_by_side(words) for words in node.phrases]
        apart = {"all_of": {"intervals": phrases, "ordered": False, "max_gaps": node.distance}}
        return {"intervals": {_BARE: apart}}, True
    if isinstance(node, Phrase):
        return _phrase(node.words), True
    *before, begun = node.words
    prefix: Clause = {"prefix": {_stream(begun): begun}}
    # The server gives up on a phrase whose last word has very many endings; a prefix of its own has no limit.
    return ({"bool": {"filter": [_phrase(before), prefix]}}, False) if before else (prefix, True)


def _phrase(words: Sequence[str]) -> Clause:
    if len(words) == 1:
        return {"term": {_stream(words[0]): words[0]}}
    return {"intervals": {_BARE: _side_by_side(words)}}


def _side_by_side(words: Sequence[str]) -> Clause:
    """Return the words in this order with nothing between them, each in its stream."""
    if not any(map(has_sigil, words)):
        return {"match": {"query": " ".join(words), "ordered": True, "max_gaps": 0}}
    each = [{"match": {"query": word, "use_field": _stream(word)}} for word in words]
    return {"all_of": {"intervals": each, "ordered": True, "max_gaps": 0}}


def _field(node: FieldTest, wanted: bool) -> Clause:
    if isinstance(node, Followers | Meant):
        # One of several probabilities may be in the range and another not: then `meant` holds, and its opposite not.
        field = "author.followers" if isinstance(node, Followers) else "brand_views.meant"
        ends = {name: value for name, value in (("gte", node.low), ("lte", node.high)) if value is not None}
        bounds = ends if isinstance(node, Followers) else {name: value / 100 for name, value in ends.items()}
        test: Clause = {"range": {field: bounds}} if bounds else {"exists": {"field": field}}
    else:
        field = f"facts.is.{node.name}"
        test = {"term": {field: node.value}}
    return test if wanted else {"bool": {"filter": [{"exists": {"field": field}}], "must_not": [test]}}
