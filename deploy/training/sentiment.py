"""The sentiment models: which views and recipes, how they are measured, what is written.

Everything that was chosen was chosen on held-out texts. Figures come from models that have not seen them; what is
written is fitted to all texts, with the same recipe.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deploy.training.labelled_texts import Labelled
from deploy.training.regression import Recipe, fit, vectors
from enrich.sentiment_model import LanguageModel, Part, SentimentModel, View, is_familiar, pages_of
from enrich.softmax import softmax

SHARED = "shared"
_SPACELESS = frozenset({"zh"})
_ENOUGH = 20_000  # texts from which a language does better without the part that others share
_BORROWED = {"hi": "en"}  # Hindi in Latin letters is mixed with English: better than the shared part
_UNSURE = 0.01  # the share of the held-out texts that may be left unknown
_TEMPERATURES = np.geomspace(0.4, 4, 70)
_BINS = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """What one language's model does on held-out texts; `f1` and `recall` are of negative, neutral, positive.

    Texts that are left unknown count as wrong. `ece` is the expected calibration error in ten bins of equal width
    (Guo et al., 2017), each half of the held-out texts at the temperature that the other half set.
    """

    trained: int
    held: int
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    ece: float
    coverage: float


def train(
    data: dict[str, Labelled], seed: int = 0, tell: Callable[[str], None] = lambda line: None
) -> tuple[SentimentModel, dict[str, Figures]]:
    """Return the models of all languages and their figures; the same texts and seed give the same model."""
    plan = _plan(data)
    measured, figures = without_held(data, seed, tell)
    parts = {name: _part(name, members, data, seed, whole=True) for name, members in _members(plan).items()}
    return SentimentModel(parts, measured.languages), figures


def without_held(
    data: dict[str, Labelled], seed: int = 0, tell: Callable[[str], None] = lambda line: None
) -> tuple[SentimentModel, dict[str, Figures]]:
    """Return models that have not seen the held-out texts, with what is set by these, and their figures."""
    plan = _plan(data)
    parts: dict[str, Part] = {}
    for name, members in _members(plan).items():
        tell(f"{name}: {sum(len(data[member].texts) for member in members)} texts")
        parts[name] = _part(name, members, data, seed, whole=False)
    languages: dict[str, LanguageModel] = {}
    figures: dict[str, Figures] = {}
    for language, own in data.items():
        pages = pages_of(own.texts)
        raw = SentimentModel(parts, {language: LanguageModel(tuple(plan[language]), 1.0, 0.0, pages)})
        languages[language], figures[language] = _measured(raw, language, own)
        tell(f"{language}: macro-F1 {100 * float(np.mean(figures[language].f1)):.1f}")
    return SentimentModel(parts, languages), figures


def _plan(data: dict[str, Labelled]) -> dict[str, list[str]]:
    """Return of which parts each language's model is made."""
    plan = {language: [language] for language in data}
    plan |= {to: [to, origin] for to, origin in _BORROWED.items() if {to, origin} <= data.keys()}
    return plan | {
        language: [language, SHARED]
        for language, own in data.items()
        if len(plan[language]) == 1 and language not in _SPACELESS and len(own.texts) < _ENOUGH
    }


def _members(plan: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return of which languages' texts each part is made."""
    pooled = [language for language, parts in plan.items() if SHARED in parts]
    return {language: [language] for language in plan} | ({SHARED: pooled} if pooled else {})


def _part(name: str, members: list[str], data: dict[str, Labelled], seed: int, *, whole: bool) -> Part:
    """Return a part fitted to all texts, or to those that are not held out."""
    view, recipe = _recipe(name, members)
    seen = vectors([(text, member) for member in members for text in data[member].texts], view)
    labels = np.array([label for member in members for label in data[member].labels])
    held = np.array([out and not whole for member in members for out in data[member].held])
    return fit(seen, labels, np.flatnonzero(~held), view, recipe, seed)


def _recipe(name: str, members: list[str]) -> tuple[View, Recipe]:
    if name in _SPACELESS:
        return View(words=0, shortest=1, longest=3, bits=18), Recipe(epochs=6, rate=0.3, batch=128)
    if name == "en":
        return View(words=2, shortest=2, longest=5, bits=18, lexicon=True), Recipe(epochs=4, rate=0.1, batch=256)
    if len(members) > 1:
        return View(words=2, shortest=2, longest=5, bits=18), Recipe(epochs=6, rate=0.2, batch=128)
    return View(words=2, shortest=2, longest=5, bits=16), Recipe(epochs=8, rate=0.2, batch=32)


def _measured(raw: SentimentModel, language: str, own: Labelled) -> tuple[LanguageModel, Figures]:
    """Return the language's model with temperature and threshold, and how it does."""
    held = [number for number, out in enumerate(own.held) if out]
    texts, labels = [own.texts[n] for n in held], np.array([own.labels[n] for n in held])
    before = raw.languages[language]
    trained = len(own.texts) - len(held)
    temperature, sure, figures = measured(raw.logits(texts, language), labels, texts, before.pages, trained)
    return LanguageModel(before.parts, temperature, sure, before.pages), figures


def measured(
    logits: NDArray[np.float64],
    labels: NDArray[np.int64],
    texts: Sequence[str],
    pages: NDArray[np.bool_],
    trained: int,
) -> tuple[float, float, Figures]:
    """Return temperature, the probability below which nothing is said, and figures of logits of held-out texts.

    `pages` are the scripts that are known, `trained` is how many texts the logits' model was fitted to.
    """
    temperature = fitting_temperature(logits, labels)
    shares = softmax(logits / temperature)
    crossed = np.empty_like(shares)
    for side in (0, 1):
        crossed[side::2] = softmax(logits[side::2] / fitting_temperature(logits[1 - side :: 2], labels[1 - side :: 2]))
    sure = float(np.round(max(0.3334, np.quantile(shares.max(axis=1), _UNSURE)), 4))
    known = np.array([is_familiar(text, pages) for text in texts])
    said = np.where(known & (shares.max(axis=1) >= sure), shares.argmax(axis=1), -1)
    hits = [np.sum((said == c) & (labels == c)) for c in range(3)]
    figures = Figures(
        trained=trained,
        held=len(texts),
        recall=tuple(float(hits[c] / max(1, np.sum(labels == c))) for c in range(3)),
        f1=tuple(float(2 * hits[c] / max(1, np.sum(labels == c) + np.sum(said == c))) for c in range(3)),
        ece=calibration_error(crossed.max(axis=1), crossed.argmax(axis=1) == labels),
        coverage=float(np.mean(said >= 0)),
    )
    return temperature, sure, figures


def fitting_temperature(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the temperature at which these labels are the likeliest."""
    rows = np.arange(len(labels))
    losses = [-np.log(np.maximum(softmax(logits / t)[rows, labels], 1e-12)).mean() for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return by how much confidence and the share of right answers differ on average, bin by bin."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(confidence[bins == b].mean() - right[bins == b].mean()) * np.mean(bins == b) for b in set(bins.tolist())
    ]
    return float(sum(gaps))
