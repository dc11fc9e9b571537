"""What the tagger of words sees at each word: the word and its neighbours, how they are written, what lists know them.

What a word is by itself is worked out once and remembered; what it is among its neighbours is arithmetic on whole
batches.
"""

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from enrich.name_tagger import Ids, mixed

_REMEMBERED = 12_000  # sorts of words, some 4 MB
_LONGEST = 40  # characters of a word: the rest of a longer one says nothing
_LINK = re.compile(r"(?:https?:|www\.)|\w+\.(?:com|org|net|co|ly|me|tv|uk)(?:/|$)", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"(.)\1+")

# What is known of a word by itself, in the order of `_own`.
_FORM, _LOWER, _SHAPE, _LONG, _PRE2, _PRE3, _PRE4, _SUF2, _SUF3, _SUF4, _CLASS, _LIST, _GROUP = range(13)
_OWN = 13
# Which of these are seen of the word itself and of those around it.
_SEEN: dict[int, tuple[int, ...]] = {
    0: tuple(range(_OWN)),
    -1: (_FORM, _LOWER, _SHAPE, _SUF3, _CLASS, _LIST, _GROUP),
    1: (_FORM, _LOWER, _SHAPE, _SUF3, _CLASS, _LIST, _GROUP),
    -2: (_LOWER, _CLASS, _LIST, _GROUP),
    2: (_LOWER, _CLASS, _LIST, _GROUP),
}
# Which are seen together: pairs of (distance, what).
_TOGETHER: tuple[tuple[tuple[int, int], ...], ...] = (
    ((-1, _LOWER), (0, _LOWER)),
    ((0, _LOWER), (1, _LOWER)),
    ((-1, _LOWER), (1, _LOWER)),
    ((-1, _LOWER), (0, _SHAPE)),
    ((0, _SHAPE), (1, _LOWER)),
    ((-2, _LOWER), (-1, _LOWER), (0, _SHAPE)),
    ((-1, _SHAPE), (0, _SHAPE)),
    ((0, _SHAPE), (1, _SHAPE)),
    ((-1, _SHAPE), (0, _SHAPE), (1, _SHAPE)),
    ((-1, _LIST), (0, _LIST)),
    ((0, _LIST), (1, _LIST)),
    ((0, _LIST), (0, _SHAPE)),
    ((0, _GROUP), (0, _SHAPE)),
    ((-1, _GROUP), (0, _GROUP)),
    ((0, _GROUP), (1, _GROUP)),
)
_OF_ALL = (_SHAPE, _LOWER, _LIST)  # seen together with how the whole text is written
FEATURES = sum(map(len, _SEEN.values())) + len(_TOGETHER) + len(_OF_ALL)
"""How many features each word has."""


