"""The stage that says how a text feels: by linear models and, in the profile `accurate`, what these are averaged with,
English by the encoder, others and emoji by the polyglot; cards in `enrich/models`."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

import enrich
from enrich import polyglot
from enrich.encoder import LANGUAGE, chosen
from enrich.marks import is_pictures
from enrich.polyglot import SURE_OF_PICTURES
from enrich.sentiment_lexicon import lexical
from enrich.sentiment_model import SentimentModel
from enrich.stage import Stage
from enrich.stages.language import UNKNOWN as UNTOLD
from schemas.mention import Analysis, SentimentLabel
from schemas.mention import Sentiment as Feeling
from schemas.settings import Settings

MODEL = Path(enrich.__file__).parent / "models" / "sentiment.npz"
_PICTURES = "emoji"  # in place of a language
_NAMES = 3  # words beside emoji that are of no language: "Acme ❤️"
_AT_ONCE = 64  # texts: beyond that the tables of n-grams only take more memory

UNKNOWN = Feeling(label="unknown", positive=0.3333, neutral=0.3334, negative=0.3333)


class Sentiment(Stage):
    """Gives three probabilities that sum to 1; `unknown` where no model knows the language or the likeliest is not
    likely enough, never a guess. Without any model file the VADER lexicon speaks for English, and nothing for others.
    """

    name: ClassVar[str] = "sentiment"
    after: ClassVar[tuple[str, ...]] = ("language",)

    def __init__(self, settings: Settings, model: Path = MODEL) -> None:
        self._model = SentimentModel.read(model) if model.is_file() else None
        self._encoder = chosen(settings)
        self._polyglot = polyglot.chosen(settings)

    def describe(self) -> str:
        """Return which languages have a model."""
        encoded = {LANGUAGE} if self._encoder else set()
        linear = self._model.languages.keys() - encoded if self._model else set()
        spoken = linear & self._polyglot.languages.keys() if self._polyglot else set()
        linear -= spoken
        told = [f"{LANGUAGE} by the encoder"] if self._encoder else []
        told += [f"{' '.join(sorted(spoken))} by the polyglot and linear models"] if spoken else []
        told += [f"{' '.join(sorted(linear))} by linear models"] if linear else []
        return ", ".join(
            [*told, "other languages unknown"] if told else ["en by the VADER lexicon, other languages unknown"]
        )

    def apply(self, batch: Sequence[Analysis]) -> list[Analysis]:
        """Fill in `sentiment`."""
        of_language: dict[str, list[int]] = {}
        for number, analysis in enumerate(batch):
            language = analysis.language.partition("-")[0]
            if self._polyglot is not None and is_pictures(analysis.text, _NAMES if language == UNTOLD else 0):
                language = _PICTURES
            of_language.setdefault(language, []).append(number)
        feelings = [UNKNOWN] * len(batch)
        for language, numbers in of_language.items():
            for start in range(0, len(numbers), _AT_ONCE):
                some = numbers[start : start + _AT_ONCE]
                for number, feeling in zip(some, self._of([batch[n].text for n in some], language), strict=True):
                    feelings[number] = feeling
        return [analysis.replace(sentiment=feeling) for analysis, feeling in zip(batch, feelings, strict=True)]

    def _of(self, texts: Sequence[str], language: str) -> list[Feeling]:
        if self._encoder is not None and language == LANGUAGE:
            return _feelings(self._encoder.probabilities(texts, self._model), self._encoder.sure)
        if self._polyglot is not None and language == _PICTURES:
            return _feelings(self._polyglot.of_pictures(texts), SURE_OF_PICTURES)
        if self._model is None:
            return [lexical(text) if language == "en" else UNKNOWN for text in texts]
        if language not in self._model.languages:
            return [UNKNOWN] * len(texts)
        if self._polyglot is not None and language in self._polyglot.languages:
            rows = self._polyglot.probabilities(texts, language, self._model)
            return _feelings(rows, self._polyglot.languages[language].sure)
        return _feelings(self._model.probabilities(texts, language), self._model.languages[language].sure)


def _feelings(rows: NDArray[np.float64], sure: float) -> list[Feeling]:
    return [feeling(negative, neutral, positive, sure) for negative, neutral, positive in rows.tolist()]


def feeling(negative: float, neutral: float, positive: float, sure: float) -> Feeling:
    """Return the label of the largest probability, `unknown` if that is below `sure`; rounded to 0.0001."""
    largest = max(negative, neutral, positive)
    label: SentimentLabel = "unknown"
    if largest >= sure:
        label = "positive" if positive == largest else "negative" if negative == largest else "neutral"
    good, bad = round(positive, 4), round(negative, 4)
    return Feeling(label=label, positive=good, neutral=round(1 - good - bad, 4), negative=bad)
