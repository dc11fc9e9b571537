"""Opening the store that a command names: a path is SQLite."""

from schemas.errors import UsageError
from sinks.store import Store


def open_store(where: str, *, read_only: bool = True) -> Store:
    """Return the store at a path. Raises UsageError for a URL, and for a file that is missing or not a store."""
    if "://" in where:
        raise UsageError("a store behind a URL is not there yet: name an SQLite file with --store PATH")
    from sinks.sqlite.store import SqliteStore  # here: a command that asks nothing does not wait for it

    return SqliteStore(where, read_only=read_only)
