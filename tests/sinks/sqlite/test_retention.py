"""Old mentions, trends, engagement and dead letters are dropped in small steps, with everything taken from them."""

from datetime import timedelta
from pathlib import Path

import pytest

from schemas.clock import ManualClock
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from sinks.questions import Span
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


def test_what_is_older_is_dropped_step_by_step_and_the_rest_is_kept(path: Path) -> None:
    with SqliteStore(path) as store:
        horizon = T0 + timedelta(days=2)
        steps = [store.drop(horizon, 3) for _ in range(3)]
        assert [len(mentions) for mentions, _ in steps] == [3, 1, 0]
        assert [others for _, others in steps] == [2, 0, 0]
        assert [m.native_id for m in store.mentions("acme", None, None, None, "new", 9)] == ["live2"]
        span = Span(T0, T0 + timedelta(days=3), DAY)
        assert [(p.count, p.authors) for p in store.volume("acme", span)] == [(0, 0), (0, 0), (1, 1)]
        assert [row.count for row in store.top("hashtags", "acme", span.start, span.end, 9)] == [1]
        assert [len(store.engagements(mention(f"live{day}").id)) for day in range(3)] == [0, 0, 1]
        assert store.document(stub("gone1").id) is None
        assert store.document(stub("gone2").id) is not None


def test_what_was_stored_last_stays_so_that_no_number_is_given_twice(path: Path) -> None:
    everything = T0 + timedelta(days=9)
    with SqliteStore(path) as store:
        assert len(store.drop(everything, 100)[0]) == 5
        assert store.drop(everything, 100) == ([], 0)
        store.write(Write(mentions=[mention("next", hours=24 * 20)]))
        assert store.drop(everything, 100) == ([stub("gone2").id], 0)


def test_nothing_of_what_is_dropped_is_left_behind(path: Path) -> None:
    with SqliteStore(path) as store:
        store.write(Write(mentions=[mention("next", hours=24 * 20, text="other")]))
        store.drop(T0 + timedelta(days=9), 100)
    database = Database(path, read_only=True)
    for table in ("mentions", "documents", "brand_mentions"):
        assert database.row(f"SELECT count(*) FROM {table}") == (1,)  # noqa: S608
    for table in ("terms", "trends", "engagements"):
        assert list(database.rows(f"SELECT * FROM {table}")) == []  # noqa: S608
    assert database.row("SELECT count(*) FROM words WHERE words MATCH 'words'") == (0,)
    database.close()


def test_engagement_with_what_was_never_stored_goes_by_its_own_time(path: Path) -> None:
    def deed(name: str, days: int) -> Engagement:
        at = T0 + timedelta(days=days)
        return Engagement(id=name, mention_id="stranger", source="test", kind="like", at=at, observed_at=at)

    with SqliteStore(path) as store:
        store.write(Write(engagements=[deed(f"s{day}", day) for day in range(4)]))
        while any(store.drop(T0 + timedelta(days=2), 3)):
            pass
        assert [one.id for one in store.engagements("stranger")] == ["s2", "s3"]


def test_dead_letters_go_by_when_they_were_stored(tmp_path: Path) -> None:
    clock = ManualClock(T0)
    with SqliteStore(tmp_path / "store.db", clock=clock) as store:
        for number in range(4):
            letter = DeadLetter(
                origin="o", position=str(number), reason="bad_json", detail="d", stage="parse", at=T0, payload_base64=""
            )
            store.write(Write(dead_letters=[letter]))
            store.write(Write(dead_letters=[letter]))
            clock.advance(86_400)
        assert [store.drop_dead_letters(T0 + timedelta(days=2), 1) for _ in range(3)] == [1, 1, 0]
        assert [letter.position for letter in store.dead_letters(9)] == ["3", "2"]
