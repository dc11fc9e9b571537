"""What the polyglot learns from and is measured on: texts with a feeling in several languages.

They are read as `deploy/training/labelled_texts.py` says, English ones too, which help the others. Where more than a
thousand texts of a language are held out there, a third of them is held out here, so that little is lost. Texts are
seen twice, those of languages with few of them three times, and some of the English ones once.
"""

from collections.abc import Sequence
from zlib import crc32

from deploy.training.encoder_texts import Felt
from deploy.training.labelled_texts import Labelled
from enrich.encoder import LANGUAGE as ENCODED
from enrich.sentiment_model import prepared

_THIRD = 3
_MANY = 1_000
_FEW = 4_000
_HELPING = 3_000  # texts of the language that has an encoder of its own


def held(own: Labelled) -> list[int]:
    """Return which texts of a language are held out."""
    numbers = [number for number, out in enumerate(own.held) if out]
    if len(numbers) <= _MANY:
        return numbers
    return [number for number in numbers if crc32(own.texts[number].encode()) % _THIRD == 0]


def lessons(data: dict[str, Labelled]) -> list[Felt]:
    """Return what is learned from, as often as it is seen."""
    seen = {language: _seen(language, own) for language, own in data.items()}
    found = [item for language, own in seen.items() for item in (_some(own) if language == ENCODED else own * 2)]
    return found + [item for language, own in data.items() if len(own.texts) < _FEW for item in seen[language]]


def _seen(language: str, own: Labelled) -> list[Felt]:
    out = frozenset(held(own))
    return [
        Felt(prepared(text, language), label)
        for number, (text, label) in enumerate(zip(own.texts, own.labels, strict=True))
        if number not in out
    ]


def _some(texts: Sequence[Felt]) -> list[Felt]:
    return sorted(texts, key=lambda item: crc32(item.text.encode()))[:_HELPING]
