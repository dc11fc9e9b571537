"""The bulk loop: what was asked of each document is decided by what the server says of that document."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from elasticsearch import ApiError, Elasticsearch

from schemas.errors import HearkenError, Transient
from sinks.elastic.connection import place, refusal, spoken
from sinks.elastic.documents import Document
from sinks.elastic.patience import Patience
from sinks.elastic.retry import verdict

MAX_DOCUMENTS = 1_000
MAX_BYTES = 5 * 2**20

_ANSWER = ["items.*.status", "items.*.error.type"]  # never a reason: it may quote the document


@dataclass(frozen=True, slots=True)
class Item:
    """A document in a bulk: its place in what the caller gave, and its two lines of the request."""

    position: int
    action: bytes
    body: bytes

    @property
    def size(self) -> int:
        """The bytes that it takes in a request."""
        return len(self.action) + len(self.body) + 2


@dataclass(frozen=True, slots=True)
class Refused:
    """An item that can never be stored: its `position`, the status and the server's name for the error."""

    position: int
    status: int
    kind: str


def item(position: int, document: Document, index: str) -> Item:
    """Return the document as an item for an index; an older version of it there gives way, a newer one stays."""
    target = {"_index": index, "_id": document.id, "version": document.version, "version_type": "external"}
    return Item(position, orjson.dumps({"index": target}), document.body)


def chunks(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Yield the items in requests of at most 1,000 documents and 5 MiB; a larger document goes alone."""
    chunk: list[Item] = []
    size = 0
    for one in items:
        if chunk and (len(chunk) == MAX_DOCUMENTS or size + one.size > MAX_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(one)
        size += one.size
    if chunk:
        yield chunk


class _TooLargeError(Exception):
    """A request is larger than the server takes."""


class Bulk:
    """Sends items until each is stored or refused.

    Safe to repeat whenever it fails: what is stored already answers with a conflict, and a conflict is done.
    """

    def __init__(self, client: Elasticsearch) -> None:
        """Send with `client`, which must not try again by itself. `done` counts items by the status that ended them."""
        self._client = client
        self.done: Counter[int] = Counter()

    def send(self, items: Sequence[Item], patience: Patience) -> list[Refused]:
        """Store all items and return those that can never be stored.

        Raises Transient when something is not stored at the deadline, UsageError or Fatal when nothing could be.
        """
        return [refused for chunk in chunks(items) for refused in self._chunk(chunk, patience)]

    def _chunk(self, chunk: list[Item], patience: Patience) -> list[Refused]:
        refused: list[Refused] = []
        attempt = 0
        while True:
            fault: HearkenError
            try:
                with spoken(self._client):
                    chunk = self._left(chunk, self._request(chunk), refused)
                if not chunk:
                    return refused
                fault = Transient(f"{place(self._client)} is too busy: {len(chunk)} documents are not stored")
            except _TooLargeError:
                return refused + self._halves(chunk, patience)
            except Transient as error:
                fault = error
            patience.wait(attempt, fault)
            attempt += 1

    def _request(self, chunk: list[Item]) -> list[tuple[int, str]]:
        """Return status and type of error of each item. Raises what the client raises."""
        lines = [line for one in chunk for line in (one.action, one.body)]
        # The client takes lines that are JSON already; its types know only of dictionaries.
        try:
            answer = self._client.bulk(operations=cast("list[dict[str, Any]]", lines), filter_path=_ANSWER)
        except ApiError as error:
            if error.status_code == 413:
                raise _TooLargeError from None
            raise
        told = [next(iter(entry.values())) for entry in answer["items"]]
        return [(entry["status"], entry.get("error", {}).get("type", "")) for entry in told]

    def _left(self, chunk: list[Item], answers: list[tuple[int, str]], refused: list[Refused]) -> list[Item]:
        """Return the items to send again, and add those that were refused."""
        left: list[Item] = []
        for one, (status, kind) in zip(chunk, answers, strict=True):
            what = verdict(status, kind)
            if what == "done":
                self.done[status] += 1
            elif what == "again":
                left.append(one)
            elif what == "refused":
                refused.append(Refused(one.position, status, kind))
            elif what == "fatal":
                raise refusal(self._client, status, kind)
        return left

    def _halves(self, chunk: list[Item], patience: Patience) -> list[Refused]:
        if len(chunk) == 1:
            return [Refused(chunk[0].position, 413, "too_large")]
        middle = len(chunk) // 2
        return self._chunk(chunk[:middle], patience) + self._chunk(chunk[middle:], patience)
