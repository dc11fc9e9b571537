"""A spool in a file beside the embedded store: nobody who pushes waits for a batch of the pipeline.

The store is locked for as long as a batch takes, models included, which is longer than those who push should wait. So
requests have a file of their own, synced at every commit, with their keys in the same transaction. The place up to
which they were taken in is kept by the store, with what they led to. What was taken in stays for an hour more: after a
power cut the store may have gone back by some transactions.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from deploy.reception.push import Push
from deploy.reception.spool import Waiting
from schemas.clock import Clock
from schemas.errors import Fatal, Transient, UsageError
from schemas.wire import from_ms, ms

_TABLES = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS pushes (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        key TEXT NOT NULL,
        known_for_s REAL NOT NULL,
        body BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS keys (
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        until_ms INTEGER NOT NULL,
        PRIMARY KEY (source, key)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS keys_by_time ON keys (until_ms);
"""
_REMEMBER = """
    INSERT INTO keys VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET until_ms = excluded.until_ms WHERE keys.until_ms <= ?"""
_KEEP = "INSERT INTO pushes (source, at_ms, key, known_for_s, body) VALUES (?, ?, ?, ?, ?)"
_AFTER = "SELECT number, source, at_ms, body, key, known_for_s FROM pushes WHERE number > ? ORDER BY number LIMIT ?"
_TAKEN = "SELECT value FROM positions WHERE key = ?"
_STAYS = timedelta(hours=1)
_STEP = 1_000
_COME_AGAIN_S = 60.0


class FileSpool:
    """Requests in `<store>.inbox` (the contract `Spool`)."""

    def __init__(self, store: str | Path, position: str, most_bytes: int, clock: Clock) -> None:
        """Open the file, or make it. `position` is the key under which the store keeps the place; at most `most_bytes`
        of requests wait. Raises UsageError when it cannot be opened."""
        self._store, self._position = Path(store), position
        self._path = self._store.with_name(f"{self._store.name}.inbox")
        self._most_bytes, self._clock = most_bytes, clock
        try:
            self._file = sqlite3.connect(self._path, timeout=5, isolation_level=None)
            self._file.executescript(_TABLES)
            self._bytes: int = self._file.execute("SELECT coalesce(sum(length(body)), 0) FROM pushes").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise UsageError(f"cannot open {self._path}, where pushed requests wait: {error}") from None

    def keep(self, pushes: Sequence[Push]) -> list[bool]:
        """Keep requests in one transaction. Raises Transient when too much waits already."""
        if self._bytes >= self._most_bytes:
            raise Transient("too many pushed requests wait to be taken in", _COME_AGAIN_S)
        fresh, added = [], 0
        with self._transaction():
            for push in pushes:
                at_ms = ms(push.at)
                known = (push.source, push.key, at_ms + round(push.known_for_s * 1000), at_ms)
                fresh.append(self._file.execute(_REMEMBER, known).rowcount == 1)
                if fresh[-1]:
                    added += len(push.body)
                    self._file.execute(_KEEP, (push.source, at_ms, push.key, push.known_for_s, push.body))
        self._bytes += added
        return fresh

    def after(self, place: str | None, limit: int) -> list[Waiting]:
        """Return the requests that wait behind a place."""
        with _faults(self._path):
            rows = self._file.execute(_AFTER, (int(place or 0), limit)).fetchall()
        return [
            Waiting(str(number), Push(source, from_ms(at_ms), body, key, known_for_s))
            for number, source, at_ms, body, key, known_for_s in rows
        ]

    def tidy(self) -> None:
        """Drop what the store has taken in, an hour later, and keys whose time is over: a step of each."""
        now, taken = self._clock.now(), self._taken()
        with self._transaction():
            dropped = self._file.execute(
                "DELETE FROM pushes WHERE number IN"
                " (SELECT number FROM pushes WHERE number <= ? AND at_ms < ? ORDER BY number LIMIT ?)"
                " RETURNING length(body)",
                (taken, _before(now), _STEP),
            ).fetchall()
            self._file.execute(
                "DELETE FROM keys WHERE (source, key) IN (SELECT source, key FROM keys WHERE until_ms <= ? LIMIT ?)",
                (ms(now), _STEP),
            )
        self._bytes -= sum(size for (size,) in dropped)

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _taken(self) -> int:
        """Return the number up to which the store has taken requests in, with what they led to; 0 for none."""
        if not self._store.exists():
            return 0
        with _faults(self._store):
            reader = sqlite3.connect(f"{self._store.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
            try:
                row = reader.execute(_TAKEN, (self._position,)).fetchone()
            finally:
                reader.close()
        return int(orjson.loads(row[0])["cursor"]) if row else 0

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _faults(self._path):
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._file.execute("COMMIT")
            finally:
                if self._file.in_transaction:
                    self._file.rollback()


def _before(now: datetime) -> int:
    return ms(now - _STAYS)


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Transient(f"{path}: {error}", _COME_AGAIN_S) from None
    except sqlite3.DatabaseError as error:
        raise Fatal(f"{path}: {error}") from None
