"""The polyglot: one small transformer that says, with the linear models, how texts in several languages feel.

The model is one file, `enrich/models/polyglot.onnx`. What it says and what a language's linear model says are averaged,
as logits (Hinton, "Training Products of Experts", 2002), since they fail on different texts.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

import enrich
from enrich.sentiment_model import CLASSES, SentimentModel, prepared
from enrich.softmax import softmax
from enrich.transformer import Transformer
from schemas.settings import Settings

MODEL = Path(enrich.__file__).parent / "models" / "polyglot.onnx"
SHARE = 0.4  # of the transformer in the average: the best on held-out texts, and a third or a half is about as good


@dataclass(frozen=True, slots=True)
class LanguageFacts:
    """What was measured on held-out texts: by what the average's logits are divided, and the probability below which
    nothing is said."""

    temperature: float
    sure: float


SURE_OF_PICTURES = 0.5
"""The probability below which nothing is said of a text of emoji alone."""


class Polyglot(Transformer):
    """Reads texts in the languages that it was measured in."""

    kind: ClassVar[str] = "polyglot"

    def __init__(self, content: bytes) -> None:
        """Take the content of a model file. Raises ValueError, TypeError or KeyError for another file's."""
        super().__init__(content)
        self.languages = {language: LanguageFacts(**facts) for language, facts in json.loads(self.facts).items()}

    def of_pictures(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return negative, neutral, positive for texts of emoji alone, which need no language and of which the linear
        models know little; all three 1/3 where one is not known."""
        found = softmax(np.array([self.logits(text)[0] for text in texts]).reshape(-1, len(CLASSES)))
        found[[self.has_unknown(text) for text in texts]] = 1 / len(CLASSES)
        return found

    def averaged(self, texts: Sequence[str], language: str, linear: SentimentModel) -> NDArray[np.float64]:
        """Return a row of logits for each text, the average of both models."""
        own = np.array([self.logits(prepared(text, language))[0] for text in texts])
        other = linear.logits(texts, language) / linear.languages[language].temperature
        return np.asarray(SHARE * own + (1 - SHARE) * other, dtype=np.float64)

    def probabilities(self, texts: Sequence[str], language: str, linear: SentimentModel) -> NDArray[np.float64]:
        """Return negative, neutral, positive for each text; all three 1/3 where it has nothing that is known."""
        logits = self.averaged(texts, language, linear) / self.languages[language].temperature
        return linear.shares(texts, language, logits)


@cache
def _shipped() -> Polyglot | None:
    return Polyglot.read(MODEL) if MODEL.is_file() else None


def chosen(settings: Settings) -> Polyglot | None:
    """Return what reads other languages than English by these settings: None in the profile `fast`, and where the file
    is not there."""
    return _shipped() if settings.text.profile == "accurate" else None
