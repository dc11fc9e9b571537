"""The stage that computes the signature by which near-copies are found."""

from collections.abc import Sequence
from typing import ClassVar

from enrich.near_copies import signature
from enrich.stage import Stage
from schemas.mention import Analysis


class Copies(Stage):
    """Computes the signature only: which texts are copies of each other is settled where a brand's mentions meet."""

    name: ClassVar[str] = "copies"

    def apply(self, batch: Sequence[Analysis]) -> list[Analysis]:
        """Fill in `signature`; None for a text that is too short to tell from others."""
        return [analysis.replace(signature=signature(analysis.text)) for analysis in batch]
