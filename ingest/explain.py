"""Why a text matches a query, or why not, for the person who writes the query."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from schemas.query.evaluate import truth
from schemas.query.occurrence import occurrences, stretches
from schemas.query.subject import Subject, Words
from schemas.query.tree import And, FieldIs, Near, Node, Not, Or, Phrase, Prefix, Query, TextNode, has_sigil
from schemas.text import Folded, Token, tokens

_SHOWN = 5  # of so many alternatives each is named


@dataclass(frozen=True, slots=True)
class Explanation:
    """`spans` is where the words that matched stand, in code points of the text, in order.

    `reason` says why the text does not match ("misses: phone", "excluded by: jobs", "unknown: lang"); else it is empty.
    """

    matches: bool
    spans: tuple[tuple[int, int], ...] = ()
    reason: str = ""


def explain(query: Query, text: str) -> Explanation:
    """Return whether and why a text matches. It stands for a post of which nothing else is known."""
    subject = Subject([text])
    if truth(query.root, subject):
        found = _Evidence(text, subject)
        return Explanation(True, spans=tuple(sorted(set(found.spans(query.root, True)))))
    return Explanation(False, reason=str(_faults(query, query.root, True, subject)))


class _Evidence:
    """Finds the words that a query is true for."""

    def __init__(self, text: str, subject: Subject) -> None:
        self.subject = subject
        self.folded = Folded(text)
        self.tokens: list[Token] = list(tokens(self.folded.text))
        self.words = Words([token.word for token in self.tokens], [token.written for token in self.tokens])

    def spans(self, node: Node, wanted: bool) -> Iterator[tuple[int, int]]:
        """Yield the words under a node that make it as wanted; what a NOT is true for is not there to be shown."""
        if isinstance(node, Not):
            yield from self.spans(node.node, not wanted)
        elif isinstance(node, And | Or):
            for child in node.nodes:
                if truth(child, self.subject) is wanted:
                    yield from self.spans(child, wanted)
        elif wanted and isinstance(node, Phrase | Prefix | Near):
            yield from self.places(node)

    def places(self, node: TextNode) -> Iterator[tuple[int, int]]:
        if isinstance(node, Near):
            for starts in stretches(node, self.words):
                for phrase, at in zip(node.phrases, starts, strict=True):
                    yield self.place(phrase, at)
        else:
            for at in occurrences(node.words, self.words, begun=isinstance(node, Prefix)):
                yield self.place(node.words, at)

    def place(self, words: tuple[str, ...], at: int) -> tuple[int, int]:
        first, last = self.tokens[at], self.tokens[at + len(words) - 1]
        return self.folded.span(first.start if has_sigil(words[0]) else first.end - len(first.word), last.end)


@dataclass(slots=True)
class _Faults:
    """What stands between a text and the match."""

    misses: list[str] = field(default_factory=list)
    excluded_by: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        parts = (("misses", self.misses), ("excluded by", self.excluded_by), ("unknown", self.unknown))
        return "; ".join(f"{name}: {', '.join(dict.fromkeys(found))}" for name, found in parts if found)


def _faults(query: Query, node: Node, wanted: bool, subject: Subject) -> _Faults:
    """Return why the node is not as wanted, which it is not."""
    if isinstance(node, Not):
        return _faults(query, node.node, not wanted, subject)
    if not isinstance(node, And | Or):
        if isinstance(node, Phrase | Prefix | Near):
            written = query.written(node)
            return _Faults(misses=[written]) if wanted else _Faults(excluded_by=[written])
        return _Faults(unknown=[node.name if isinstance(node, FieldIs) else "followers"])
    found = [_faults(query, child, wanted, subject) for child in node.nodes if truth(child, subject) is not wanted]
    every = _Faults()
    join = _all if isinstance(node, And) is wanted else _either
    every.misses = join([fault.misses for fault in found])
    every.excluded_by = join([fault.excluded_by for fault in found])
    every.unknown = _all([fault.unknown for fault in found])
    return every


def _all(groups: list[list[str]]) -> list[str]:
    return [part for group in groups for part in group]


def _either(groups: list[list[str]]) -> list[str]:
    """Make one part of several of which any would do."""
    named = [" and ".join(group) for group in groups if group]
    if len(named) > _SHOWN:
        named[_SHOWN - 1 :] = [f"{len(named) - _SHOWN + 1} others"]
    return [" or ".join(named)] if named else []
