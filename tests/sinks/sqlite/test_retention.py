"""Old mentions, trends and engagement are dropped, and everything that was taken from them."""

from datetime import timedelta
from pathlib import Path

import pytest

from schemas.engagement import Engagement
from sinks.questions import Span
from sinks.sqlite import documents
from sinks.sqlite.database import Database
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.mentions import T0, author, bucket, mention, stub

DAY = 86_400_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with three days of one mention, one stub, one bucket and one deed each."""
    with SqliteStore(tmp_path / "store.db") as store:
        for day in range(3):
            at = T0 + timedelta(days=day)
            live = mention(f"live{day}", hours=24 * day, author=author("ann"), hashtags=["tea"])
            deed = Engagement(id=f"e{day}", mention_id=live.id, source="test", kind="like", at=at, observed_at=at)
            gone = stub(f"gone{day}", hours=24 * day)
            store.write(Write(mentions=[live, gone], trends=[bucket(24 * day)], engagements=[deed]))
    return tmp_path / "store.db"


def test_retention_drops_what_is_older_and_keeps_the_rest(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_STEP", 3)
    with SqliteStore(path) as store:
        assert store.retention(T0 + timedelta(days=2)) == 4
        assert store.retention(T0 + timedelta(days=2)) == 0
        assert [m.native_id for m in store.mentions("acme", None, None, None, "new", 9)] == ["live2"]
        span = Span(T0, T0 + timedelta(days=3), DAY)
        assert [(p.count, p.authors) for p in store.volume("acme", span)] == [(0, 0), (0, 0), (1, 1)]
        assert [row.count for row in store.top("hashtags", "acme", span.start, span.end, 9)] == [1]
        assert [len(store.engagements(mention(f"live{day}").id)) for day in range(3)] == [0, 0, 1]
        assert store.document(stub("gone1").id) is None
        assert store.document(stub("gone2").id) is not None


def test_retention_leaves_no_words_behind(path: Path) -> None:
    with SqliteStore(path) as store:
        store.retention(T0 + timedelta(days=9))
    database = Database(path, read_only=True)
    for table in ("mentions", "documents", "brand_mentions", "terms", "trends", "engagements"):
        assert list(database.rows(f"SELECT * FROM {table}")) == []  # noqa: S608
    assert database.row("SELECT count(*) FROM words WHERE words MATCH 'words'") == (0,)
    database.close()
