"""How far Hacker News has been walked, and what its last items looked like: all that listening again has to know."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal, Self

import orjson

REMEMBERED = 2_000
"""Items whose last state is known: more than come in the two hours in which their authors may edit them."""

TRIES = 4
"""How many rounds an item is asked for that is not there yet, before it counts as none."""

_WAITING = 500  # items that are asked for again
_CONTENT = ("type", "by", "time", "title", "text", "url", "parent", "poll", "deleted", "dead")
_COUNTS = ("score", "descendants")

Look = Literal["new", "same", "counts", "changed", "unknown"]
"""What a state of an item is: the first of a new item, one that was seen, one with other counts only, one with other
content, or one of an item that is no longer remembered."""


@dataclass(slots=True)
class Walk:
    """The last item that was asked for, digests of those seen last, and how often each missing one was asked for."""

    last: int
    states: OrderedDict[int, str] = field(default_factory=OrderedDict)
    missing: dict[int, int] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: str) -> Self | None:
        """Return the walk that a cursor describes; None for what is none of ours."""
        try:
            known = orjson.loads(cursor)
            states = OrderedDict((int(item), str(digest)) for item, digest in known["states"])
            return cls(int(known["last"]), states, {int(item): int(tries) for item, tries in known["missing"]})
        except (KeyError, TypeError, ValueError):
            return None

    def cursor(self) -> str:
        """Return the walk as text, about 60 kB at most."""
        known = {"last": self.last, "states": list(self.states.items()), "missing": list(self.missing.items())}
        return orjson.dumps(known).decode()

    def miss(self, item: int) -> bool:
        """Note that an item is not there; True when it is to be given up."""
        tries = self.missing.pop(item, 0) + 1
        if tries >= TRIES or len(self.missing) >= _WAITING:
            return True
        self.missing[item] = tries
        return False

    def look(self, item: int, state: dict[str, Any], *, new: bool) -> Look:
        """Remember a state of an item, and say what it is; `new` items are those of the walk itself."""
        self.missing.pop(item, None)
        digest = _digest(state, _CONTENT) + _digest(state, _COUNTS)
        before = self.states.pop(item, None)
        self.states[item] = digest
        while len(self.states) > REMEMBERED:
            self.states.popitem(last=False)
        if before is None:
            return "new" if new else "unknown"
        if before == digest:
            return "same"
        half = len(digest) // 2
        return "counts" if before[:half] == digest[:half] else "changed"


def _digest(state: dict[str, Any], names: Iterable[str]) -> str:
    kept = orjson.dumps([state.get(name) for name in names])
    return blake2b(kept, digest_size=5).hexdigest()