class WordFeatures:
    """Turns sequences of words into rows of hashed features; lists and groups are of words in lower case, by hash."""

    def __init__(self, bits: int, lists: NDArray[np.uint32], groups: NDArray[np.uint32]) -> None:
        """`lists` and `groups` have two columns: the hash of a word, and which lists it is on, or to which group of
        words that are used alike it belongs."""
        self._bits = bits
        self._lists = dict(zip(lists[:, 0].tolist(), lists[:, 1].tolist(), strict=True))
        self._groups = dict(zip(groups[:, 0].tolist(), groups[:, 1].tolist(), strict=True))
        self._forget()

    def __call__(self, texts: Sequence[Sequence[str]]) -> Ids:
        """Return a row of features for each word of all texts, in order."""
        if len(self._rows) > _REMEMBERED:
            self._forget()
        at = np.array([self._row(word) for text in texts for word in text], dtype=np.int64)
        if not len(at):
            return np.zeros((0, FEATURES), dtype=np.int32)
        own = self._values
        lengths = np.array([len(text) for text in texts])
        text_of = np.repeat(np.arange(len(texts)), lengths)
        around = {distance: self._shifted(at, text_of, distance) for distance in range(-2, 3)}
        columns: list[NDArray[np.uint64]] = []
        for distance, seen in _SEEN.items():
            columns.extend(mixed(own[around[distance], what], 100 + 20 * (distance + 2) + what) for what in seen)
        for number, together in enumerate(_TOGETHER):
            total = np.zeros(len(at), dtype=np.uint64)
            for distance, what in together:
                total = mixed(total + own[around[distance], what], 300 + number)
            columns.append(total)
        written = self._written(own[at, _CLASS], text_of, len(texts))
        columns.extend(mixed(own[at, what] + written[text_of], 400 + what) for what in _OF_ALL)
        return (np.stack(columns, axis=1) >> np.uint64(64 - self._bits)).astype(np.int32)

    def _shifted(self, at: NDArray[np.int64], text_of: NDArray[np.int64], distance: int) -> NDArray[np.int64]:
        """Return which word stands so far from each one; the empty word beyond the ends of the text."""
        result = np.zeros(len(at), dtype=np.int64)
        if distance < 0:
            same = text_of[-distance:] == text_of[:distance]
            result[-distance:] = np.where(same, at[:distance], 0)
        elif distance > 0:
            same = text_of[distance:] == text_of[:-distance]
            result[:-distance] = np.where(same, at[distance:], 0)
        else:
            result[:] = at
        return result

    def _written(self, classes: NDArray[np.uint64], text_of: NDArray[np.int64], texts: int) -> NDArray[np.uint64]:
        """Return how each text is written: mostly in small letters, mixed, or mostly in capitals."""
        words = np.bincount(text_of, np.isin(classes, _LETTERS), minlength=texts)
        capitals = np.bincount(text_of, np.isin(classes, _CAPITALS), minlength=texts)
        share = capitals / np.maximum(words, 1)
        return (1 + (share > 0.05).astype(np.uint64) + (share > 0.45) + (share > 0.7)).astype(np.uint64)

    def _forget(self) -> None:
        self._rows: dict[str, int] = {}
        self._values = np.zeros((1_024, _OWN), dtype=np.uint64)  # row 0 is what stands beyond the ends of a text

    def _row(self, word: str) -> int:
        alike = word if word.isalpha() else _alike(word)
        row = self._rows.get(alike)
        if row is None:
            row = self._rows[alike] = len(self._rows) + 1
            if row == len(self._values):
                self._values = np.concatenate([self._values, np.zeros_like(self._values)])
            self._values[row] = self._own(word)
        return row

    def _own(self, word: str) -> list[int]:
        lower = known_as(word)
        if lower in (_LINKS, _HANDLES):
            return [_hash(lower)] * 4 + [0] * 6 + [_hash("class " + lower), 0, 0]
        form = _DIGIT.sub("0", word[:_LONGEST])
        shape = "".join(map(_sign, form))
        key = word_hash(lower)
        return [
            _hash("form " + form),
            _hash("lower " + lower),
            _hash("shape " + _RUN.sub(r"\1", shape)),
            _hash("long " + shape[:8]),
            *(_hash("pre " + lower[:size]) for size in (2, 3, 4)),
            *(_hash("suf " + lower[-size:]) for size in (2, 3, 4)),
            _hash("class " + _class(shape)),
            self._lists.get(key, 0),
            self._groups.get(key, 0),
        ]


_LINKS, _HANDLES = "http", "@"


def _alike(word: str) -> str:
    """Return what stands for a word and all that have the same features: numbers, links and handles never end."""
    known = known_as(word)
    return known if known in (_LINKS, _HANDLES) else _DIGIT.sub("0", word)


def known_as(word: str) -> str:
    """Return what lists and groups know a word as: in lower case, digits as 0, all links as one, all handles too."""
    if _LINK.match(word):
        return _LINKS
    if len(word) > 1 and word[0] in "@＠":
        return _HANDLES
    return _DIGIT.sub("0", word[:_LONGEST]).lower()


def word_hash(known: str) -> int:
    """Return the number of a word that lists and groups know."""
    return crc32(("word " + known).encode(errors="surrogatepass"))


def _hash(value: str) -> int:
    return crc32(value.encode(errors="surrogatepass"))


def _sign(character: str) -> str:
    if character.isupper():
        return "X"
    if character.isalpha():
        return "x"
    if character == "0":
        return "0"
    return character if character.isascii() else "#"


def _class(shape: str) -> str:
    letters = shape.replace("'", "").replace("-", "").replace(".", "")
    if "x" not in letters and "X" not in letters:
        return "digits" if "0" in letters else "sign"
    if "x" not in letters:
        return "capitals" if len(letters) > 1 else "capital"
    if letters[0] == "X":
        return "title" if "X" not in letters[1:] else "mixed"
    return "small" if "X" not in letters else "mixed"


_LETTERS = np.array([_hash("class " + kind) for kind in ("capitals", "capital", "title", "mixed", "small")], np.uint64)
_CAPITALS = np.array([_hash("class " + kind) for kind in ("capitals", "title", "mixed")], np.uint64)
