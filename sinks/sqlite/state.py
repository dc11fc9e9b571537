"""The tables in which stateful stages remember things, kept in the store beside the documents."""

from collections import OrderedDict
from typing import Any

import orjson

from sinks.sqlite.database import Database

_ROOM_BYTES = 2**20  # of JSON; as live objects it is three times as much


class StateTable:
    """One keyed table of JSON values (the contract of `enrich.state.Table`).

    Values are live objects: what `put` was handed is what `get` returns, serialised once when the transaction commits.
    A value of None is the same as no value. Clean values stay in memory up to a number and a size, the least recently
    used dropped first.
    """

    def __init__(self, database: Database, name: str, remembered: int) -> None:
        self._database = database
        self._name = name
        self._remembered = remembered
        self._clean: OrderedDict[str, tuple[Any, int]] = OrderedDict()  # value and size
        self._bytes = 0
        self._dirty: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        """Return the value, or None."""
        if key in self._dirty:
            return self._dirty[key]
        if key in self._clean:
            self._clean.move_to_end(key)
            return self._clean[key][0]
        row = self._database.row("SELECT value FROM state WHERE collection = ? AND key = ?", (self._name, key))
        value = orjson.loads(row[0]) if row else None
        self._keep(key, value, len(row[0]) if row else 0)
        return value

    def put(self, key: str, value: Any) -> None:
        """Set the value; it is kept when the transaction that is open, or else the next one, commits."""
        self._bytes -= self._clean.pop(key, (None, 0))[1]
        self._dirty[key] = value

    def delete(self, key: str) -> None:
        """Forget the key; nothing happens when it is not there."""
        self.put(key, None)

    def keys(self) -> list[str]:
        """Return the keys of all values that were flushed."""
        return [key for (key,) in self._database.rows("SELECT key FROM state WHERE collection = ?", (self._name,))]

    def flush(self) -> None:
        """Write what was put since the last flush; TypeError when a value is not JSON."""
        kept = [(self._name, key, orjson.dumps(value)) for key, value in self._dirty.items() if value is not None]
        gone = [(self._name, key) for key, value in self._dirty.items() if value is None]
        self._database.run_many(
            "INSERT INTO state (collection, key, value) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET value = excluded.value",
            kept,
        )
        self._database.run_many("DELETE FROM state WHERE collection = ? AND key = ?", gone)
        sizes = {key: len(payload) for _, key, payload in kept}
        for key, value in self._dirty.items():
            self._keep(key, value, sizes.get(key, 0))
        self._dirty.clear()

    def forget(self) -> None:
        """Drop everything in memory: what was put since the last flush, and what may have been changed in place."""
        self._clean.clear()
        self._bytes = 0
        self._dirty.clear()

    def _keep(self, key: str, value: Any, size: int) -> None:
        self._clean[key] = value, size
        self._bytes += size
        while len(self._clean) > self._remembered or self._bytes > _ROOM_BYTES:
            self._bytes -= self._clean.popitem(last=False)[1][1]


class StoredState:
    """All tables of the worker that writes to this store (the contract of `enrich.state.State`).

    `remembered` bounds the clean values that each table keeps in memory.
    """

    def __init__(self, database: Database, remembered: int) -> None:
        self._database = database
        self._remembered = remembered
        self._tables: dict[str, StateTable] = {}

    def table(self, name: str) -> StateTable:
        """Return the table of this name, the same object each time."""
        found = self._tables.get(name)
        if found is None:
            found = self._tables[name] = StateTable(self._database, name, self._remembered)
        return found

    def flush(self) -> None:
        """Write what was put in any table since the last flush."""
        for table in self._tables.values():
            table.flush()

    def forget(self) -> None:
        """Drop every table's memory; what was flushed but not committed goes with the transaction."""
        for table in self._tables.values():
            table.forget()
