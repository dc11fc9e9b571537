"""What of a brand query the search of a platform can be asked for: words that any post it matches has to have.

What is found so is more than what the query means, never less as far as the platform's search finds words as ours
does; the matcher decides. So negations, tests of fields and the distance of words are left out.
"""

from collections.abc import Sequence
from functools import cache

from opencc import OpenCC

from schemas.brand import Brand
from schemas.errors import UsageError
from schemas.query.tree import And, Leaf, Near, Node, Or, Phrase, Prefix, Query
from schemas.text import is_spaceless

Need = tuple[str, ...]
"""Words or phrases of which a text has to hold one: the spellings of one word, or words that stand for each other."""

Wish = tuple[Need, ...]
"""Needs that a text has to meet all together."""


def wishes(brand: Brand) -> tuple[Wish, ...]:
    """Return wishes of which any post about the brand meets one.

    Raises UsageError for a query that may be true without any word.
    """
    from schemas.query.parse import parse_query  # here: it loads a grammar, which reading a recording does not need

    query = parse_query(brand.query)
    alternatives = query.root.nodes if isinstance(query.root, Or) else (query.root,)
    found = [_needs(query, node) for node in alternatives]
    if not all(found):
        raise UsageError(
            f"brand {brand.id}: no platform can be searched for it, for its query can be true without a whole word: "
            "write each alternative with one"
        )
    return tuple(dict.fromkeys(tuple(needs) for needs in found))


def search_words(brand: Brand) -> tuple[str, ...]:
    """Return words and phrases of which any post about the brand has one. Raises UsageError as `wishes` does."""
    return tuple(dict.fromkeys(word for wish in wishes(brand) for word in max(wish, key=_rarity)))


def searches(brands: Sequence[Brand]) -> list[str]:
    """Return the words and phrases that a platform is searched for on behalf of some brands, each once, quoted where
    they are phrases. Raises UsageError as `wishes` does."""
    return list(dict.fromkeys(quoted(word) for brand in brands for word in search_words(brand)))


def groups(words: Sequence[str], longest: int, between: int, most: int | None = None) -> list[list[str]]:
    """Share words out, in order, so that those of a group with `between` signs between them have `longest` at most.

    `most` is how many a group may have. A word that is longer stands alone.
    """
    shared: list[list[str]] = []
    size = 0
    for word in words:
        size += between + len(word)
        if not shared or size > longest or len(shared[-1]) == most:
            shared.append([])
            size = len(word)
        shared[-1].append(word)
    return shared


def quoted(word: str) -> str:
    """Return a word as searches want it: in quotes if it is several."""
    return word if word.isalnum() and word.isascii() else f'"{word}"'


def _needs(query: Query, node: Node) -> list[Need]:
    """Return the needs that follow from a node; none where it can be true without any word."""
    if isinstance(node, Phrase):
        return [_spellings(query, node, node.words)]
    if isinstance(node, Near):
        return [_spellings(query, None, words) for words in node.phrases]
    if isinstance(node, Prefix):
        return [_spellings(query, None, node.words[:-1])] if len(node.words) > 1 else []
    if isinstance(node, And):
        return list(dict.fromkeys(need for child in node.nodes for need in _needs(query, child)))
    if isinstance(node, Or):
        sides = [_needs(query, child) for child in node.nodes]
        if all(sides):
            return [tuple(dict.fromkeys(word for side in sides for word in max(side, key=_rarity)))]
    return []


def _spellings(query: Query, leaf: Leaf | None, words: tuple[str, ...]) -> Need:
    """Return how a phrase may be written: as it stands in the query, folded, and in both scripts of Chinese."""
    folded = _joined(words)
    written = query.written(leaf).strip("\"'“”‘’「」 ").replace('"', "") if leaf else folded
    if "\\" in written:
        written = folded
    traditional = _traditional().convert(folded)
    known = dict.fromkeys((written, folded, traditional))
    lowered = {spelling.lower(): spelling for spelling in reversed(known)}
    return tuple(spelling for spelling in known if lowered[spelling.lower()] == spelling)


def _joined(words: tuple[str, ...]) -> str:
    """Put words beside each other as people write them: those of scripts without spaces without one."""
    text = ""
    for word in words:
        spaced = text and not (is_spaceless(text[-1]) and is_spaceless(word[0]))
        text += f" {word}" if spaced else word
    return text


def _rarity(need: Need) -> float:
    """Return a guess of how rare it is that a need is met: as rare as its shortest word is long."""
    return min(len(word.encode()) for word in need)


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2t")
