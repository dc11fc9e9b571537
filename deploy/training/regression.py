"""Multinomial logistic regression over hashed n-grams, fitted by Adagrad: Duchi, Hazan and Singer, 2011.

Every class weighs the same, however many texts it has. The steps shrink to zero over the epochs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enrich.hashed_text import plain
from enrich.sentiment_lexicon import SIGNALS, signals
from enrich.sentiment_model import CLASSES, Part, View, prepared

_AT_ONCE = 256
_START = 1e-6  # of the sums of squared gradients
_LARGEST = 127


@dataclass(frozen=True, slots=True)
class Recipe:
    """What was chosen on held-out texts: how often all are seen, how large the steps are, how many a step."""

    epochs: int
    rate: float
    batch: int


@dataclass(frozen=True, slots=True)
class Vectors:
    """Texts as a view sees them: feature numbers and values of all, where each text's begin, the lexicon's signals."""

    ids: NDArray[np.int32]
    values: NDArray[np.float32]
    starts: NDArray[np.int64]
    signals: NDArray[np.float32]

    def of(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
        """Return features and values of these texts, and for each the place of its text in `rows`."""
        counts = self.starts[rows + 1] - self.starts[rows]
        begins = np.append(0, np.cumsum(counts))
        places = np.repeat(self.starts[rows] - begins[:-1], counts) + np.arange(begins[-1])
        return self.ids[places], self.values[places], np.repeat(np.arange(len(rows)), counts)


def vectors(texts: Sequence[tuple[str, str]], view: View) -> Vectors:
    """Return texts, each with its language, as the view sees them; texts of one language should stand together."""
    ids, values, counts = [], [], [np.zeros(1, dtype=np.int64)]
    start = 0
    while start < len(texts):
        language = texts[start][1]
        some = [prepared(text, own) for text, own in texts[start : start + _AT_ONCE] if own == language]
        found = view.grams([plain(text) for text in some], language)
        owner = np.concatenate([np.repeat(np.arange(len(some)), grams.counts) for grams in found])
        order = np.argsort(owner, kind="stable")
        ids.append(np.concatenate([grams.ids + (table << view.bits) for table, grams in enumerate(found)])[order])
        weights = [np.repeat(1 / np.sqrt(np.maximum(grams.counts, 1)), grams.counts) for grams in found]
        values.append(np.concatenate(weights)[order])
        counts.append(sum((grams.counts for grams in found), start=np.zeros(len(some), dtype=np.int64)))
        start += len(some)
    heard = [signals(text) for text, _ in texts] if view.lexicon else []
    return Vectors(
        np.concatenate(ids).astype(np.int32),
        np.concatenate(values).astype(np.float32),
        np.cumsum(np.concatenate(counts)),
        np.array(heard, dtype=np.float32).reshape(len(texts), SIGNALS if view.lexicon else 0),
    )


def fit(
    data: Vectors,
    labels: NDArray[np.int64],
    rows: NDArray[np.int64],
    view: View,
    recipe: Recipe,
    seed: int,
    classes: int = len(CLASSES),
) -> Part:
    """Return the regression fitted to these rows, in int8; the same input gives the same part."""
    shuffle = np.random.default_rng(seed)
    members = np.bincount(labels[rows], minlength=classes)
    importance = members.sum() / (classes * np.maximum(members, 1))
    weights = np.zeros((view.features, classes), dtype=np.float32)
    squares = np.full_like(weights, _START)
    dense = np.zeros((data.signals.shape[1] + 1, classes))
    dense_squares = np.full_like(dense, _START)
    steps = recipe.epochs * -(-len(rows) // recipe.batch)
    step = 0
    for _ in range(recipe.epochs):
        order = shuffle.permutation(rows)
        for start in range(0, len(order), recipe.batch):
            some = order[start : start + recipe.batch]
            rate = recipe.rate * (1 - step / steps)
            step += 1
            ids, values, owner = data.of(some)
            heard = np.hstack([data.signals[some], np.ones((len(some), 1))])
            scores = heard @ dense
            for column in range(classes):
                scores[:, column] += np.bincount(owner, weights[ids, column] * values, minlength=len(some))
            errors = np.exp(scores - scores.max(axis=1, keepdims=True))
            errors /= errors.sum(axis=1, keepdims=True)
            errors[np.arange(len(some)), labels[some]] -= 1
            errors *= importance[labels[some]][:, None] / len(some)
            touched, inverse = np.unique(ids, return_inverse=True)
            sums = [np.bincount(inverse, errors[owner, c] * values, minlength=len(touched)) for c in range(classes)]
            slopes = np.stack(sums, axis=1).astype(np.float32)
            squares[touched] += slopes**2
            weights[touched] -= rate * slopes / np.sqrt(squares[touched])
            slope = heard.T @ errors
            dense_squares += slope**2
            dense -= rate * slope / np.sqrt(dense_squares)
    return _small(weights, dense, view)


def _small(weights: NDArray[np.float32], dense: NDArray[np.float64], view: View) -> Part:
    """Return the part in int8; what every class has in common says nothing and is left out."""
    weights = weights - weights.mean(axis=1, keepdims=True)
    scale = np.maximum(np.abs(weights).max(axis=0), _START) / _LARGEST
    return Part(
        view,
        np.rint(weights / scale).astype(np.int8),
        scale.astype(np.float32),
        dense[-1].astype(np.float32),
        dense[:-1].astype(np.float32),
    )
