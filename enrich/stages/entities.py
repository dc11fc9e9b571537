"""The stage that finds names: the user's brands in every language, and what the languages' models know."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import ClassVar

from spacy.language import Language
from spacy.tokens import Doc

from enrich.brand_names import BrandNames
from enrich.marks import MARK
from enrich.name_model import LABELS, choices, pipeline
from enrich.simplified import simplified
from enrich.stage import Stage
from schemas.mention import Analysis, Entity
from schemas.settings import Settings

# Docs per model call, and per memory zone. The results are the same, bit for bit, for any number and any order.
_DOCS = 256
# Characters (about 2,000 posts) whose words the model's vocabulary keeps: the frequent ones. It saves 0.1 ms a text.
_LEARNED = 300_000
# Characters (some 35,000 posts) for which a model serves. The tables of its vocabulary count a word that is gone as if
# it were there, so they double again and again: some 11 MiB for 100,000 texts. A new one takes 0.1 s.
_SERVED = 5_000_000

# spaCy's time grows with the square of a stretch of signs without spaces. Of a longer one only the beginning is read,
# but for languages that are written so.
_LONG = re.compile(r"\S{200,}")
_KEPT = 200
_SPACELESS = frozenset({"ja", "th", "zh"})

_LEADING = re.compile(r"[\W_]*(?:(?<=['’])s(?![\w-]))?[\W_]*")  # also what is left of "Acme's" behind a brand
_TRAILING = re.compile(r"(?:['’]s?)?(?:[^\w.!)]|\.{2,})*$")  # "Inc.", "Yahoo!" and "Acme (UK)" keep their ends


class Entities(Stage):
    """Finds brands first; a name of a model that overlaps one gives way. Without a model there are only brands."""

    name: ClassVar[str] = "entities"
    after: ClassVar[tuple[str, ...]] = ("language",)

    def __init__(self, settings: Settings) -> None:
        self._brands = BrandNames(settings.brands)
        self._count = len(settings.brands)
        self._chosen = choices(settings.text)
        built = {language: pipeline(language, choice) for language, choice in self._chosen.items()}
        self._models = {language: model for language, model in built.items() if model is not None}
        self._read = dict.fromkeys(self._models, 0)  # characters, since the model was built

    def describe(self) -> str:
        """Return which model finds names in which language, and which is not there."""
        there = [f"{language} by {self._chosen[language]}" for language in self._models]
        absent = [
            f"{choice} is not installed: no other names in {language} (pip install {choice.replace('_', '-')})"
            for language, choice in self._chosen.items()
            if language not in self._models
        ]
        return "; ".join([f"{self._count} brands in every language", *there, *absent])

    def apply(self, batch: Sequence[Analysis]) -> list[Analysis]:
        """Fill in `entities`, in order and without overlap."""
        found = [self._named(analysis.text) for analysis in batch]
        of_language: dict[str, list[int]] = {}
        for number, analysis in enumerate(batch):
            of_language.setdefault(analysis.language.partition("-")[0], []).append(number)
        for language, numbers in of_language.items():
            if language in self._models:
                names = self._model_names(language, [batch[number].text for number in numbers])
                for number, own in zip(numbers, names, strict=True):
                    found[number] = _merged(found[number], own)
        return [analysis.replace(entities=entities) for analysis, entities in zip(batch, found, strict=True)]

    def _named(self, text: str) -> list[Entity]:
        return [
            Entity(text=text[start:end], label="brand", start=start, end=end, name=name)
            for start, end, name in self._brands.find(text)
        ]

    def _model_names(self, language: str, texts: list[str]) -> Iterator[list[Entity]]:
        for first in range(0, len(texts), _DOCS):
            chunk = texts[first : first + _DOCS]
            read = chunk if language in _SPACELESS else [_readable(text) for text in chunk]
            model = self._model(language)
            self._read[language] += sum(map(len, chunk))
            with self._zone(language, model):
                docs = model.pipe(read, batch_size=_DOCS)
                names = [_names(doc, text) for doc, text in zip(docs, chunk, strict=True)]
            yield from names

    def _model(self, language: str) -> Language:
        """Return the model, a new one when it has served; a package that is no longer there serves on."""
        if self._read[language] > _SERVED:
            self._models[language] = pipeline(language, self._chosen[language]) or self._models[language]
            self._read[language] = 0
        return self._models[language]

    def _zone(self, language: str, model: Language) -> AbstractContextManager[object]:
        """Return where to analyse texts: outside a zone the vocabulary keeps each new hashtag for ever.

        No Doc may leave the zone.
        """
        return nullcontext() if self._read[language] <= _LEARNED else model.memory_zone()


def _readable(text: str) -> str:
    """Return the text with as many code points, and blanks where a stretch without spaces is too long."""
    return _LONG.sub(lambda run: run[0][:_KEPT].ljust(len(run[0])), text)


def _names(doc: Doc, text: str) -> list[Entity]:
    """Return the names that the model found, cut to the name itself; none inside a link or a handle."""
    spans = [(ent.start_char, ent.end_char, label) for ent in doc.ents if (label := LABELS.get(ent.label_))]
    if not spans:
        return []
    taken = [mark.span() for mark in MARK.finditer(text) if mark.lastgroup in ("link", "handle")]
    return [
        Entity(text=text[start:end], label=label, start=start, end=end, name=normalised(text[start:end]))
        for start, end, label in ((*_trimmed(text, start, end), label) for start, end, label in spans)
        if start < end and not _overlaps(start, end, taken)
    ]


def normalised(name: str) -> str:
    """Return a name as it is counted: Simplified characters for Traditional, and single spaces."""
    return " ".join(simplified(name).split())


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch without a sigil, quotes and emoji around it, and without a second line."""
    if leading := _LEADING.match(text, start, end):
        start = leading.end()
    line_end = text.find("\n", start, end)
    end = end if line_end < 0 else line_end
    if text[start:end].endswith(")") and "(" not in text[start:end]:
        end -= 1
    trailing = _TRAILING.search(text, start, end)
    return start, trailing.start() if trailing else end


def _merged(brands: list[Entity], names: list[Entity]) -> list[Entity]:
    taken = [(brand.start, brand.end) for brand in brands]
    rest = [name for name in names if not _overlaps(name.start, name.end, taken)]
    return sorted([*brands, *rest], key=lambda entity: entity.start)


def _overlaps(start: int, end: int, taken: Iterable[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in taken)
