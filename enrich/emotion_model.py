"""The linear emotion models: hashed n-grams in, the emotion that a text shows out, where it is sure enough.

One multinomial logistic regression a language, divided by a temperature; each emotion has a probability of its own from
which on it is said. One that was not right often enough in training is never said.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enrich.hashed_text import plain
from enrich.sentiment_model import Part, View, is_familiar, pages_from
from enrich.simplified import simplified
from enrich.softmax import softmax
from schemas.errors import UsageError
from schemas.mention import EmotionLabel

FORMAT = 1
NEVER = 2.0
"""The probability from which on an emotion is said that never is."""
EMOTIONS: tuple[EmotionLabel, ...] = ("joy", "optimism", "anger", "sadness", "fear", "surprise")
NONE = "none"
CLASSES = (NONE, *EMOTIONS)

_CHARACTERS = 2_000  # of a longer text the rest is not read: the models know posts
_ARRAYS = ("weights", "scale", "bias", "signals")


@dataclass(frozen=True, slots=True)
class LanguageEmotions:
    """What one language goes by: which of CLASSES there are, from which probability each is said, known scripts."""

    part: Part
    classes: tuple[str, ...]
    least: tuple[float, ...]
    temperature: float
    pages: NDArray[np.bool_]

    def probabilities(self, texts: Sequence[str], language: str) -> NDArray[np.float64]:
        """Return a row a text, a column a class; each row goes by its text alone."""
        read = [plain(prepared(text, language)) for text in texts]
        logits = self.part.logits(texts, read, language) / self.temperature
        return softmax(logits)

    def told(self, texts: Sequence[str], language: str) -> list[EmotionLabel | None]:
        """Return the emotion of each text; None where it shows none, or none for sure."""
        rows = self.probabilities(texts, language)
        likeliest = rows.argmax(axis=1)
        return [
            _emotion(self.classes[at])
            if row[at] >= self.least[at] and is_familiar(text[:_CHARACTERS], self.pages)
            else None
            for text, row, at in zip(texts, rows.tolist(), likeliest.tolist(), strict=True)
        ]

    @property
    def said(self) -> list[str]:
        """Return which emotions it says at all."""
        return [name for name, least in zip(self.classes, self.least, strict=True) if least < NEVER]


def _emotion(name: str) -> EmotionLabel | None:
    return next((emotion for emotion in EMOTIONS if emotion == name), None)


def prepared(text: str, language: str) -> str:
    """Return what is read of a text: the beginning, Chinese in Simplified characters."""
    return simplified(text[:_CHARACTERS]) if language == "zh" else text[:_CHARACTERS]


def read(path: Path) -> dict[str, LanguageEmotions]:
    """Return the languages of an .npz file, which holds numbers and no code. Raises UsageError for another file."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return _read({name: arrays[name] for name in arrays.files})
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else "not an emotion model"
        raise UsageError(f"{path}: {what}: train one with `hearken train emotion`") from None


def _read(arrays: dict[str, NDArray[Any]]) -> dict[str, LanguageEmotions]:
    table = json.loads(arrays["table"].tobytes())
    if table["format"] != FORMAT:
        raise ValueError
    return {
        name: LanguageEmotions(
            Part(View(**own["view"]), *(arrays[f"{name}.{field}"] for field in _ARRAYS)),
            tuple(own["classes"]),
            tuple(own["least"]),
            own["temperature"],
            pages_from(own["pages"]),
        )
        for name, own in table["languages"].items()
    }


def write(path: Path, languages: dict[str, LanguageEmotions]) -> None:
    """Write the file; the same models give the same bytes."""
    table = {
        name: {
            "view": {field: getattr(own.part.view, field) for field in View.__slots__},
            "classes": own.classes,
            "least": own.least,
            "temperature": own.temperature,
            "pages": np.flatnonzero(own.pages).tolist(),
        }
        for name, own in languages.items()
    }
    text = json.dumps({"format": FORMAT, "languages": table})
    arrays: dict[str, Any] = {"table": np.frombuffer(text.encode(), dtype=np.uint8)}
    for name, own in languages.items():
        for field in _ARRAYS:
            arrays[f"{name}.{field}"] = getattr(own.part, field)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)
