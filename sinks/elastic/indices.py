"""The names of our indices: plain monthly ones behind aliases, and two that time does not divide."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Kind = Literal["mentions", "engagement", "trends", "alerts", "clicks"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_MONTH = re.compile(r"(\d{4})\.(\d{2})")


@dataclass(frozen=True, slots=True)
class Names:
    """Every name that we use in a cluster; `prefix` stands before each.

    An alias has the name of its kind (`mentions`), an index that and its month in UTC (`mentions-2024.03`). Names are
    made of kinds and of times only: nothing that a source wrote is ever part of one.
    """

    prefix: str = ""

    def alias(self, kind: Kind) -> str:
        """Return the name that questions use: the documents of a kind, without stubs and what was withdrawn."""
        return f"{self.prefix}{kind}"

    def every(self, kind: Kind) -> str:
        """Return the pattern of a kind's indices, stubs included."""
        return f"{self.prefix}{kind}-*"

    def month(self, kind: Kind, at: datetime) -> str:
        """Return the index of a kind for the month (UTC) of a moment."""
        return f"{self.prefix}{kind}-{at.year:04}.{at.month:02}"

    @property
    def brands(self) -> str:
        """The index of the brands."""
        return f"{self.prefix}brands"

    @property
    def dead_letters(self) -> str:
        """The index of the dead letters."""
        return f"{self.prefix}dead-letters"

    @property
    def all(self) -> str:
        """All our indices, as one expression."""
        return ",".join((*map(self.every, KINDS), self.brands, self.dead_letters))

    def ends_before(self, index: str, kind: Kind, moment: datetime) -> bool:
        """Say whether an index is a month of this kind that is over at a moment (aware, UTC)."""
        found = _MONTH.fullmatch(index.removeprefix(f"{self.prefix}{kind}-"))
        return found is not None and (int(found[1]), int(found[2])) < (moment.year, moment.month)
