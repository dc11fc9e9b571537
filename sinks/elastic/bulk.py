"""The bulk loop: what was asked of each document is decided by what the server says of that document."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from elasticsearch import ApiError, Elasticsearch

from schemas.errors import HearkenError, Transient
from sinks.elastic.connection import error_type, place, refusal, spoken
from sinks.elastic.documents import Document
from sinks.elastic.patience import Patience
from sinks.elastic.retry import verdict

MAX_DOCUMENTS = 1_000
MAX_BYTES = 5 * 2**20
LARGE = 2**20  # every server has room for less, sooner or later
_PATIENT = 5  # attempts of a whole request before it goes in parts
_PROOFS = 5  # how often in a row something small is taken and a document is not, before that is to blame

_TOO_LARGE = "too_large"
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

    Safe to repeat whenever it fails: what is stored already answers with a conflict, and a conflict is done. No
    document keeps the others waiting for ever: one that the server has no room for, or fails at, again and again while
    it takes others, is refused.
    """

    def __init__(self, client: Elasticsearch) -> None:
        """Send with `client`, which must not try again by itself. `done` counts items by the status that ended them."""
        self._client = client
        self.done: Counter[int] = Counter()

    def send(self, items: Sequence[Item], patience: Patience) -> list[Refused]:
        """Store all items and return those that can never be stored.

        Raises Transient when something is not stored at the deadline, UsageError or Fatal when nothing could be.
        """
        return [refused for chunk in chunks(items) for refused in self._chunk(chunk, patience, 0)]

    def _chunk(self, chunk: list[Item], patience: Patience, attempt: int) -> list[Refused]:
        refused: list[Refused] = []
        proofs = 0
        while True:
            fault: HearkenError
            answered = False
            try:
                with spoken(self._client):
                    left = self._left(chunk, self._request(chunk), refused)
                    answered, chunk = True, [one for one, _ in left]
                    proofs = proofs + 1 if self._is_to_blame(left) else 0
                if not chunk:
                    return refused
                if proofs == _PROOFS:
                    _, status = left[0]
                    return [*refused, Refused(chunk[0].position, status, _TOO_LARGE if status == 429 else "unfit")]
                fault = Transient(f"{place(self._client)} is too busy: {len(chunk)} documents are not stored")
            except _TooLargeError:
                return refused + self._halves(chunk, patience, attempt)
            except Transient as error:
                fault = error
            patience.wait(attempt, fault)
            attempt += 1
            if answered and attempt >= _PATIENT and len(chunk) > 1:
                return refused + self._halves(chunk, patience, _PATIENT - 1)  # together they may be too much for it

    def _request(self, chunk: list[Item]) -> list[tuple[int, str]]:
        """Return status and type of error of each item. Raises what the client raises."""
        lines = [line for one in chunk for line in (one.action, one.body)]
        # The client takes lines that are JSON already; its types know only of dictionaries.
        try:
            answer = self._client.bulk(operations=cast("list[dict[str, Any]]", lines), filter_path=_ANSWER)
        except ApiError as error:
            if error.status_code == 413:
                raise _TooLargeError from None
            if error.status_code == 429:
                return [(429, error_type(error))] * len(chunk)
            raise
        told = [next(iter(entry.values())) for entry in answer["items"]]
        return [(entry["status"], entry.get("error", {}).get("type", "")) for entry in told]

    def _left(
        self, chunk: list[Item], answers: list[tuple[int, str]], refused: list[Refused]
    ) -> list[tuple[Item, int]]:
        """Return the items to send again, each with its status, and add those that were refused."""
        left: list[tuple[Item, int]] = []
        for one, (status, kind) in zip(chunk, answers, strict=True):
            what = verdict(status, kind)
            if what == "done":
                self.done[status] += 1
            elif what == "again":
                left.append((one, status))
            elif what == "refused":
                refused.append(Refused(one.position, status, kind))
            elif what == "fatal":
                raise refusal(self._client, status, kind)
        return left

    def _is_to_blame(self, left: Sequence[tuple[Item, int]]) -> bool:
        """Return whether all that is left is a document whose own fault it may be, and something small is taken.

        A server that counts the bytes on their way (indexing pressure) says 429 of a document that it could never have
        room for, as it does when it is busy. What is asked in its place is no JSON, so that nothing is ever stored.
        """
        if len(left) != 1:
            return False
        (one, status), small = left[0], b"{"
        if status != 500 and (status != 429 or one.size <= LARGE):
            return False
        asked, kind = self._request([Item(one.position, one.action, small)])[0]
        return verdict(asked, kind) in ("done", "refused")

    def _halves(self, chunk: list[Item], patience: Patience, attempt: int) -> list[Refused]:
        if len(chunk) == 1:
            return [Refused(chunk[0].position, 413, _TOO_LARGE)]
        middle = len(chunk) // 2
        return self._chunk(chunk[:middle], patience, attempt) + self._chunk(chunk[middle:], patience, attempt)
