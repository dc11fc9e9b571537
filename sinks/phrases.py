"""The terms of a mention that a theme can be made of, and which mentions say the same as an earlier one."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Literal

from schemas.text import fold, is_spaceless
from sinks.spoken import Spoken

TermKind = Literal["phrase", "hashtag", "entity"]

MOST_WORDS = 300
"""Of a long text so many words are read."""

_LONGEST = 3  # words of a phrase
_LONGEST_SPACELESS = 4  # characters: most Chinese words have two, names and set phrases up to four
_SAME = 0.6  # of a text's longest phrases that stand in one other text
_HASHTAG, _ENTITY = "#", "\x00"  # no word has these


def words_of(term: str) -> list[str]:
    """Return the words of a phrase, a hashtag or an entity's name; each character where they have no spaces."""
    bare = shown(term)
    if not bare.isascii() and " " not in bare and all(map(is_spaceless, bare)):
        return list(bare)
    return bare.split()


def kind_of(term: str) -> TermKind:
    """Return what a term is."""
    if term.startswith(_HASHTAG):
        return "hashtag"
    return "entity" if term.startswith(_ENTITY) else "phrase"


def shown(term: str) -> str:
    """Return a term without what says its kind; of an entity `label:value` the value."""
    if term.startswith(_ENTITY):
        return term.partition(":")[2]
    return term.removeprefix(_HASHTAG)


def distinct(found: Iterable[Spoken]) -> Iterator[tuple[Spoken, set[str]]]:
    """Yield mentions with the terms of what they say that none before them says: phrases, hashtags and entities.

    A text that shares most of its longest phrases with one before it is left out, also a quoted one beside what is said
    about it; a mention of which nothing is left, a repost or a near-copy, does not come.
    """
    heard: dict[str, int] = {}
    for number, spoken in enumerate(found):
        own: set[str] = set()
        for text in spoken.words.split("\n"):
            phrases, long = _phrases(text.split()[:MOST_WORDS])
            same = _HASHTAG + text.strip()  # whole, for texts that are too short for long phrases
            alike = Counter(heard[term] for term in long if term in heard).most_common(1)
            if not phrases or same in heard or (alike and alike[0][1] >= _SAME * len(long)):
                continue
            for term in (same, *long):
                heard.setdefault(term, number)
            own |= phrases
        if own:
            own.update(f"{_HASHTAG}{fold(tag)}" for tag in spoken.hashtags)
            own.update(f"{_ENTITY}{label}:{fold(name)}" for label, name in map(_entity, spoken.entities))
            yield spoken, own


def _phrases(words: list[str]) -> tuple[set[str], set[str]]:
    """Return the single words and phrases of a text, and those of them that are as long as any."""
    found: set[str] = set()
    long: set[str] = set()
    for run, spaceless in _runs(words):
        glue, longest = ("", _LONGEST_SPACELESS) if spaceless else (" ", _LONGEST)
        found.update(run)
        for length in range(2, longest):
            found.update(map(glue.join, zip(*(run[start:] for start in range(length)), strict=False)))
        long.update(map(glue.join, zip(*(run[start:] for start in range(longest)), strict=False)))
    return found | long, long


def _entity(written: str) -> tuple[str, str]:
    label, _, name = written.partition(":")
    return label, name


def _runs(words: list[str]) -> Iterator[tuple[list[str], bool]]:
    """Yield stretches of words that phrases are made in: all with spaces around them, or all without; what is neither
    letter nor digit, such as an emoji, ends one."""
    kinds = [_kind(word) for word in words]
    ends = [at for at, (one, next_one) in enumerate(pairwise(kinds), 1) if one != next_one]
    for start, end in pairwise([0, *ends, len(words)]):
        if start < end and kinds[start] != "sign":
            yield words[start:end], kinds[start] == "spaceless"


def _kind(word: str) -> str:
    if word.isascii():
        return "word"
    if not any(map(str.isalnum, word)):
        return "sign"
    return "spaceless" if is_spaceless(word) else "word"
