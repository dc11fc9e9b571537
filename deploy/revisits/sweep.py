"""Looking at everything that is kept of a network, again and again, where its terms say that what is gone there must
not stay here.

A sweep goes from the newest post to the oldest, and the next begins half of the term after it began. What was stored
later than a sweep passed its place is met by the next. So nothing is kept for longer than the term without having been
seen there: what cannot be looked at within the term is forgotten unseen.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import orjson

from schemas.errors import Poison
from schemas.json_value import json_value
from schemas.wire import from_ms, ms


@dataclass(slots=True)
class Sweep:
    """How far a sweep is: when it `begun`, and down to which moment of publication (`below`) it has seen everything;
    `below` None is a finished one. `seen` and `gone` count its posts, `forgotten` those that were let go unseen."""

    begun: datetime | None = None
    below: datetime | None = None
    seen: int = 0
    gone: int = 0
    forgotten: int = 0

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """Return the sweep that a cursor stands for; one that never began for anything else."""
        try:
            found = json_value((cursor or "{}").encode(), 10_000)
        except Poison:
            found = {}
        begun, below = (found.get("begun"), found.get("below")) if isinstance(found, dict) else (None, None)
        if not isinstance(begun, int):
            return cls()
        return cls(from_ms(begun), from_ms(below) if isinstance(below, int) else None)

    def cursor(self) -> str:
        """Return it as text."""
        moments = {"begun": self.begun, "below": self.below}
        return orjson.dumps({name: ms(at) for name, at in moments.items() if at is not None}).decode()

    def begin(self, now: datetime, term: timedelta) -> bool:
        """Begin another when it is time, and say whether there is one to go on with."""
        if self.below is None and (self.begun is None or now - self.begun >= term / 2):
            self.begun, self.below = now, now + timedelta(minutes=10)  # authors' clocks may be ahead
            self.seen = self.gone = self.forgotten = 0
        return self.below is not None

    def is_late(self, now: datetime, term: timedelta) -> bool:
        """Say whether what it has not seen yet must not be kept any longer."""
        return self.begun is not None and now - self.begun >= term
