"""What is written together is kept together: documents, state, positions, dead letters."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.brand import Brand
from schemas.dead_letter import DeadLetter
from schemas.errors import Fatal
from sinks.sqlite.database import Database
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.mentions import T0, bucket, mention, stub


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store whose tables keep two values each in memory."""
    with SqliteStore(tmp_path / "store.db", remembered=2) as made:
        yield made


def reopened(store: SqliteStore, tmp_path: Path) -> SqliteStore:
    """Return the store as another process would find it after this one has closed it."""
    store.close()
    return SqliteStore(tmp_path / "store.db", remembered=2)


@contextmanager
def failing(store: SqliteStore) -> Iterator[None]:
    """Do what is inside in a transaction that fails at its end."""

    def work() -> Iterator[None]:
        with store.transaction():
            yield
            raise ZeroDivisionError

    steps = work()
    next(steps)
    yield
    with pytest.raises(ZeroDivisionError):
        next(steps)


def letter(position: str = "3") -> DeadLetter:
    """Return a dead letter from this line."""
    return DeadLetter(
        origin="file", position=position, reason="bad_json", detail="", stage="parse", at=T0, payload_base64="e30="
    )


def write_all(store: SqliteStore) -> None:
    """Write something of each kind."""
    store.write(Write(mentions=[mention()], trends=[bucket()], dead_letters=[letter()]))
    store.state().table("counts").put("a", {"n": 1})
    store.save_position("file", {"line": 3})


def test_everything_of_a_transaction_is_kept(store: SqliteStore, tmp_path: Path) -> None:
    with store.transaction():
        write_all(store)
    with reopened(store, tmp_path) as again:
        assert again.document(mention().id) is not None
        assert again.state().table("counts").get("a") == {"n": 1}
        assert again.position("file") == {"line": 3}
        assert again.dead_letters(10) == [letter()]


def test_nothing_of_a_failed_transaction_is_kept(store: SqliteStore, tmp_path: Path) -> None:
    with failing(store):
        write_all(store)
    assert store.state().table("counts").get("a") is None
    with store.transaction():
        store.save_position("other", 1)
    with reopened(store, tmp_path) as again:
        assert again.totals() == [] == again.dead_letters(10)
        assert again.document(mention().id) is None
        assert again.state().table("counts").get("a") is None
        assert (again.position("file"), again.position("other")) == (None, 1)


def test_a_value_that_is_not_json_fails_the_whole_transaction(store: SqliteStore) -> None:
    def write() -> None:
        with store.transaction():
            store.save_position("file", 1)
            store.state().table("counts").put("a", object())

    with pytest.raises(TypeError):
        write()
    assert store.position("file") is None


def test_a_failed_part_cannot_be_swallowed(store: SqliteStore) -> None:
    def write() -> None:
        with store.transaction():
            store.save_position("file", 1)
            with failing(store):
                store.save_position("file", 2)

    with pytest.raises(Fatal, match="a part of the transaction failed"):
        write()
    assert store.position("file") is None
    store.save_position("file", 2)
    assert store.position("file") == 2


def test_state_lives_in_memory_until_the_commit(store: SqliteStore, tmp_path: Path) -> None:
    table = store.state().table("counts")
    assert table is store.state().table("counts")
    value = {"n": 0}
    with store.transaction():
        for n in range(5):
            table.put(str(n), value if n == 0 else n)
        value["n"] = 9
        table.delete("4")
        assert table.get("0") is value
        assert table.get("4") is None
    with reopened(store, tmp_path) as again:
        table = again.state().table("counts")
        assert [table.get(str(n)) for n in range(5)] == [{"n": 9}, 1, 2, 3, None]
        assert table.get("1") == 1
        assert again.state().table("others").get("1") is None


def test_a_deleted_value_stays_deleted(store: SqliteStore, tmp_path: Path) -> None:
    for step in ("put", "delete"):
        with store.transaction():
            table = store.state().table("counts")
            if step == "put":
                table.put("a", 1)
            else:
                table.delete("a")
    with reopened(store, tmp_path) as again:
        assert again.state().table("counts").get("a") is None


def test_a_change_in_place_that_was_not_put_goes_with_a_rollback(store: SqliteStore) -> None:
    table = store.state().table("counts")
    with store.transaction():
        table.put("a", {"n": 1})
    with failing(store):
        table.get("a")["n"] = 2
    assert table.get("a") == {"n": 1}


def test_documents_by_id_with_stubs(store: SqliteStore) -> None:
    store.write(Write(mentions=[mention("a"), stub("b")]))
    found = store.documents([mention("a").id, mention("b").id, "unknown"])
    assert sorted(m.native_id for m in found.values()) == ["a", "b"]
    assert found[mention("b").id].deleted_at == T0
    assert store.document("unknown") is None


def test_dead_letters_once_each_the_latest_first(store: SqliteStore) -> None:
    for position in "1213":
        store.write(Write(dead_letters=[letter(position)]))
    assert [found.position for found in store.dead_letters(2)] == ["3", "2"]


def test_brands_as_they_were_saved_last(store: SqliteStore) -> None:
    acme, zeta = Brand(name="Acme", query="acme"), Brand(name="Zeta", query="zeta", timezone="Asia/Taipei")
    store.save_brands([zeta, acme])
    store.save_brands([acme.model_copy(update={"query": "acme*"})])
    assert [(brand.id, brand.query, brand.timezone) for brand in store.brands()] == [
        ("acme", "acme*", "UTC"),
        ("zeta", "zeta", "Asia/Taipei"),
    ]


def test_a_full_disk_ends_the_transaction_in_one_line(tmp_path: Path) -> None:
    database = Database(tmp_path / "store.db", read_only=False)
    database.run("PRAGMA max_page_count = 30")

    def fill() -> None:
        with database.transaction():
            for n in range(1000):
                database.run("INSERT INTO positions VALUES (?, ?)", (str(n), b"x" * 1000))

    with pytest.raises(Fatal, match="full") as failed:
        fill()
    assert "\n" not in str(failed.value)
    assert database.row("SELECT count(*) FROM positions") == (0,)
    database.close()
