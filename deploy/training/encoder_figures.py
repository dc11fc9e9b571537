"""What an encoder does on held-out texts, and what is set by them: temperature, thresholds, known scripts.

Everything is measured with the model as it runs, in small integers and with its own tokeniser.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from time import process_time

import numpy as np
from numpy.typing import NDArray

from deploy.training.encoder_texts import Tagged, Texts
from deploy.training.sentiment import Figures
from deploy.training.sentiment import measured as measured_feelings
from enrich.encoder import LANGUAGE, SHARE, Encoder, Facts
from enrich.encoder_tags import LABELS, TAGS, Span, best, names
from enrich.sentiment_model import SentimentModel, pages_of
from enrich.softmax import softmax
from schemas.mention import EntityLabel

_SHIFTS = np.arange(-3, 3.01, 0.25)
_TIMED = 1_000

Row = tuple[Tagged, list[tuple[int, int]], NDArray[np.float32]]  # a text, its words and the logits of their tags


@dataclass(frozen=True, slots=True)
class Names:
    """How names are found: F1 of all, and precision, recall and F1 of each label that the texts have names of."""

    texts: int
    f1: float
    labels: dict[EntityLabel, tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class EncoderFigures:
    """Figures of feelings, by the encoder alone and averaged with the linear model, of names on both kinds of held-out
    texts, and texts a second on one core."""

    feelings: Figures
    averaged: Figures
    names: Names
    dev: Names | None
    speed: float


def measured(encoder: Encoder, texts: Texts, linear: SentimentModel) -> tuple[Facts, EncoderFigures]:
    """Return what to set in the model, and its figures with that set; `linear` has not seen the held-out texts.

    What is set by held-out texts is, for the figures of these texts, set by the other half of them; that of names is
    for `dev` set by the other held-out texts.
    """
    pages = pages_of([item.text for item in texts.felt])
    held, labels = [item.text for item in texts.felt_held], np.array([item.label for item in texts.felt_held])
    own = np.array([encoder.logits(text)[0] for text in held])
    temperature, sure, feelings = measured_feelings(own, labels, held, pages, len(texts.felt))
    other = np.log(linear.probabilities(held, LANGUAGE))
    mean = SHARE * np.log(softmax(own / temperature)) + (1 - SHARE) * other
    _, _, averaged = measured_feelings(mean, labels, held, pages, len(texts.felt))
    rows = _rows(encoder, texts.tagged_held)
    outside = _best_shift(rows)
    halves = [rows[0::2], rows[1::2]]
    counts = _counted(halves[0], _best_shift(halves[1])) + _counted(halves[1], _best_shift(halves[0]))
    dev = _counted(_rows(encoder, texts.dev), outside)
    some = held[:_TIMED]
    begin = process_time()
    encoder.readings(some)
    figures = EncoderFigures(
        feelings,
        averaged,
        _names(counts, len(rows)),
        _names(dev, len(texts.dev)) if texts.dev else None,
        len(some) / (process_time() - begin),
    )
    return Facts(temperature, sure, outside, np.flatnonzero(pages).tolist()), figures


def _rows(encoder: Encoder, texts: Sequence[Tagged]) -> list[Row]:
    rows = []
    for item in texts:
        windows = encoder.logits(item.text)[1]
        words = [word for window, _ in windows for word in window.words]
        rows.append(
            (item, words, np.concatenate([np.zeros((0, len(TAGS)), np.float32), *(tags for _, tags in windows)]))
        )
    return rows


def _best_shift(rows: Sequence[Row]) -> float:
    """Return what, added to the logit of no name, gives the best F1; the one nearest to nothing of several."""
    shifts = sorted(_SHIFTS.tolist(), key=abs)
    return float(max(shifts, key=lambda shift: _names(_counted(rows, shift), 0).f1))


def _counted(rows: Sequence[Row], outside: float) -> Counter[tuple[str, EntityLabel]]:
    """Count names that are right, found and there. A label that the tagging does not know counts for nothing."""
    counts: Counter[tuple[str, EntityLabel]] = Counter()
    for item, words, logits in rows:
        found = {span for span in names(best(logits, outside), words) if span[2] not in item.open}
        there = {span for span in spans(item) if any(start <= span[0] < end for start, end in words)}
        for name, some in (("right", found & there), ("found", found), ("there", there)):
            counts.update((name, label) for _, _, label in some)
    return counts


def spans(item: Tagged) -> list[Span]:
    """Return the names that a text is tagged with."""
    ends = [*(start - 1 for start in item.starts[1:]), len(item.text)]
    return names(item.tags, list(zip(item.starts, ends, strict=True)))


def _names(counts: Counter[tuple[str, EntityLabel]], texts: int) -> Names:
    def three(labels: Sequence[EntityLabel]) -> tuple[float, float, float]:
        right, found, there = (sum(counts[name, label] for label in labels) for name in ("right", "found", "there"))
        return right / max(1, found), right / max(1, there), 2 * right / max(1, found + there)

    return Names(texts, three(LABELS)[2], {label: three([label]) for label in LABELS if counts["there", label]})
