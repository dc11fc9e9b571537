"""Clicks in the embedded store."""

from collections.abc import Iterable, Mapping, Sequence

from schemas.click import Click, LinkClicks
from schemas.codec import encode
from schemas.wire import ms
from sinks.clicks import summed
from sinks.sqlite.database import Database

_WRITE = """
    INSERT INTO clicks (id, link, at_ms, kind, currency, value, body) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING"""
_SUMS = """
    SELECT kind, currency, count(*), sum(value) FROM clicks
    WHERE link = ? AND at_ms >= ? AND at_ms < ? GROUP BY kind, currency"""
_OLD = "DELETE FROM clicks WHERE id IN (SELECT id FROM clicks WHERE at_ms < ? ORDER BY at_ms LIMIT ?)"


class Clicks:
    """Clicks by their link; one that is written again changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, clicks: Iterable[Click]) -> None:
        """Add clicks; call inside a transaction."""
        self._database.run_many(
            _WRITE,
            ((one.id, one.link, ms(one.at), one.kind, one.currency or "", one.value or 0.0, encode(one))
             for one in clicks),
        )  # fmt: skip

    def of(self, links: Sequence[str], start_ms: int, end_ms: int) -> Mapping[str, LinkClicks]:
        """Return what came of these links in a stretch of time; of those alone that something came of."""
        return summed(
            (link, *row) for link in links for row in self._database.rows(_SUMS, (link, start_ms, end_ms))
        )  # fmt: skip

    def drop(self, before_ms: int, limit: int) -> int:
        """Drop up to `limit` clicks from before a moment, the oldest first; return how many."""
        return self._database.run(_OLD, (before_ms, limit))
