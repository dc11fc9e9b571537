"""The fast model: a conditional random field over hashed features, for each language that has a file of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from spacy.tokens import Doc

import enrich
from enrich.character_features import CharacterFeatures
from enrich.character_network import CharacterNetwork
from enrich.name_model import LABELS, Name, NameModel
from enrich.name_tagger import Ids, NameTagger, spans
from enrich.simplified import simplified
from enrich.word_features import WordFeatures

FOLDER = Path(enrich.__file__).parent / "models"
_PLACES = 20_000  # words or characters that are looked at together: what bounds the memory


class Tagger(NameModel):
    """Reads words, or in languages written without spaces characters, Traditional Chinese as Simplified."""

    name: ClassVar[str] = "tagger"

    @classmethod
    def languages(cls) -> frozenset[str]:
        """Return the languages that have a file `entities.<language>.npz`."""
        return frozenset(path.name.split(".")[1] for path in FOLDER.glob("entities.*.npz"))

    def __init__(self, language: str, file: Path | None = None) -> None:
        """Read `file`, by default the one that ships for the language."""
        self._tagger = NameTagger.read(file or FOLDER / f"entities.{language}.npz")
        self._reader = reader(self._tagger)

    def find(self, docs: Sequence[Doc]) -> list[list[Name]]:
        """Return the names of each text."""
        found: list[list[Name]] = []
        for some in _portions(docs):
            tags = self._tagger.tags(self._reader.features(some), self._reader.lengths(some))
            found.extend(self._reader.names(doc, own) for doc, own in zip(some, tags, strict=True))
        return found


class Words:
    """Reads the words that spaCy finds."""

    def __init__(self, tagger: NameTagger) -> None:
        self._features = WordFeatures(tagger.bits, tagger.tables["lists"], tagger.tables["groups"])

    def features(self, docs: Sequence[Doc]) -> Ids:
        """Return the features of every word."""
        return self._features([[token.text for token in doc] for doc in docs])

    def lengths(self, docs: Sequence[Doc]) -> list[int]:
        """Return how many words each text has."""
        return [len(doc) for doc in docs]

    def places(self, doc: Doc) -> list[tuple[int, int]]:
        """Return where each of them stands in the text."""
        return [(token.idx, token.idx + len(token)) for token in doc]

    def names(self, doc: Doc, tags: Sequence[str]) -> list[Name]:
        """Return the names that the labels tell of; a word's own sign # is no part of one."""
        found = []
        for first, behind, label in spans(tags):
            start, last = doc[first].idx, doc[behind - 1]
            start += len(doc[first]) > 1 and doc[first].text[0] == "#"
            found.append(Name(start, last.idx + len(last), LABELS[label]))
        return found


class Characters:
    """Reads characters, Simplified ones for Traditional; where the tagger's file holds a network, by its help."""

    def __init__(self, tagger: NameTagger) -> None:
        tables = tagger.tables
        self._features = CharacterFeatures(tagger.bits, tables["words"])
        self._network = None
        if "network" in tables:
            self._network = CharacterNetwork(tagger.bits, tables["characters"], tables["network"].tobytes())

    def features(self, docs: Sequence[Doc]) -> Ids:
        """Return the features of every character."""
        texts = [simplified(doc.text) for doc in docs]
        if self._network is None:
            return self._features(texts)
        return np.hstack([self._features(texts), self._network(texts)])

    def lengths(self, docs: Sequence[Doc]) -> list[int]:
        """Return how many characters each text has."""
        return [len(doc.text) for doc in docs]

    def places(self, doc: Doc) -> list[tuple[int, int]]:
        """Return where each of them stands in the text."""
        return [(at, at + 1) for at in range(len(doc.text))]

    def names(self, doc: Doc, tags: Sequence[str]) -> list[Name]:
        """Return the names that the labels tell of."""
        return [Name(first, behind, LABELS[label]) for first, behind, label in spans(tags)]


def reader(tagger: NameTagger) -> Words | Characters:
    """Return what turns documents into what a tagger was trained on."""
    return Characters(tagger) if tagger.about["reads"] == "characters" else Words(tagger)


def _portions(docs: Sequence[Doc]) -> Iterator[list[Doc]]:
    """Yield the documents in portions of some thousand words."""
    portion: list[Doc] = []
    size = 0
    for doc in docs:
        if portion and size + len(doc) > _PLACES:
            yield portion
            portion, size = [], 0
        portion.append(doc)
        size += len(doc)
    if portion:
        yield portion
