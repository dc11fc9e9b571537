"""An Elasticsearch store for one test at a time: names of its own, nothing in it, and every write seen at once."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from schemas.settings import ElasticsearchSettings
from sinks.elastic.store import ElasticStore
from sinks.store import Write


class SearchableStore(ElasticStore):
    """A store whose answers hold what was just written."""

    def write(self, batch: Write) -> None:
        super().write(batch)
        self.refresh()


def settings(url: str, **changes: Any) -> ElasticsearchSettings:
    """Return settings for this server, with names that no other test process uses."""
    return ElasticsearchSettings(url=url, index_prefix=f"t{os.getpid()}-", **changes)


def elastic_store(request: pytest.FixtureRequest) -> AbstractContextManager[ElasticStore]:
    """Return an empty store in the real server; only a test that gets here waits for it to start."""
    return empty_store(request.getfixturevalue("elasticsearch"))


@contextmanager
def empty_store(url: str) -> Iterator[SearchableStore]:
    """Yield an empty store; what is written to it is deleted again."""
    chosen = settings(url)
    store = SearchableStore(chosen)
    try:
        store.prepare()
        yield store
    finally:
        store.close()
        with Elasticsearch(url, request_timeout=60) as client:
            for index in client.indices.get(index=f"{chosen.index_prefix}*", features="settings"):
                client.indices.delete(index=index)
            client.indices.delete_index_template(name=f"{chosen.index_prefix}*")
