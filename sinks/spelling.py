"""How people write a term of a theme: the normaliser's form has no capitals, no accents, and one script of Chinese."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from schemas.mention import Mention
from schemas.query.subject import texts_of
from schemas.text import Folded, fold, tokens
from sinks.phrases import kind_of, shown, words_of

_KEPT = ("", "-", "'", "’", ".", "&", "·")  # between two words, besides a space


def spelt(term: str, mentions: Iterable[Mention]) -> str:
    """Return a term as most of these mentions write it; as it is where none has it. An entity keeps its label."""
    ways = Counter(way for mention in mentions for way in _ways(term, mention))
    return ways.most_common(1)[0][0] if ways else shown(term)


def _ways(term: str, mention: Mention) -> Iterator[str]:
    kind, folded = kind_of(term), shown(term)
    if kind == "hashtag":
        yield from (tag for tag in mention.hashtags if fold(tag) == folded)
    elif kind == "entity":
        label = term[1:].partition(":")[0]
        names = (entity.name or entity.text for entity in mention.entities if entity.label == label)
        yield from (f"{label}:{name}" for name in names if fold(name) == folded)
    else:
        yield from (way for text in texts_of(mention) if (way := _in_text(words_of(term), text)))


def _in_text(words: list[str], text: str) -> str | None:
    """Return the first place of a text where these words stand side by side, in one line."""
    whole = Folded(text)
    found = list(tokens(whole.text))
    for at in range(len(found) - len(words) + 1):
        part = found[at : at + len(words)]
        if [token.word for token in part] == words:
            spans = [whole.span(token.end - len(token.word), token.end) for token in part]  # without its sigil
            return _joined(text, spans)
    return None


def _joined(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the words as they stand, without the signs between them that end a part of a sentence."""
    written = text[slice(*spans[0])]
    for (_, before), (start, end) in pairwise(spans):
        between = text[before:start]
        kept = between if between in _KEPT else " " if between.isascii() else ""
        written += kept + text[start:end]
    return written
