"""What a stateful stage is given to remember things in: keyed tables that its runner keeps.

The embedded runner keeps them in SQLite, in the same transaction as documents and positions; Faust keeps them as
tables with a changelog. Keys and values are JSON: text keys, values of dict, list, text, int, float, bool, None.
"""

from typing import Any, Protocol


class Table(Protocol):
    """One keyed table. A value read may be changed in place, but only `put` makes the change last."""

    def get(self, key: str) -> Any:
        """Return the value, or None."""
        ...

    def put(self, key: str, value: Any) -> None:
        """Set the value; it is kept when the runner commits."""
        ...

    def delete(self, key: str) -> None:
        """Forget the key; nothing happens when it is not there."""
        ...


class State(Protocol):
    """All tables of one worker."""

    def table(self, name: str) -> Table:
        """Return the table of this name, the same object each time."""
        ...


class MemoryTable(dict[str, Any]):
    """A table that lives as long as the process: tests and backtests."""

    put = dict.__setitem__

    def delete(self, key: str) -> None:
        """Forget the key."""
        self.pop(key, None)


class MemoryState(dict[str, MemoryTable]):
    """Tables that live as long as the process."""

    def table(self, name: str) -> MemoryTable:
        """Return the table of this name, made at first use."""
        return self.setdefault(name, MemoryTable())
