"""The book of notices in the embedded store, written beside the pipeline, which never waits for a channel."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import orjson

from schemas.alert import Alert
from schemas.codec import decode, encode
from schemas.wire import ms
from sinks.closing import Closing
from sinks.delivery.book import Waiting
from sinks.delivery.silence import Silence
from sinks.delivery.telling import Telling
from sinks.sqlite.database import Database

_SAVE = """
    INSERT INTO tellings (alert_id, channel, due_ms, body) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET due_ms = excluded.due_ms, body = excluded.body"""
_DUE = "SELECT body FROM tellings WHERE channel = ? AND due_ms <= ? ORDER BY due_ms, alert_id LIMIT 1"
_WAITING = """
    SELECT count(*), min(json_extract(CAST(body AS TEXT), '$.since')) FROM tellings
    WHERE channel = ? AND due_ms IS NOT NULL"""
_SILENCE = "INSERT INTO silences (key, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"
_PLACE = "delivery"  # in `positions`: up to which change the alerts were heard
_SAVE_PLACE = "INSERT INTO positions (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"


class SqliteBook(Closing):
    """Keeps what was told in one file beside the alerts (the contract `sinks.delivery.book.Book`), for one thread.

    One process at a time tells; any number may say what is not to be told. It takes no lock of the store's, so that
    both are possible while a run writes.
    """

    def __init__(self, path: str | Path) -> None:
        """Open the store at `path`, which has to be there. Raises UsageError when it is not."""
        self._database = Database(Path(path), read_only=False, beside=True)

    def telling(self, alert_id: str, channel: str) -> Telling | None:
        """Return what is known of an episode and a channel."""
        row = self._database.row("SELECT body FROM tellings WHERE alert_id = ? AND channel = ?", (alert_id, channel))
        return decode(Telling, row[0]) if row else None

    def save(self, tellings: Iterable[Telling]) -> None:
        """Keep these instead of what was known, in the transaction that is open or in one of its own."""
        with self._database.transaction():
            self._database.run_many(
                _SAVE, ((one.alert_id, one.channel, one.due_at and ms(one.due_at), encode(one)) for one in tellings)
            )

    def due(self, channel: str, now: datetime) -> Telling | None:
        """Return the telling of this channel whose moment has come, the one that has waited longest."""
        row = self._database.row(_DUE, (channel, ms(now)))
        return decode(Telling, row[0]) if row else None

    def waiting(self, channel: str) -> Waiting:
        """Return what of this channel is still to be told."""
        row = self._database.row(_WAITING, (channel,))
        count, since = row if row else (0, None)
        return Waiting(count, since and datetime.fromisoformat(since))

    def silences(self) -> Sequence[Silence]:
        """Return what is not to be told."""
        return [decode(Silence, body) for (body,) in self._database.rows("SELECT body FROM silences ORDER BY key")]

    def silence(self, wish: Silence) -> None:
        """Keep a wish instead of an earlier one about the same."""
        with self._database.transaction():
            self._database.run(_SILENCE, (wish.key, encode(wish)))

    def changed(self, limit: int) -> tuple[list[Alert], int]:
        """Return alerts that have changed since the place that was saved, in that order, and the place behind them."""
        row = self._database.row("SELECT value FROM positions WHERE key = ?", (_PLACE,))
        place = int(orjson.loads(row[0])) if row else 0
        rows = list(
            self._database.rows(
                "SELECT body, changed FROM alerts WHERE changed > ? ORDER BY changed LIMIT ?", (place, limit)
            )
        )
        return [decode(Alert, body) for body, _ in rows], rows[-1][1] if rows else place

    def save_place(self, place: int) -> None:
        """Note up to which change the alerts were heard: after what they led to is saved."""
        with self._database.transaction():
            self._database.run(_SAVE_PLACE, (_PLACE, orjson.dumps(place)))

    def alert(self, alert_id: str) -> Alert | None:
        """Return an alert as it was stored last, or None."""
        row = self._database.row("SELECT body FROM alerts WHERE id = ?", (alert_id,))
        return decode(Alert, row[0]) if row else None

    def close(self) -> None:
        """Release the file."""
        self._database.close()
