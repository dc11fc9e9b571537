"""The linear sentiment models: hashed n-grams in, three probabilities out, of nothing but a file of small integers.

A part is one multinomial logistic regression; a language's model is the mean of the logits of its parts, divided by a
temperature (Guo et al., "On Calibration of Modern Neural Networks", 2017).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Self
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC

from enrich.hashed_text import Grams, character_grams, plain, word_grams, words
from enrich.sentiment_lexicon import SIGNALS, signals
from enrich.softmax import softmax
from schemas.errors import UsageError

FORMAT = 1
CLASSES = ("negative", "neutral", "positive")
_CHARACTERS = 2_000  # of a longer text the rest is not read: the models know posts
_PAGE_BITS, _PAGES = 7, 0x110000 >> 7
_PICTURES = np.zeros(_PAGES, dtype=np.bool_)  # blocks of symbols and emoji, which belong to no script
_PICTURES[0x2190 >> 7 : 0x2C00 >> 7] = _PICTURES[0x1F000 >> 7 : 0x1FB00 >> 7] = True
_FAMILIAR = 0.5  # the share of a text's letters that must be of scripts seen in training


@dataclass(frozen=True, slots=True)
class View:
    """Which n-grams a part reads: words up to `words` (0: none), characters from `shortest` to `longest`."""

    words: int
    shortest: int
    longest: int
    bits: int
    lexicon: bool = False

    def grams(self, texts: Sequence[str], language: str) -> list[Grams]:
        """Return the n-grams of plain texts, one table of 2^bits features after the other."""
        found = [character_grams(texts, self.shortest, self.longest, self.bits)]
        if self.words:
            found.append(word_grams([words(text, language) for text in texts], self.words, self.bits))
        return found

    @property
    def features(self) -> int:
        """Return how many hashed features there are."""
        return (2 if self.words else 1) << self.bits


@dataclass(frozen=True, slots=True)
class Part:
    """One regression: weights of the hashed features as int8 with a scale per class, and of the lexicon's signals."""

    view: View
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    signals: NDArray[np.float32]

    def logits(self, texts: Sequence[str], plain_texts: Sequence[str], language: str) -> NDArray[np.float64]:
        """Return a row a text; each row goes by its text alone."""
        classes = self.weights.shape[1]
        total = np.zeros((len(texts), classes))
        for table, grams in enumerate(self.view.grams(plain_texts, language)):
            counts = grams.counts
            owner = np.repeat(np.arange(len(texts)), counts)
            rows = self.weights[grams.ids + (table << self.view.bits)]
            for column in range(classes):
                sums = np.bincount(owner, rows[:, column], minlength=len(texts))
                total[:, column] += sums / np.sqrt(np.maximum(counts, 1))
        total = total * self.scale + self.bias
        if self.view.lexicon:
            heard = np.array([signals(text) for text in texts]).reshape(-1, SIGNALS)
            # Not by a matrix product, whose order of additions depends on how many texts there are.
            total = total + sum(heard[:, [signal]] * self.signals[signal] for signal in range(SIGNALS))
        return np.asarray(total, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """What one language goes by: parts, temperature, the probability below which nothing is said, known scripts."""

    parts: tuple[str, ...]
    temperature: float
    sure: float
    pages: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SentimentModel:
    """All languages of one file."""

    parts: dict[str, Part]
    languages: dict[str, LanguageModel]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the model in an .npz file, which holds numbers and no code. Raises UsageError for another file."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return cls._read({name: arrays[name] for name in arrays.files})
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            what = error.strerror if isinstance(error, OSError) and error.strerror else "not a sentiment model"
            raise UsageError(f"{path}: {what}: train one with `hearken train sentiment`") from None

    @classmethod
    def _read(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        table = json.loads(arrays["table"].tobytes())
        if table["format"] != FORMAT:
            raise ValueError
        parts = {
            name: Part(View(**view), *(arrays[f"{name}.{field}"] for field in ("weights", "scale", "bias", "signals")))
            for name, view in table["parts"].items()
        }
        languages = {
            name: LanguageModel(tuple(own["parts"]), own["temperature"], own["sure"], pages_from(own["pages"]))
            for name, own in table["languages"].items()
        }
        return cls(parts, languages)

    def write(self, path: Path) -> None:
        """Write the file; the same model gives the same bytes."""
        table = {
            "format": FORMAT,
            "parts": {
                name: {field: getattr(part.view, field) for field in View.__slots__}
                for name, part in self.parts.items()
            },
            "languages": {
                name: {
                    "parts": own.parts,
                    "temperature": own.temperature,
                    "sure": own.sure,
                    "pages": np.flatnonzero(own.pages).tolist(),
                }
                for name, own in self.languages.items()
            },
        }
        arrays: dict[str, Any] = {"table": np.frombuffer(json.dumps(table).encode(), dtype=np.uint8)}
        for name, part in self.parts.items():
            for field in ("weights", "scale", "bias", "signals"):
                arrays[f"{name}.{field}"] = getattr(part, field)
        with ZipFile(path, "w") as file:  # as numpy does, but smaller
            for name, array in arrays.items():
                content = BytesIO()
                np.save(content, array, allow_pickle=False)
                file.writestr(ZipInfo(f"{name}.npy"), content.getvalue(), ZIP_DEFLATED, 9)

    def logits(self, texts: Sequence[str], language: str) -> NDArray[np.float64]:
        """Return the logits of texts in a language that has a model, before the temperature."""
        texts = [prepared(text, language) for text in texts]
        plain_texts = [plain(text) for text in texts]
        parts = [self.parts[name].logits(texts, plain_texts, language) for name in self.languages[language].parts]
        return np.asarray(sum(parts) / len(parts), dtype=np.float64)

    def probabilities(self, texts: Sequence[str], language: str) -> NDArray[np.float64]:
        """Return negative, neutral, positive for each text; all three 1/3 where it has nothing that the model knows."""
        return self.shares(texts, language, self.logits(texts, language) / self.languages[language].temperature)

    def shares(self, texts: Sequence[str], language: str, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return logits of texts as probabilities; all three 1/3 where a text has nothing that the language knows."""
        found = softmax(logits)
        pages = self.languages[language].pages
        found[[not is_familiar(text[:_CHARACTERS], pages) for text in texts]] = 1 / len(CLASSES)
        return found


def prepared(text: str, language: str) -> str:
    """Return what is read of a text: the beginning, Chinese in Simplified characters."""
    return _SIMPLIFIED.convert(text[:_CHARACTERS]) if language == "zh" else text[:_CHARACTERS]


_SIMPLIFIED = OpenCC("t2s")


def signs(text: str) -> NDArray[np.int64]:
    """Return the block of 128 code points of each letter, sign and emoji of a text, without addresses and handles."""
    shown = plain(text).replace("http", "").replace("@user", "")
    codes = np.array([ord(sign) for sign in shown if sign > "@"], dtype=np.int64)
    return codes >> _PAGE_BITS


def pages_of(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Return which blocks make up at least one sign in ten thousand of these texts."""
    counts = np.zeros(_PAGES, dtype=np.int64)
    for text in texts:
        counts += np.bincount(signs(text), minlength=_PAGES)
    return np.asarray(counts * 10_000 >= max(1, int(counts.sum())), dtype=np.bool_)


def is_familiar(text: str, pages: NDArray[np.bool_]) -> bool:
    """Return whether the text has letters, or emoji alone, and half of them or more of scripts known from training."""
    found = signs(text)
    letters = found[~_PICTURES[found]]
    found = letters if len(letters) else found
    return len(found) > 0 and bool(pages[found].mean() >= _FAMILIAR)


def pages_from(listed: Sequence[int]) -> NDArray[np.bool_]:
    """Return the blocks of a list of their numbers, as a model file keeps them."""
    pages = np.zeros(_PAGES, dtype=np.bool_)
    pages[list(listed)] = True
    return pages
