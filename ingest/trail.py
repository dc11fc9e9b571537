"""Where one is in lists that are asked for again and again: which states of which things were taken from them."""

from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import Any, NamedTuple, Self

import orjson

REMEMBERED = 1_000
"""Things whose last state is known: more than a platform lists at once. With their ids some 40 kB."""


class Entry(NamedTuple):
    """One thing of a list: what identifies it, what tells its states apart, and its time in ms, 0 where it has none."""

    id: str
    state: str = ""
    at_ms: int = 0


@dataclass(slots=True)
class Trail:
    """The things that were taken last, each with its state, the latest behind the others.

    `latest_ms` is the time of the newest thing, and `begin_ms` was it when the round began; `due_ms` is when the list
    is to be asked for next, `turn` how far the things that are known have been looked at again, `note` what a list
    wants to know of its last answer.
    """

    seen: OrderedDict[str, str] = field(default_factory=OrderedDict)
    latest_ms: int = 0
    due_ms: int = 0
    turn: int = 0
    note: str = ""
    begin_ms: int = 0

    @classmethod
    def read(cls, cursor: str) -> Self | None:
        """Return the trail that a cursor describes; None for what is none of ours."""
        try:
            known = orjson.loads(cursor)
            seen = OrderedDict((str(name), str(state)) for name, state in known["seen"])
            return cls(seen, int(known["latest"]), int(known["due"]), int(known["turn"]), str(known["note"]))
        except (KeyError, TypeError, ValueError):
            return None

    def cursor(self) -> str:
        """Return the trail as text."""
        known = {"latest": self.latest_ms, "due": self.due_ms, "turn": self.turn, "note": self.note}
        return orjson.dumps({**known, "seen": list(self.seen.items())}).decode()

    def take(self, entry: Entry, now_ms: int) -> bool:
        """Remember a thing; True when it is new, or changed. A time ahead of ours is now."""
        before = self.seen.pop(entry.id, None)
        self.seen[entry.id] = entry.state
        while len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        self.latest_ms = max(self.latest_ms, min(entry.at_ms, now_ms))
        return before != entry.state

    def some(self, count: int, beginning: str = "") -> list[str]:
        """Return the next `count` known ids that begin so, going round, newest first."""
        known = [name for name in reversed(self.seen) if name.startswith(beginning)]
        begin = self.turn if self.turn < len(known) else 0
        chosen = list(islice(known, begin, begin + count))
        self.turn = begin + len(chosen)
        return chosen


def state_of(thing: dict[str, Any], *names: str) -> str:
    """Return a digest of these fields of a thing, of all without names."""
    kept = [thing.get(name) for name in names] if names else thing
    return blake2b(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS), digest_size=5).hexdigest()


def unknown_entry(thing: object) -> Entry:
    """Return the entry of a thing that has another shape than it should: it is told once, for what it is."""
    return Entry("?" + blake2b(orjson.dumps(thing), digest_size=8).hexdigest())
