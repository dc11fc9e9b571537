"""Which monthly index a document lives in, whatever later versions of it say.

A document belongs to the month of the first event time that was seen of it. A later version may claim another time, and
a deletion none at all; each must go where the document is, or there would be two of it. So before a batch is written
the index is asked where its ids are. A search sees only what has been refreshed: what was written since is remembered
here, and before that grows large, or when somebody else may have written, the indices are refreshed.

This relies on one writer for each id at a time, as Kafka's partitions give it. A worker that is given partitions calls
`forget`, for another one wrote to them before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from elasticsearch import Elasticsearch

from sinks.elastic.connection import spoken
from sinks.elastic.documents import Document
from sinks.elastic.indices import Kind, Names

_REMEMBERED = 20_000  # ids, about 5 MB
_ASKED = 5_000  # ids in one search, below the 10,000 hits that a search may have


@dataclass(frozen=True, slots=True)
class Home:
    """Where a document lives, and when it was first stored there, in ms; 0 where that was not noted."""

    index: str
    first_ms: int


class Homes:
    """Finds and remembers where the documents of one kind live."""

    def __init__(self, client: Elasticsearch, names: Names, kind: Kind) -> None:
        """Nothing is known yet."""
        self._client = client
        self._names = names
        self._kind = kind
        self._recent: dict[str, Home] | None = None

    def forget(self) -> None:
        """Look again before the next batch: somebody else may have written, or what we meant to write is not there."""
        self._recent = None

    def of(self, documents: Sequence[Document], now_ms: int) -> list[Home]:
        """Return the home of each document, in order; what is not stored yet is first stored now.

        Raises Transient, UsageError or Fatal."""
        recent = self._recent
        if recent is None or len(recent) > _REMEMBERED:
            self._refresh()
            recent = self._recent = {}
        asked = sorted({document.id for document in documents} - recent.keys())
        for at in range(0, len(asked), _ASKED):
            recent |= self._stored(asked[at : at + _ASKED])
        return [recent.setdefault(one.id, Home(self._names.month(self._kind, one.at), now_ms)) for one in documents]

    def _refresh(self) -> None:
        with spoken(self._client):
            self._client.indices.refresh(
                index=self._names.every(self._kind), ignore_unavailable=True, allow_no_indices=True
            )

    def _stored(self, ids: list[str]) -> dict[str, Home]:
        """Return the home of each of these documents that a search sees."""
        with spoken(self._client):
            answer = self._client.search(
                index=self._names.every(self._kind),
                query={"ids": {"values": ids}},
                source_includes=["facts.first"],
                size=len(ids),
                track_total_hits=False,
                allow_partial_search_results=False,
                ignore_unavailable=True,
                allow_no_indices=True,
                filter_path=["hits.hits._id", "hits.hits._index", "hits.hits._source"],
            )
        return {
            hit["_id"]: Home(hit["_index"], hit.get("_source", {}).get("facts", {}).get("first", 0))
            for hit in answer.get("hits", {}).get("hits", [])
        }
