"""The accurate model for English: the encoder, which reads names and feelings in one pass."""

from collections.abc import Sequence
from typing import ClassVar

from spacy.tokens import Doc

from enrich.encoder import LANGUAGE, MODEL, shipped
from enrich.name_model import Name, NameModel
from schemas.errors import UsageError


class EncoderNames(NameModel):
    """Takes the names from the readings that the sentiment stage asks for as well."""

    name: ClassVar[str] = "encoder"

    @classmethod
    def languages(cls) -> frozenset[str]:
        """Return English, where the model's file is there."""
        return frozenset({LANGUAGE}) if MODEL.is_file() else frozenset()

    def __init__(self, language: str) -> None:
        found = shipped()
        if found is None:
            raise UsageError(f"{MODEL}: no such file: train one with `hearken train encoder`")
        self._encoder = found

    def find(self, docs: Sequence[Doc]) -> list[list[Name]]:
        """Return the names of each text."""
        return [
            [Name(*span) for span in reading.names] for reading in self._encoder.readings([doc.text for doc in docs])
        ]
