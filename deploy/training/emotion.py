"""The emotion models: how they are fitted and measured, and from which probability on each emotion is said.

Figures come from models that have not seen the held-out texts; what is written is fitted to all texts, with the same
recipe. Thresholds are chosen on one half of the held-out texts and measured on the other.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deploy.training.labelled_texts import Labelled
from deploy.training.regression import Recipe, fit, vectors
from deploy.training.sentiment import calibration_error, fitting_temperature
from enrich.emotion_model import CLASSES, NEVER, NONE, LanguageEmotions
from enrich.sentiment_model import View, pages_of
from enrich.softmax import softmax

PRECISION = 0.8
"""How often an emotion has to be right where it is said."""
_LEAST_RECALL = 0.1  # one that is found more seldom than this is not worth saying
_LEAST_SAID = 20  # texts: of fewer nobody can tell how often they are right
_GRID = np.arange(0.3, 0.96, 0.05)


@dataclass(frozen=True, slots=True)
class Said:
    """How one emotion does on held-out texts: how many show it, of how many it is said, how many of these do."""

    emotion: str
    shown: int
    said: int
    right: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What one language's model does on held-out texts. `accuracy` and `ece` (Guo et al., 2017) are of all classes."""

    trained: int
    held: int
    accuracy: float
    ece: float
    emotions: tuple[Said, ...]
    never: tuple[str, ...]


def train(
    data: dict[str, Labelled], seed: int = 0, tell: Callable[[str], None] = lambda line: None
) -> tuple[dict[str, LanguageEmotions], dict[str, Figures]]:
    """Return the models of all languages and their figures; the same texts and seed give the same models."""
    models: dict[str, LanguageEmotions] = {}
    figures: dict[str, Figures] = {}
    for language, own in data.items():
        tell(f"{language}: {len(own.texts)} texts")
        models[language], figures[language] = _trained(language, own, seed)
        tell(f"{language}: accuracy {100 * figures[language].accuracy:.1f}")
    return models, figures


def _trained(language: str, own: Labelled, seed: int) -> tuple[LanguageEmotions, Figures]:
    present = sorted(set(own.labels))
    classes = tuple(CLASSES[label] for label in present)
    labels = np.array([present.index(label) for label in own.labels])
    held = np.array(own.held)
    view, recipe = _recipe(language)
    seen = vectors([(text, language) for text in own.texts], view)
    half = fit(seen, labels, np.flatnonzero(~held), view, recipe, seed, len(classes))
    whole = fit(seen, labels, np.arange(len(labels)), view, recipe, seed, len(classes))
    out = np.flatnonzero(held)
    raw = LanguageEmotions(half, classes, (0.0,) * len(classes), 1.0, pages_of(own.texts))
    logits = np.log(np.maximum(raw.probabilities([own.texts[n] for n in out], language), 1e-12))
    asked = labels[out]
    temperature = fitting_temperature(logits, asked)
    least = _thresholds(softmax(logits / temperature), asked, classes)
    model = LanguageEmotions(whole, classes, least, temperature, raw.pages)
    return model, _measured(logits, asked, classes, least, len(labels) - len(out))


def _recipe(language: str) -> tuple[View, Recipe]:
    if language == "zh":
        return View(words=0, shortest=1, longest=2, bits=16), Recipe(epochs=6, rate=0.3, batch=128)
    return View(words=1, shortest=3, longest=3, bits=16), Recipe(epochs=8, rate=0.2, batch=32)


def _thresholds(shares: NDArray[np.float64], labels: NDArray[np.int64], classes: tuple[str, ...]) -> tuple[float, ...]:
    """Return from which probability on each class is said: the lowest at which it is right often enough."""
    likeliest = shares.argmax(axis=1)
    found = []
    for number, name in enumerate(classes):
        right_at = NEVER
        for least in _GRID if name != NONE else ():
            said = (likeliest == number) & (shares[:, number] >= least)
            right = int(np.sum(said & (labels == number)))
            enough = said.sum() >= _LEAST_SAID and right >= _LEAST_RECALL * np.sum(labels == number)
            if enough and right >= PRECISION * said.sum():
                right_at = round(float(least), 2)
                break
        found.append(right_at)
    return tuple(found)


def _measured(
    logits: NDArray[np.float64],
    labels: NDArray[np.int64],
    classes: tuple[str, ...],
    least: tuple[float, ...],
    trained: int,
) -> Figures:
    """Return how the model does: each half of the held-out texts with what the other half set."""
    shares = np.empty_like(logits)
    said = np.full(len(labels), -1)
    for side in (0, 1):
        temperature = fitting_temperature(logits[1 - side :: 2], labels[1 - side :: 2])
        other = softmax(logits[1 - side :: 2] / temperature)
        bars = np.array(_thresholds(other, labels[1 - side :: 2], classes))
        shares[side::2] = softmax(logits[side::2] / temperature)
        likeliest = shares[side::2].argmax(axis=1)
        said[side::2] = np.where(shares[side::2].max(axis=1) >= bars[likeliest], likeliest, -1)
    right = shares.argmax(axis=1) == labels
    return Figures(
        trained=trained,
        held=len(labels),
        accuracy=float(right.mean()),
        ece=calibration_error(shares.max(axis=1), right),
        emotions=tuple(
            Said(name, int(np.sum(labels == n)), int(np.sum(said == n)), int(np.sum((said == n) & (labels == n))))
            for n, name in enumerate(classes)
            if least[n] < NEVER
        ),
        never=tuple(name for n, name in enumerate(classes) if least[n] >= NEVER and name != NONE),
    )
