"""Which engagement with a mention was seen already: a set that stands in the mention's own state while it is small, and
is spread over chunks beside it when it grows, so that no value grows without limit."""

from hashlib import blake2b
from typing import Any

from enrich.state import Table

_CHUNK = 128  # how many deeds a chunk holds, more or less; so many stand in the mention's state


class Deeds:
    """The deeds of one mention (the contract of `enrich.state.Table`, for `enrich.virality.take`).

    `size` is how many there are, `few` holds them while they are few: whoever keeps the mention's state keeps both.
    Most mentions never have more, and so need no record of their own for them.
    """

    def __init__(self, table: Table, mention_id: str, size: int = 0, few: dict[str, Any] | None = None) -> None:
        self._table = table
        self._mention_id = mention_id
        self.size = size
        self.few = few or {}
        self._chunks = _chunks(size)

    def get(self, key: str) -> Any:
        """Return 1 for a deed that was seen, else None."""
        digest = _digest(key)
        return self._chunk(self._place(digest)).get(digest)

    def put(self, key: str, value: Any) -> None:
        """Note a deed."""
        digest = _digest(key)
        chunk = self._chunk(self._place(digest))
        self.size += digest not in chunk
        chunk[digest] = value
        self._keep(self._place(digest), chunk)
        if _chunks(self.size) > self._chunks:
            self._spread()

    def delete(self, key: str) -> None:
        """Forget a deed."""
        digest = _digest(key)
        chunk = self._chunk(self._place(digest))
        self.size -= chunk.pop(digest, None) is not None
        self._keep(self._place(digest), chunk)

    def clear(self) -> None:
        """Forget all of them."""
        for place in range(self._chunks if self._chunks > 1 else 0):
            self._table.delete(self._key(place))
        self.size, self._chunks, self.few = 0, 1, {}

    def _spread(self) -> None:
        seen = {digest: value for place in range(self._chunks) for digest, value in self._chunk(place).items()}
        self._chunks, self.few = _chunks(self.size), {}
        spread: list[dict[str, Any]] = [{} for _ in range(self._chunks)]
        for digest, value in seen.items():
            spread[self._place(digest)][digest] = value
        for place, chunk in enumerate(spread):
            self._table.put(self._key(place), chunk)

    def _keep(self, place: int, chunk: dict[str, Any]) -> None:
        if self._chunks > 1:
            self._table.put(self._key(place), chunk)

    def _chunk(self, place: int) -> dict[str, Any]:
        if self._chunks == 1:
            return self.few
        chunk: dict[str, Any] = self._table.get(self._key(place)) or {}
        return chunk

    def _place(self, digest: str) -> int:
        return int(digest[:8], 16) % self._chunks

    def _key(self, place: int) -> str:
        return f"{self._mention_id}|{place}"


def _chunks(size: int) -> int:
    """Return the number of chunks for so many deeds: a power of two."""
    return 1 << max(0, (size - 1) // _CHUNK).bit_length()


def _digest(key: str) -> str:
    return blake2b(key.encode(), digest_size=8).hexdigest()
