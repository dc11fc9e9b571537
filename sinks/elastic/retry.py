"""What becomes of an item that Elasticsearch answered, and how long to wait before it is sent again. Pure."""

from typing import Literal

BASE_S = 0.25
CAP_S = 30.0

Verdict = Literal["done", "again", "refused", "fatal"]

# A status of 400 that says nothing of the document: no more indices fit into the cluster.
_NOT_THE_DOCUMENT = frozenset({"validation_exception", "index_creation_exception", "invalid_index_name_exception"})


def verdict(status: int, error_type: str | None = None) -> Verdict:
    """Return what to do with an item, from its status and the type of its error.

    A conflict is `done`: the same or a newer version is stored. Too many requests and every fault of the server are
    worth another try; a document that cannot be stored as it is (400, 413) is `refused`; what concerns every document
    alike (no right to write, no such index, a cluster that is full) is `fatal`.
    """
    if status < 300 or status == 409:
        return "done"
    if status == 429 or status >= 500:
        return "again"
    return "refused" if status in (400, 413) and error_type not in _NOT_THE_DOCUMENT else "fatal"


def delay_s(attempt: int, chance: float) -> float:
    """Return how long to wait after so many failed attempts (the first is 0): full jitter.

    `chance` from 0 up to 1 picks a moment between none and min(30 s, base * 2^attempt), so that many workers do not
    come back together (M. Brooker, "Exponential Backoff And Jitter", 2015).
    """
    return chance * min(CAP_S, BASE_S * 2.0 ** min(attempt, 32))
