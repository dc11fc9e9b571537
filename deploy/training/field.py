"""Fitting a linear-chain conditional random field by Adagrad (Duchi, Hazan and Singer, 2011), in small batches.

A place may be open between several labels, where its texts were labelled with fewer kinds of names than the field has:
then what counts is that the truth is among them (Tsuboi et al., "Training Conditional Random Fields Using Incomplete
Annotations", 2008).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enrich.name_tagger import NEVER, Ids, NameTagger

_START = 1e-6  # of the sums of squared gradients
_LARGEST = 127

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How often all are seen, how large the steps are, how many sequences a step."""

    epochs: int
    rate: float
    batch: int


@dataclass(frozen=True, slots=True)
class Sequences:
    """Features of all places (a row each), which labels each place may have, the lengths, and how much each counts."""

    ids: Ids
    allowed: NDArray[np.bool_]
    lengths: NDArray[np.int64]
    importance: Floats

    @property
    def starts(self) -> NDArray[np.int64]:
        """Return where each begins."""
        return np.append(0, np.cumsum(self.lengths))[:-1]


def fit(
    data: Sequences,
    labels: Sequence[str],
    bits: int,
    recipe: Recipe,
    seed: int,
    tell: Callable[[str], None] = lambda line: None,
) -> NameTagger:
    """Return the field, in int8, without `about` and tables; the same input gives the same field."""
    chance = np.random.default_rng(seed)
    count = len(labels)
    possible_begin, possible_steps = _possible(labels)
    weights = np.zeros((1 << bits, count), dtype=np.float32)
    squares = np.full_like(weights, _START)
    begin, steps = np.zeros(count, np.float32), np.zeros((count, count), np.float32)
    begin_squares, steps_squares = np.full_like(begin, _START), np.full_like(steps, _START)
    starts = data.starts
    usable = np.flatnonzero(data.lengths > 0)
    rounds = recipe.epochs * -(-len(usable) // recipe.batch)
    done = 0
    for epoch in range(recipe.epochs):
        loss = 0.0
        for some in _batches(data.lengths, usable, recipe.batch, chance):
            rate = recipe.rate * (1 - done / rounds)
            done += 1
            sizes = data.lengths[some]
            places, here = _places(starts[some], sizes)
            flat = places[here]
            ids = data.ids[flat]
            scores = np.full((*places.shape, count), 0, dtype=np.float32)
            scores[here] = weights[ids].sum(axis=1)
            free = _expected(scores, here, begin + possible_begin, steps + possible_steps)
            allowed = np.ones_like(scores, dtype=np.bool_)
            allowed[here] = data.allowed[flat]
            if data.allowed[flat].sum() == len(flat):
                held = _certain(scores, allowed & here[:, :, None], here, begin, steps)
            else:
                held = _expected(np.where(allowed, scores, NEVER), here, begin + possible_begin, steps + possible_steps)
            weight = data.importance[some][:, None, None] / len(some)
            loss += float(((free.total - held.total) * data.importance[some]).sum())
            errors = ((free.places - held.places) * weight)[here].astype(np.float32)
            touched, inverse = np.unique(ids, return_inverse=True)
            inverse = inverse.reshape(ids.shape)
            slopes = np.empty((len(touched), count), np.float32)
            repeated = inverse.ravel()
            for label in range(count):
                column = np.repeat(errors[:, label], ids.shape[1])
                slopes[:, label] = np.bincount(repeated, column, minlength=len(touched))
            squares[touched] += slopes**2
            weights[touched] -= rate * slopes / np.sqrt(squares[touched])
            slope = ((free.places[:, 0] - held.places[:, 0]) * weight[:, 0]).sum(axis=0)
            begin_squares += slope**2
            begin -= rate * slope / np.sqrt(begin_squares)
            slope = ((free.steps - held.steps) * weight).sum(axis=0)
            steps_squares += slope**2
            steps -= rate * slope / np.sqrt(steps_squares)
        tell(f"round {epoch + 1} of {recipe.epochs}: loss {loss / max(1, len(usable)):.3f} a text")
    return _small(labels, weights, begin + possible_begin, steps + possible_steps)


@dataclass(frozen=True, slots=True)
class _Expected:
    """How probable each label is at each place, how often each step is expected, and the log of the sum of all."""

    places: Floats
    steps: Floats
    total: Floats


def _expected(scores: Floats, here: NDArray[np.bool_], begin: Floats, steps: Floats) -> _Expected:
    """Run forward and backward over a batch that is padded at its ends."""
    texts, longest, count = scores.shape
    forward = np.empty_like(scores)
    forward[:, 0] = scores[:, 0] + begin
    powers = np.exp(steps)
    for place in range(1, longest):
        before = forward[:, place - 1]
        top = before.max(axis=1, keepdims=True)
        ways = np.log(np.exp(before - top) @ powers + 1e-30) + top + scores[:, place]
        forward[:, place] = np.where(here[:, place, None], ways, before)
    top = forward[:, -1].max(axis=1, keepdims=True)
    total = (np.log(np.exp(forward[:, -1] - top).sum(axis=1, keepdims=True)) + top)[:, 0]
    backward = np.zeros_like(scores)
    expected = np.zeros((texts, count, count), dtype=np.float32)
    for place in range(longest - 1, 0, -1):
        after = scores[:, place] + backward[:, place]
        top = after.max(axis=1, keepdims=True)
        grown = np.exp(after - top)
        ways = np.log(grown @ powers.T + 1e-30) + top
        inside = here[:, place, None]
        backward[:, place - 1] = np.where(inside, ways, backward[:, place])
        before = np.exp(np.minimum(forward[:, place - 1] + top - total[:, None], 60)) * inside
        expected += before[:, :, None] * powers * grown[:, None, :]
    places = np.exp(forward + backward - total[:, None, None]) * here[:, :, None]
    return _Expected(places, expected, total)


def _certain(
    scores: Floats, truth: NDArray[np.bool_], here: NDArray[np.bool_], begin: Floats, steps: Floats
) -> _Expected:
    """Return the same where each place has one label."""
    places = truth.astype(np.float32)
    before, after = places[:, :-1] * here[:, 1:, None], places[:, 1:]
    taken = np.einsum("nta,ntb->nab", before, after)
    total = (scores * places).sum(axis=(1, 2)) + places[:, 0] @ begin + (taken * steps).sum(axis=(1, 2))
    return _Expected(places, taken, total)


def _possible(labels: Sequence[str]) -> tuple[Floats, Floats]:
    """Return what cannot be at the beginning and one after the other, as scores of 0 or NEVER."""
    begin = np.array([NEVER if label[0] == "I" else 0 for label in labels], np.float32)
    steps = np.zeros((len(labels), len(labels)), np.float32)
    for a, before in enumerate(labels):
        for b, after in enumerate(labels):
            if after[0] == "I" and (before == "O" or before[2:] != after[2:]):
                steps[a, b] = NEVER
    return begin, steps


def _batches(
    lengths: NDArray[np.int64], usable: NDArray[np.int64], size: int, chance: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Return batches of about one length, in an order of chance."""
    order = chance.permutation(usable)
    order = order[np.argsort(lengths[order] + chance.random(len(order)) * 6, kind="stable")]
    batches = [order[first : first + size] for first in range(0, len(order), size)]
    return [batches[number] for number in chance.permutation(len(batches))]


def _places(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    steps = np.arange(int(sizes.max()))
    return starts[:, None] + steps, steps < sizes[:, None]


def _small(labels: Sequence[str], weights: Floats, begin: Floats, steps: Floats) -> NameTagger:
    """Return the field in int8; what all labels have in common says nothing and is left out."""
    weights = weights - weights.mean(axis=1, keepdims=True)
    scale = float(np.quantile(np.abs(weights[weights != 0]), 0.9999)) / _LARGEST if weights.any() else 1.0
    small = np.clip(np.round(weights / scale), -_LARGEST, _LARGEST).astype(np.int8)
    return NameTagger(tuple(labels), small, scale, begin, steps, {}, {})
