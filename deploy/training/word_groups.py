"""Groups of words that are used alike, found in unlabelled texts: what a tagger knows of words it was not taught.

Words are compared by their neighbours (positive pointwise mutual information, its largest directions; Bullinaria and
Levy, 2007) and gathered around centres of equal direction (spherical k-means; Dhillon and Modha, 2001).
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from enrich.word_features import word_hash

_WORDS, _LEAST = 30_000, 4  # the most frequent words, and how often each has to occur
_NEIGHBOURS, _DIRECTIONS = 1_000, 64
_GROUPS, _ROUNDS = 256, 15
_AT_ONCE = 4_000
_EDGE, _OTHER = -1, -3


def grouped(texts: Iterable[Sequence[str]]) -> NDArray[np.uint32]:
    """Return two columns, sorted: the hash of a word (in lower case) and its group, which is never 0."""
    read = list(texts)
    counts = Counter(word for text in read for word in text)
    words = [word for word, count in counts.most_common(_WORDS) if count >= _LEAST]
    if len(words) <= _GROUPS:
        return np.zeros((0, 2), dtype=np.uint32)
    shares = _neighbours(read, {word: number for number, word in enumerate(words)})
    directions = _directions(shares)
    groups = _gathered(directions)
    rows = {word_hash(word): 1 + int(group) for word, group in zip(words, groups, strict=True)}
    return np.array(sorted(rows.items()), dtype=np.uint32)


def _neighbours(texts: list[Sequence[str]], numbers: dict[str, int]) -> NDArray[np.float32]:
    """Return for each word how much likelier than by chance each frequent word (and an edge) stands on either side."""
    row: list[int] = []
    for text in texts:
        row.append(_EDGE)
        row.extend(numbers.get(word, _OTHER) for word in text)
    row.append(_EDGE)
    line = np.array(row)
    seen = np.where(line == _EDGE, _NEIGHBOURS, np.where(line < _NEIGHBOURS, line, _OTHER))
    width = _NEIGHBOURS + 1
    table = np.zeros((len(numbers), 2 * width), dtype=np.float32)
    for word, neighbour, side in ((line[1:], seen[:-1], 0), (line[:-1], seen[1:], width)):
        known = (word >= 0) & (neighbour >= 0)
        places, times = np.unique(
            word[known].astype(np.int64) * 2 * width + neighbour[known] + side, return_counts=True
        )
        table.ravel()[places] += times
    of_word = table.sum(axis=1, keepdims=True)
    of_neighbour = table.sum(axis=0, keepdims=True) ** 0.75  # else rare neighbours count too much: Levy et al., 2015
    expected = np.maximum(of_word * of_neighbour / max(float(of_neighbour.sum()), 1.0), 1e-9)
    return np.asarray(np.log(np.maximum(table / expected, 1.0)), dtype=np.float32)


def _directions(shares: NDArray[np.float32]) -> NDArray[np.float32]:
    values, vectors = np.linalg.eigh(shares.T @ shares)
    largest = vectors[:, ::-1][:, :_DIRECTIONS]
    scales = np.sqrt(np.sqrt(np.maximum(values[::-1][:_DIRECTIONS], 1e-9)))
    found = shares @ largest / scales
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _gathered(directions: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the group of each word; the first centres are the most frequent words."""
    centres = directions[:_GROUPS].copy()
    nearest = np.zeros(len(directions), dtype=np.int64)
    for _ in range(_ROUNDS):
        for first in range(0, len(directions), _AT_ONCE):
            nearest[first : first + _AT_ONCE] = (directions[first : first + _AT_ONCE] @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, directions)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    return nearest
