"""Which engagement with a mention was seen already: a set spread over chunks, so that no value grows without limit."""

from hashlib import blake2b
from typing import Any

from enrich.state import Table

_CHUNK = 128  # how many deeds a chunk holds, more or less


class Deeds:
    """The deeds of one mention (the contract of `enrich.state.Table`, for `enrich.virality.take`).

    `size` is how many there are; whoever keeps the mention's state keeps it too.
    """

    def __init__(self, table: Table, mention_id: str, size: int = 0) -> None:
        self._table = table
        self._mention_id = mention_id
        self.size = size
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
        self._table.put(self._key(self._place(digest)), chunk)
        if _chunks(self.size) > self._chunks:
            self._spread()

    def delete(self, key: str) -> None:
        """Forget a deed."""
        digest = _digest(key)
        chunk = self._chunk(self._place(digest))
        self.size -= chunk.pop(digest, None) is not None
        self._table.put(self._key(self._place(digest)), chunk)

    def clear(self) -> None:
        """Forget all of them."""
        for place in range(self._chunks):
            self._table.delete(self._key(place))
        self.size, self._chunks = 0, 1

    def _spread(self) -> None:
        seen = {digest: value for place in range(self._chunks) for digest, value in self._chunk(place).items()}
        self._chunks = _chunks(self.size)
        spread: list[dict[str, Any]] = [{} for _ in range(self._chunks)]
        for digest, value in seen.items():
            spread[self._place(digest)][digest] = value
        for place, chunk in enumerate(spread):
            self._table.put(self._key(place), chunk)

    def _chunk(self, place: int) -> dict[str, Any]:
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
