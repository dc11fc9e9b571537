"""The tables of one partition, kept in one Faust table: what was put is held back until the runner has written it."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import orjson


class PartitionTable:
    """One keyed table of JSON values of one partition (the contract of `enrich.state.Table`).

    Values are live objects: what `put` was handed is what `get` returns, serialised once when the batch is settled. A
    value of None is the same as no value. The `remembered` values used last stay live, the others are read anew.
    """

    def __init__(self, stored: Mapping[bytes, bytes], prefix: str, remembered: int) -> None:
        self._stored = stored
        self._prefix = prefix
        self._remembered = remembered
        self._clean: OrderedDict[str, Any] = OrderedDict()
        self._dirty: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        """Return the value, or None."""
        if key in self._dirty:
            return self._dirty[key]
        if key in self._clean:
            self._clean.move_to_end(key)
            return self._clean[key]
        payload = self._stored.get(f"{self._prefix}{key}".encode())
        value = None if payload is None else orjson.loads(payload)
        if self._remembered:
            self._clean[key] = value
            self._trim()
        return value

    def put(self, key: str, value: Any) -> None:
        """Set the value; it lasts once the batch is settled."""
        self._clean.pop(key, None)
        self._dirty[key] = value

    def delete(self, key: str) -> None:
        """Forget the key; nothing happens when it is not there."""
        self.put(key, None)

    def settle(self) -> dict[str, bytes | None]:
        """Return by key of the state what was put since the last call, as JSON; TypeError when a value is not JSON."""
        puts = {
            f"{self._prefix}{key}": None if value is None else orjson.dumps(value) for key, value in self._dirty.items()
        }
        if self._remembered:
            self._clean.update(self._dirty)
            self._trim()
        self._dirty.clear()
        return puts

    def _trim(self) -> None:
        while len(self._clean) > self._remembered:
            self._clean.popitem(last=False)


class PartitionState:
    """All tables of one partition (the contract of `enrich.state.State`).

    `stored` holds the state of every partition of this worker, a key beginning with the partition's number.
    """

    def __init__(self, stored: Mapping[bytes, bytes], partition: int, remembered: int = 0) -> None:
        self._stored = stored
        self._partition = partition
        self._remembered = remembered
        self._tables: dict[str, PartitionTable] = {}

    def table(self, name: str) -> PartitionTable:
        """Return the table of this name, the same object each time."""
        found = self._tables.get(name)
        if found is None:
            prefix = f"{self._partition}|{name}|"
            found = self._tables[name] = PartitionTable(self._stored, prefix, self._remembered)
        return found

    def settle(self) -> dict[str, bytes | None]:
        """Return by key what was put in any table since the last call, as JSON."""
        return {key: value for table in self._tables.values() for key, value in table.settle().items()}
