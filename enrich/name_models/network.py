"""The accurate model for Chinese: the fast one, which also sees what a small network says of each character."""

from pathlib import Path
from typing import ClassVar

from enrich.name_models.tagger import FOLDER, Tagger


class Network(Tagger):
    """Reads characters as the tagger does, and what the network in the same file makes of them."""

    name: ClassVar[str] = "network"

    @classmethod
    def languages(cls) -> frozenset[str]:
        """Return the languages that have a file `network.<language>.npz`."""
        return frozenset(path.name.split(".")[1] for path in FOLDER.glob("network.*.npz"))

    def __init__(self, language: str, file: Path | None = None) -> None:
        """Read `file`, by default the one that ships for the language."""
        super().__init__(language, file or FOLDER / f"network.{language}.npz")
