"""Opening the store that a command names."""

from pathlib import Path

import pytest

from deploy.stack.ports import free_port
from deploy.stores import open_store
from schemas.errors import Transient, UsageError
from sinks.elastic.store import ElasticStore
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.elastic import empty_store
from tests.support.mentions import mention


def test_a_path_is_sqlite(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "a.db"), read_only=False)
    store.close()
    assert isinstance(store, SqliteStore)


def test_a_url_is_elasticsearch(elasticsearch: str) -> None:
    with empty_store(elasticsearch) as filled:
        filled.write(Write(mentions=[mention()]))
        store = open_store(elasticsearch, elasticsearch=filled.settings)
        try:
            assert isinstance(store, ElasticStore)
            assert [row.count for row in store.totals()] == [1]
        finally:
            store.close()


def test_what_cannot_be_opened() -> None:
    with pytest.raises(UsageError, match="path of an SQLite file, or the http"):
        open_store("postgres://127.0.0.1/posts")
    with pytest.raises(Transient, match="cannot be reached"):
        open_store(f"http://127.0.0.1:{free_port()}")
