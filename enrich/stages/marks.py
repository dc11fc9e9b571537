"""The stage that lists hashtags, handles, links and emoji."""

from collections.abc import Sequence
from typing import ClassVar

from enrich.marks import EMOJI_RUN, distinct, emojis, marks
from enrich.stage import Stage
from schemas.mention import Analysis


class Marks(Stage):
    """Lists each mark once, as written and in order; hashtags and handles without their sign."""

    name: ClassVar[str] = "marks"

    def apply(self, batch: Sequence[Analysis]) -> list[Analysis]:
        """Fill in `hashtags`, `handles`, `links` and `emoji`."""
        return [self._listed(analysis) for analysis in batch]

    def _listed(self, analysis: Analysis) -> Analysis:
        found: dict[str, list[str]] = {"link": [], "handle": [], "tag": []}
        for kind, mark in marks(analysis.text):
            found[kind].append(mark)
        return analysis.replace(
            hashtags=distinct(found["tag"]),
            handles=distinct(found["handle"]),
            links=distinct(found["link"]),
            emoji=distinct(emojis(analysis.text)) if EMOJI_RUN.search(analysis.text) else [],
        )
