"""Opening the embedded store: its lock, and files that are not one."""

import sqlite3
from pathlib import Path

import pytest

from schemas.errors import Fatal, StoreLocked, UsageError
from sinks.sqlite.database import Database
from sinks.sqlite.schema import VERSION
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.mentions import mention


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "a store?#%41.db"


def version_of(path: Path, version: int | None = None) -> int:
    """Return the version in a file, after setting it if one is given."""
    connection = sqlite3.connect(path)
    if version is not None:
        connection.execute(f"PRAGMA user_version = {version}")
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return int(found)


def test_what_was_written_is_there_when_opened_again(path: Path) -> None:
    for name in "ab":
        with SqliteStore(path) as store:
            store.write(Write(mentions=[mention(name)]))
    with SqliteStore(str(path), read_only=True) as store:
        assert len(store.mentions(None, None, None, None, "new", 10)) == 2
    assert version_of(path) == VERSION


def test_a_second_writer_is_refused_at_once_and_readers_go_on(path: Path) -> None:
    with SqliteStore(path) as writer, SqliteStore(path, read_only=True) as reader:
        with pytest.raises(StoreLocked) as refused:
            SqliteStore(path)
        assert str(path) in str(refused.value)
        assert "\n" not in str(refused.value)
        with writer.transaction():
            writer.write(Write(mentions=[mention("1")]))
            assert reader.totals() == []
        assert [row.count for row in reader.totals()] == [1]
    SqliteStore(path).close()


def test_an_answer_is_of_one_moment_while_a_writer_goes_on(path: Path) -> None:
    with SqliteStore(path) as store:
        store.write(Write(mentions=[mention("1")]))
        reader = Database(path, read_only=True)
        with reader.snapshot():
            assert reader.row("SELECT count(*) FROM mentions") == (1,)
            store.write(Write(mentions=[mention("2")]))
            assert reader.row("SELECT count(*) FROM documents") == (1,)
        assert reader.row("SELECT count(*) FROM documents") == (2,)
        reader.close()


def test_a_reader_cannot_write(path: Path) -> None:
    SqliteStore(path).close()
    with SqliteStore(path, read_only=True) as store, pytest.raises(Fatal, match="readonly"):
        store.write(Write(mentions=[mention()]))


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_that_is_not_a_store_is_refused_and_left_alone(path: Path, read_only: bool) -> None:
    path.write_bytes(b"timestamp,value\n" * 100)
    with pytest.raises(UsageError, match="is not a hearken store"):
        SqliteStore(path, read_only)
    assert path.read_bytes() == b"timestamp,value\n" * 100


@pytest.mark.parametrize("read_only", [True, False])
def test_a_database_of_another_program_is_refused_and_left_alone(path: Path, read_only: bool) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="another program"):
        SqliteStore(path, read_only)
    assert path.read_bytes() == before


@pytest.mark.parametrize("read_only", [True, False])
def test_a_newer_store_is_refused(path: Path, read_only: bool) -> None:
    SqliteStore(path).close()
    version_of(path, VERSION + 1)
    with pytest.raises(UsageError, match=f"version {VERSION + 1}"):
        SqliteStore(path, read_only)


def test_an_older_store_is_not_changed_by_a_reader(path: Path) -> None:
    SqliteStore(path).close()
    version_of(path, VERSION - 1)
    with pytest.raises(UsageError, match="older"):
        SqliteStore(path, read_only=True)
    assert version_of(path) == VERSION - 1


def test_an_older_store_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SqliteStore(path) as store:
        store.write(Write(mentions=[mention()]))
    step = ("CREATE TABLE tomorrow (x)",)
    monkeypatch.setattr("sinks.sqlite.database.MIGRATIONS", (*((),) * VERSION, step))
    monkeypatch.setattr("sinks.sqlite.database.VERSION", VERSION + 1)
    with SqliteStore(path) as store:
        assert len(store.mentions("acme", None, None, None, "new", 1)) == 1
    assert version_of(path) == VERSION + 1


@pytest.mark.parametrize("read_only", [True, False])
def test_paths_that_cannot_be_a_store(tmp_path: Path, read_only: bool) -> None:
    for path in (tmp_path, tmp_path / "none" / "store.db"):
        with pytest.raises(UsageError, match=str(path)) as refused:
            SqliteStore(path, read_only)
        assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_reading_where_nothing_was_ever_written(path: Path) -> None:
    with pytest.raises(UsageError, match="there is no store"):
        SqliteStore(path, read_only=True)
    assert not path.exists()


def test_a_file_that_may_not_be_opened_leaves_no_lock_behind(path: Path) -> None:
    path.write_bytes(b"no database" * 100)
    with pytest.raises(UsageError):
        SqliteStore(path)
    path.unlink()
    SqliteStore(path).close()
