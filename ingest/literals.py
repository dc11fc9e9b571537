"""The literals of a query: what a text must contain, at the least, for the query to be worth evaluating."""

from schemas.query.tree import And, Near, Node, Or, Phrase, Prefix, has_sigil


def literals(node: Node) -> frozenset[str] | None:
    """Return literals of which at least one is in the streams of every post that the node is true for.

    None when the node can be true without any word: a field test, a NOT, an OR with one of them. A literal is part of
    the stream that `schemas.query.subject.Subject` describes, with the spaces around the words.
    """
    if isinstance(node, Phrase | Prefix):
        return frozenset([_literal(node.words, begun=isinstance(node, Prefix))])
    if isinstance(node, Near):
        return min((frozenset([_literal(phrase)]) for phrase in node.phrases), key=_frequency)
    if isinstance(node, And):
        sides = [side for child in node.nodes if (side := literals(child)) is not None]
        return min(sides, key=_frequency, default=None)
    if isinstance(node, Or):
        every: set[str] = set()
        for child in node.nodes:
            side = literals(child)
            if side is None:
                return None
            every |= side
        return frozenset(every)
    return None


def _literal(words: tuple[str, ...], begun: bool = False) -> str:
    # Words with and without sigil are in two streams: of several words, only the bare ones are looked for.
    parts = words if len(words) == 1 else [word[1:] if has_sigil(word) else word for word in words]
    return f" {' '.join(parts)}{'' if begun else ' '}"


def _frequency(side: frozenset[str]) -> float:
    """Return a guess of how often one of them is found: the longer a literal, the rarer."""
    return sum(2.0 ** -len(literal.encode()) for literal in side)
