"""From a brand query to the full-text search that proposes documents for it.

The search never misses a document that matches but may propose some that do not: it knows neither fields nor NOT nor
sigils, and words that are near each other may stand in two texts. The matcher's own evaluation has the last word.
"""

from collections.abc import Iterable

from schemas.query.tree import And, Near, Node, Or, Phrase, Prefix, Query, has_sigil

_MAX_DEPTH = 40  # FTS5's own parser gives up at about a hundred nested brackets


def words_that_may_match(query: Query) -> str | None:
    """Return an FTS5 expression that finds every document the query matches; None when any document may match."""
    return _expression(query.root, _MAX_DEPTH)


def is_exact(query: Query) -> bool:
    """Say whether the expression finds nothing else: it knows plain words, AND and OR, and sees words that are side by
    side in one text only."""
    return _is_plain(query.root, _MAX_DEPTH)


def _is_plain(node: Node, depth: int) -> bool:
    if isinstance(node, Phrase | Prefix):
        return not any(map(has_sigil, node.words))
    return depth > 0 and isinstance(node, And | Or) and all(_is_plain(child, depth - 1) for child in node.nodes)


def _expression(node: Node, depth: int) -> str | None:
    if isinstance(node, Phrase):
        return _string(node.words)
    if isinstance(node, Prefix):
        return f"{_string(node.words)} *"
    if isinstance(node, Near):
        # FTS5 counts the words between the first and the last phrase; the phrases between them are among those.
        within = node.distance + sum(len(words) for words in node.phrases)
        return f"NEAR({' '.join(map(_string, node.phrases))}, {within})"
    if depth and isinstance(node, And | Or):
        parts = [_expression(child, depth - 1) for child in node.nodes]
        known = [part for part in parts if part is not None]
        if isinstance(node, And) and known:
            return f"({' AND '.join(known)})"
        if isinstance(node, Or) and len(known) == len(parts):
            return f"({' OR '.join(known)})"
    return None


def _string(words: Iterable[str]) -> str:
    """Return words as a string of FTS5, in which nothing but a double quote means anything."""
    bare = (word[1:] if has_sigil(word) else word for word in words)
    return '"' + " ".join(bare).replace('"', '""') + '"'
