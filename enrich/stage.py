"""The contract of a text stage, and the chain of all of them.

A stage is one module in `enrich/stages/` with a class derived from `Stage`; nothing else has to name it.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import ClassVar

import enrich.stages
from schemas.mention import Analysis
from schemas.plugins import plugins
from schemas.settings import Settings


class Stage(ABC):
    """One step of text analysis: built once from the settings, then a pure function over analyses.

    `after` names the stages whose results it reads.
    """

    name: ClassVar[str]
    after: ClassVar[tuple[str, ...]] = ()

    def __init__(self, settings: Settings) -> None:
        """Load what the stage needs; UsageError says what to install when something is missing."""

    def describe(self) -> str:
        """Return in a few words what this stage works with, for `hearken check`."""
        return "ready"

    @abstractmethod
    def apply(self, batch: Sequence[Analysis]) -> list[Analysis]:
        """Return the analyses with this stage's fields filled in: as many, in the same order.

        Pure: the result for one text does not depend on the others in the batch. Never raises for any text.
        """


def stages(settings: Settings) -> list[Stage]:
    """Return every stage, built, each behind those it reads from; names settle what is left open."""
    found: dict[str, type[Stage]] = plugins(enrich.stages, Stage)
    order = TopologicalSorter({name: sorted(found[name].after) for name in sorted(found)}).static_order()
    return [found[name](settings) for name in order]
