"""The English encoder: one pass over a text says how it feels and which names are in it.

The model is one file, `enrich/models/encoder.onnx`: the graph in small integers, the tokeniser, and what was measured
for it (temperature, thresholds, known scripts). It holds no code, and no text that it was trained on.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

import enrich
from enrich.encoder_tags import Span, best, names
from enrich.sentiment_model import CLASSES, SentimentModel, is_familiar, pages_from
from enrich.transformer import Transformer
from schemas.settings import Settings

MODEL = Path(enrich.__file__).parent / "models" / "encoder.onnx"
LANGUAGE = "en"
SHARE = 0.6
"""Of the encoder in the average with the linear model: on tweets of two held-out sets, and on a third that neither had
learned from, a half to two thirds is better than the encoder alone, by half a point to one."""

_REMEMBERED = 1_024  # texts: more than a batch has
_CHARACTERS = 2_000  # of which the scripts are looked at


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured on held-out texts: `sure` is the probability below which nothing is said of a feeling,
    `outside` is added to the logit of no name, `pages` are the blocks of code points that texts were made of."""

    temperature: float
    sure: float
    outside: float
    pages: list[int]


@dataclass(frozen=True, slots=True)
class Reading:
    """Probabilities of negative, neutral and positive, all 1/3 where nothing is known, and the names in order."""

    feeling: tuple[float, float, float]
    names: list[Span]


class Encoder(Transformer):
    """Reads one text after the other: no result depends on what else is read, and memory does not grow with texts.

    The readings of the last texts are kept, so that two stages that ask for the same ones cost one pass.
    """

    kind: ClassVar[str] = "encoder"

    def __init__(self, content: bytes) -> None:
        """Take the content of a model file. Raises ValueError, TypeError or KeyError for another file's."""
        super().__init__(content)
        self._facts = Facts(**json.loads(self.facts))
        self._pages = pages_from(self._facts.pages)
        self._remembered = lru_cache(_REMEMBERED)(self._reading)

    @property
    def sure(self) -> float:
        """Return the probability that a feeling needs to be said."""
        return self._facts.sure

    def readings(self, texts: Sequence[str]) -> list[Reading]:
        """Return one reading a text, in order, whatever the text is."""
        return [self._remembered(text) for text in texts]

    def probabilities(self, texts: Sequence[str], linear: SentimentModel | None) -> NDArray[np.float64]:
        """Return negative, neutral, positive for each text, by the average of both models' logits if there are two."""
        own = np.array([reading.feeling for reading in self.readings(texts)]).reshape(-1, len(CLASSES))
        if linear is None or LANGUAGE not in linear.languages:
            return own
        grown = own**SHARE * linear.probabilities(texts, LANGUAGE) ** (1 - SHARE)
        return np.asarray(grown / grown.sum(axis=1, keepdims=True), dtype=np.float64)

    def _reading(self, text: str) -> Reading:
        logits, windows = self.logits(text)
        grown = np.exp((logits - logits.max()) / self._facts.temperature)
        negative, neutral, positive = (grown / grown.sum()).tolist()
        if not is_familiar(text[:_CHARACTERS], self._pages):
            negative = neutral = positive = 1 / len(CLASSES)
        found = [span for window, tags in windows for span in names(best(tags, self._facts.outside), window.words)]
        return Reading((negative, neutral, positive), found)


@cache
def shipped() -> Encoder | None:
    """Return the encoder that all stages of this process share; None where the file is not there."""
    return Encoder.read(MODEL) if MODEL.is_file() else None


def chosen(settings: Settings) -> Encoder | None:
    """Return what reads English by these settings: None in the profile `fast`, and where the file is not there."""
    return shipped() if settings.text.profile == "accurate" else None
