"""The SQLite file under the embedded store: opening, locking, transactions, and errors in words."""

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

from schemas.errors import Fatal, StoreLocked, Transient, UsageError
from sinks.sqlite.schema import APPLICATION_ID, MIGRATIONS, VERSION

Row = tuple[Any, ...]
Values = Sequence[object] | Mapping[str, object]

_BUSY_S = 10.0
_PAGE_BYTES = 8192
_CACHE_KIB = 32_768  # of a reader; a writer comes back to few pages but the newest
_WRITER_CACHE_KIB = 8_192
_STEPS = 20_000  # of SQLite's machine between two looks at the clock: about a millisecond
_SLOW = "interrupted"
_WAL_PAGES = 2_000  # 16 MB between checkpoints: hot pages are copied back once, not once a transaction


class Database:
    """One connection, for one thread. A writer holds the file's lock until `close`; readers hold nothing.

    The write-ahead log is synced at checkpoints, not at every commit (`synchronous=NORMAL`): a killed process loses
    nothing that was committed; a power cut may take the last transactions, each of them whole, positions included,
    so that what they held is read again.
    """

    def __init__(self, path: Path, read_only: bool, *, beside: bool = False, within_s: float | None = None) -> None:
        """Open the file, for writing also make it or bring it up to date. `within_s` bounds what is done in a snapshot.

        `beside` writes without the lock, to tables of its own, while the one who has the lock goes on: in transactions
        of a moment, for neither writes while the other does; the file must be there. Raises StoreLocked when another
        writer has it, UsageError when it is not ours to open.
        """
        self._path = path
        self._spoiled = False
        self._within_s = within_s
        self._until_s = inf
        self._lock = None if read_only or beside else _lock(path)
        try:
            self._connection = self._open(read_only, beside)
        except BaseException:
            self._release()
            raise

    def _open(self, read_only: bool, beside: bool) -> sqlite3.Connection:
        if self._path.is_dir():
            raise UsageError(f"store {self._path} is a folder: name a file")
        if (read_only or beside) and not self._path.exists():
            raise UsageError(f"there is no store at {self._path}: run or replay something into it first")
        uri = f"{self._path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        try:
            # A reader may be closed by another thread than the one that asked.
            connection = sqlite3.connect(
                uri, timeout=_BUSY_S, isolation_level=None, uri=True, check_same_thread=not read_only
            )
        except sqlite3.OperationalError as error:
            raise UsageError(f"cannot open store {self._path}: {error}") from error
        try:
            self._prepare(connection, read_only, beside)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection, read_only: bool, beside: bool) -> None:
        try:
            _check_search(connection)
            version = self._version(connection)
            if not read_only and not beside:
                connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA secure_delete = FAST")
                connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
                _migrate(connection, version)
            elif version == 0:
                raise UsageError(f"store {self._path} is empty: run or replay something into it first")
            elif version < VERSION:
                raise UsageError(f"store {self._path} is of an older version: open it for writing once (replay, run)")
            elif beside:
                connection.execute("PRAGMA synchronous = NORMAL")
            if self._within_s is not None:
                connection.set_progress_handler(self._is_over, _STEPS)
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB if read_only else _WRITER_CACHE_KIB}")
        except sqlite3.DatabaseError as error:
            name = getattr(error, "sqlite_errorname", "")
            problem = "is not a hearken store" if name == "SQLITE_NOTADB" else f"cannot be opened: {error}"
            if name.startswith("SQLITE_READONLY"):
                problem = "cannot be opened: whoever reads it needs to write beside it, and may not"
            raise UsageError(f"store {self._path} {problem}") from error

    def _version(self, connection: sqlite3.Connection) -> int:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application != APPLICATION_ID and (tables or application or version):
            raise UsageError(f"store {self._path} is a database of another program")
        if version > VERSION:
            raise UsageError(
                f"store {self._path} was written by a newer hearken (its version {version}, known {VERSION}): update"
            )
        return int(version)

    @property
    def writing(self) -> bool:
        """Say whether a transaction is open."""
        return self._connection.in_transaction

    def version(self) -> int:
        """Return a number that is another one after another connection has committed anything."""
        with self._errors():
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything done inside together, or nothing if the block raises; one inside another is part of it.

        Raises Transient when the file is busy, Fatal when it cannot be written.
        """
        if self.writing:
            try:
                yield
            except BaseException:
                self._spoiled = True  # half of the inner part may be done: the outer one must not be committed
                raise
        else:
            yield from self._outermost()

    def _outermost(self) -> Iterator[None]:
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            if self._spoiled:
                raise Fatal(f"store {self._path}: a part of the transaction failed, so nothing of it is kept")
            self.run("COMMIT")
        finally:
            self._spoiled = False
            if self.writing:
                self._connection.rollback()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let every read inside see one state of the store, whatever a writer commits meanwhile."""
        if self.writing:
            yield
            return
        if self._within_s is not None:
            self._until_s = monotonic() + self._within_s
        self.run("BEGIN")
        try:
            yield
        finally:
            self._until_s = inf
            self._connection.rollback()

    def _is_over(self) -> bool:
        """Say whether the time for an answer is over: SQLite then gives up what it does."""
        return monotonic() > self._until_s

    def rows(self, sql: str, values: Values = ()) -> Generator[Row, None, None]:
        """Run a query and yield its rows as they come. Raises Transient or Fatal."""
        with self._errors():
            if self._is_over():  # many small questions make one long answer
                raise sqlite3.OperationalError(_SLOW)
            yield from self._connection.execute(sql, values)

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """Run a query and return its first row, or None. Raises Transient or Fatal."""
        with self._errors():
            row: Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def run(self, sql: str, values: Values = ()) -> int:
        """Run one statement and return the number of rows it changed. Raises Transient or Fatal."""
        with self._errors():
            return self._connection.execute(sql, values).rowcount

    def run_many(self, sql: str, values: Iterable[Values]) -> None:
        """Run one statement for each row of values. Raises Transient or Fatal."""
        with self._errors():
            self._connection.executemany(sql, values)

    def close(self) -> None:
        """Drop what is not committed and release the file; a second call does nothing."""
        self._connection.close()
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # our own mistake, not the file's
        except sqlite3.DatabaseError as error:
            name = getattr(error, "sqlite_errorname", "")
            if str(error) == _SLOW:
                raise Transient(
                    f"store {self._path.name} needs more than {self._within_s:g} s to answer: ask for a shorter time"
                ) from None
            kind = Transient if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) else Fatal
            raise kind(f"store {self._path}: {error}") from error


def _lock(path: Path) -> sqlite3.Connection:
    """Hold the exclusive lock of an empty database beside the store: SQLite's locks work on every system, are seen by
    other connections of the same process, and end with it however it ends."""
    beside = path.with_name(f"{path.name}.lock")
    if not path.parent.is_dir():
        raise UsageError(f"cannot open store {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise UsageError(f"store {path} is a folder: name a file")
    try:
        lock = sqlite3.connect(beside, timeout=0, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise UsageError(f"cannot open store {path}: no lock file can be made beside it ({error})") from error
    try:
        lock.execute("PRAGMA journal_mode = MEMORY")  # nothing is ever written: no third file
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        lock.close()
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise StoreLocked(f"store {path} is locked: another process writes to it, stop that one first") from None
        raise UsageError(f"cannot open store {path}: its lock file {beside} is unusable ({error})") from error
    return lock


def _check_search(connection: sqlite3.Connection) -> None:
    if not connection.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0]:
        raise UsageError("this Python's SQLite has no full-text search (FTS5): use another build of Python")


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
