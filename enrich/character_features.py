"""What the tagger of Chinese sees at each character: its neighbours, and the words of a dictionary around it.

Everything is arithmetic on whole batches. Words of the dictionary are known by their hashes alone.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from enrich.marks import MARK
from enrich.name_tagger import Ids, mixed

LONGEST = 6
"""Of how many characters the longest words of the dictionary are."""

_KINDS = 16  # a dictionary's words are of kinds 1 to 15, the higher counts where several are as long
# Which of the characters at these distances are seen, each group of them as one.
_SEEN = (
    (-2,), (-1,), (0,), (1,), (2,), (-2, -1), (-1, 0), (0, 1), (1, 2), (-1, 1), (-2, -1, 0), (-1, 0, 1), (0, 1, 2),
    (-3, -2, -1), (1, 2, 3),
)  # fmt: skip
_CLASSES = ((-1, 0, 1), (-2, -1, 0), (0, 1, 2))
_WORDS = 12
FEATURES = len(_SEEN) + len(_CLASSES) + _WORDS + 2
"""How many features each character has."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class CharacterFeatures:
    """Turns texts into rows of hashed features, one for each character.

    `words` has two columns: the hash of a word (sorted), and its kind (1 to 15).
    """

    def __init__(self, bits: int, words: NDArray[np.uint32]) -> None:
        self._bits = bits
        self._hashes = np.ascontiguousarray(words[:, 0])
        self._kinds = np.append(words[:, 1], 0).astype(np.int64)

    def __call__(self, texts: Sequence[str]) -> Ids:
        """Return a row of features for each character of all texts, in order; each text goes by itself."""
        codes, inside = _laid_out(texts)
        if not len(inside):
            return np.zeros((0, FEATURES), dtype=np.int32)
        known = [codes[inside + distance].astype(np.uint64) for distance in range(-3, 4)]
        columns: list[NDArray[np.uint64]] = []
        for number, distances in enumerate(_SEEN):
            total = np.zeros(len(inside), dtype=np.uint64)
            for distance in distances:
                total = mixed(total + known[distance + 3], number)
            columns.append(total)
        classes = _classes(codes)
        for number, distances in enumerate(_CLASSES, 100):
            total = np.zeros(len(inside), dtype=np.uint64)
            for distance in distances:
                total = mixed(total + classes[inside + distance], number)
            columns.append(total)
        columns.extend(self._of_words(codes, inside))
        marks = _marks(texts)
        columns.append(mixed(marks, 300))
        columns.append(mixed(mixed(marks, 301) + known[3], 302))
        return (np.stack(columns, axis=1) >> np.uint64(64 - self._bits)).astype(np.int32)

    def _of_words(self, codes: NDArray[np.uint32], inside: NDArray[np.int64]) -> list[NDArray[np.uint64]]:
        """Return what words of the dictionary begin at, end at and reach over each character."""
        begin, end, over = (np.zeros(len(codes), dtype=np.int64) for _ in range(3))
        for length in range(2, LONGEST + 1):
            kinds = self._looked_up(codes, length)
            value = np.where(kinds > 0, length * _KINDS + kinds, 0)
            begin = np.maximum(begin, value)
            shifted = np.roll(value, length - 1)
            end = np.maximum(end, shifted)
            for place in range(1, length - 1):
                over = np.maximum(over, np.roll(value, place))
        around = [array[inside + distance].astype(np.uint64) for array in (begin, end, over) for distance in (-1, 0, 1)]
        pairs = [(1, 4), (1, 7), (4, 7), (1, 3), (4, 2), (7, 7)]
        single = [mixed(around[number], 200 + number) for number in (1, 4, 7, 0, 5)]
        joined = [
            mixed(mixed(around[a], 220 + number) + around[b], 240 + number) for number, (a, b) in enumerate(pairs)
        ]
        here = codes[inside].astype(np.uint64)
        joined.append(mixed(mixed(around[1] * np.uint64(1000) + around[4], 260) + here, 261))
        return [*single, *joined]

    def _looked_up(self, codes: NDArray[np.uint32], length: int) -> NDArray[np.int64]:
        """Return the kind of the word of so many characters that begins at each place, 0 where there is none."""
        if len(codes) < length or not len(self._hashes):
            return np.zeros(len(codes), dtype=np.int64)
        hashes = _runs(codes, length)
        at = np.searchsorted(self._hashes, hashes)
        at[at == len(self._hashes)] = 0
        found = np.where(self._hashes[at] == hashes, self._kinds[at], 0)
        return np.append(found, np.zeros(length - 1, dtype=np.int64))


def word_hashes(words: Sequence[str]) -> NDArray[np.uint32]:
    """Return the numbers by which the dictionary knows words of 2 to LONGEST characters."""
    return np.array([_runs(_codes(word), len(word))[0] for word in words], dtype=np.uint32)


def _runs(codes: NDArray[np.uint32], length: int) -> NDArray[np.uint32]:
    total = np.zeros(len(codes) - length + 1, dtype=np.uint64)
    for place in range(length):
        total = total * _MULTIPLIER + codes[place : len(codes) - length + 1 + place]
    return (mixed(total, length) >> np.uint64(32)).astype(np.uint32)


def _marks(texts: Sequence[str]) -> NDArray[np.uint64]:
    """Return for each character of all texts in which kind of mark it stands: 0 in none."""
    found = np.zeros(sum(map(len, texts)), dtype=np.uint64)
    start = 0
    for text in texts:
        for mark in MARK.finditer(text):
            found[start + mark.start() : start + mark.end()] = _MARKS[str(mark.lastgroup)]
        start += len(text)
    return found


_MARKS = {"link": 1, "handle": 2, "topic": 3, "tag": 4}


def _laid_out(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the code points of all texts with six empty places around each, and where those of the texts stand."""
    gap = "\0" * LONGEST
    codes = _codes(gap + gap.join(texts) + gap)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    first = np.cumsum(lengths + LONGEST) - lengths
    inside = (
        np.repeat(first, lengths) + np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    )
    return codes, inside


def _codes(text: str) -> NDArray[np.uint32]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32)
    full_width = (codes >= 0xFF01) & (codes <= 0xFF5E)
    codes = np.where(full_width, codes - 0xFEE0, codes)
    return np.where((codes >= 65) & (codes <= 90), codes + 32, codes).astype(np.uint32)


def _classes(codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return of what kind each character is: Han, digit, letter, sign, emoji, none."""
    limits = [
        codes == 0,
        (codes >= 48) & (codes <= 57),
        (codes >= 97) & (codes <= 122),
        (codes >= 0x4E00) & (codes <= 0x9FFF),
        codes >= 0x1F000,
        codes == ord("@"),
        codes == ord("#"),
        codes <= 0x7F,
    ]
    return np.asarray(np.select(limits, [1, 2, 3, 4, 5, 6, 7, 8], 9), dtype=np.uint64)
