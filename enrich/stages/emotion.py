"""The stage that says which emotion a text shows, in languages where that is right often enough; card in the models."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import enrich
from enrich.emotion_model import read
from enrich.stage import Stage
from schemas.mention import Analysis, EmotionLabel
from schemas.settings import Settings

MODEL = Path(enrich.__file__).parent / "models" / "emotion.npz"
_AT_ONCE = 64  # texts: beyond that the tables of n-grams only take more memory
_GLAD = frozenset({"joy", "optimism"})
_TROUBLED = frozenset({"anger", "sadness", "fear"})


class Emotion(Stage):
    """Says nothing of texts that feel neutral, nor what would contradict how a text feels, nor in languages that
    `text.emotions` does not name."""

    name: ClassVar[str] = "emotion"
    after: ClassVar[tuple[str, ...]] = ("language", "sentiment")

    def __init__(self, settings: Settings, model: Path = MODEL) -> None:
        known = read(model) if model.is_file() else {}
        self._languages = {name: known[name] for name in settings.text.emotions if name in known}

    def describe(self) -> str:
        """Return which emotions are told in which language."""
        told = [f"{language}: {', '.join(own.said)}" for language, own in sorted(self._languages.items())]
        return "; ".join(told) or "off"

    def apply(self, batch: Sequence[Analysis]) -> list[Analysis]:
        """Fill in `emotion`."""
        results = list(batch)
        of_language: dict[str, list[int]] = {}
        for number, analysis in enumerate(batch):
            language = analysis.language.partition("-")[0]
            if language in self._languages and analysis.sentiment and analysis.sentiment.label != "neutral":
                of_language.setdefault(language, []).append(number)
        for language, numbers in of_language.items():
            for start in range(0, len(numbers), _AT_ONCE):
                some = numbers[start : start + _AT_ONCE]
                told = self._languages[language].told([batch[number].text for number in some], language)
                for number, emotion in zip(some, told, strict=True):
                    if emotion is not None and _agrees(emotion, batch[number]):
                        results[number] = batch[number].replace(emotion=emotion)
        return results


def _agrees(emotion: EmotionLabel, analysis: Analysis) -> bool:
    felt = analysis.sentiment.label if analysis.sentiment else "unknown"
    return not (emotion in _GLAD and felt == "negative") and not (emotion in _TROUBLED and felt == "positive")
