"""Which engagement was seen already: what the store holds, and what the batch under work adds to it."""

from dataclasses import dataclass
from typing import Any

from enrich.state import Table
from sinks.sqlite.store import SqliteStore


class Seen:
    """Asks the store's history of engagement, so that a deed is kept once and goes with its mention."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._new: set[tuple[str, str]] = set()

    def of(self, mention_id: str) -> Table:
        """Return the deeds of one mention, for `enrich.virality.take`; whoever adds one stores it with the batch."""
        return _Deeds(self._store, self._new, mention_id)

    def settle(self) -> None:
        """Forget what the batch added: the store has it."""
        self._new.clear()


@dataclass(frozen=True, slots=True)
class _Deeds:
    store: SqliteStore
    new: set[tuple[str, str]]
    mention_id: str

    def get(self, key: str) -> Any:
        known = (self.mention_id, key) in self.new or self.store.has_engagement(self.mention_id, key)
        return 1 if known else None

    def put(self, key: str, value: Any) -> None:
        self.new.add((self.mention_id, key))

    def delete(self, key: str) -> None:
        self.new.discard((self.mention_id, key))
