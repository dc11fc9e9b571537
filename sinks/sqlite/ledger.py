"""What is kept beside the documents: engagement, alerts, dead letters, brands, and positions in the input."""

from collections.abc import Iterable
from typing import Any

import orjson

from schemas.alert import Alert, AlertStatus
from schemas.brand import Brand
from schemas.clock import Clock
from schemas.codec import decode, encode
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.wire import ms
from sinks.sqlite.database import Database

_ALERT = """
    INSERT INTO alerts (id, revision, brand, opened_ms, body, changed)
    VALUES (?, ?, ?, ?, ?, (SELECT coalesce(max(changed), 0) + 1 FROM alerts))
    ON CONFLICT DO UPDATE SET revision = excluded.revision, brand = excluded.brand, opened_ms = excluded.opened_ms,
        body = excluded.body, changed = excluded.changed
    WHERE excluded.revision > alerts.revision"""

_ALERTS = """
    SELECT body FROM alerts
    WHERE (?1 IS NULL OR brand = ?1) AND (?2 IS NULL OR opened_ms >= ?2) AND (?3 IS NULL OR opened_ms < ?3)
        AND (?4 IS NULL OR CAST(body AS TEXT) ->> 'status' = ?4)
    ORDER BY opened_ms DESC, id LIMIT ?5"""
_SEEN = "SELECT 1 FROM engagements WHERE mention_id = ? AND id = ?"
_STRAYS = """
    DELETE FROM engagements WHERE (mention_id, id) IN (
        SELECT mention_id, id FROM engagements AS e
        WHERE at_ms < ? AND NOT EXISTS (SELECT 1 FROM mentions WHERE mentions.id = e.mention_id) LIMIT ?)"""
_STALE = """
    DELETE FROM dead_letters WHERE rowid IN (
        SELECT rowid FROM dead_letters WHERE stored_ms < ? ORDER BY stored_ms LIMIT ?)"""

_MAX_DEAD_LETTER_BYTES = 128 * 2**20  # the largest record that a recording can hold, in base64


class Ledger:
    """Records by key: the same record written again changes nothing."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Keep records in `database`; `clock` says when a dead letter is stored."""
        self._database = database
        self._clock = clock

    def write_engagements(self, engagements: Iterable[Engagement]) -> None:
        """Add deeds and counts to the history of their mentions."""
        self._database.run_many(
            "INSERT INTO engagements (mention_id, id, at_ms, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            ((e.mention_id, e.id, ms(e.at), encode(e)) for e in engagements),
        )

    def has_engagement(self, mention_id: str, engagement_id: str) -> bool:
        """Say whether a deed or counts are in the history of a mention."""
        return self._database.row(_SEEN, (mention_id, engagement_id)) is not None

    def drop_engagements(self, mention_ids: Iterable[str], before_ms: int, limit: int) -> int:
        """Drop the history of these mentions, and up to `limit` deeds before a moment with what is not stored.

        Return how many of the latter. Call inside a transaction.
        """
        self._database.run_many("DELETE FROM engagements WHERE mention_id = ?", ((one,) for one in mention_ids))
        return self._database.run(_STRAYS, (before_ms, limit))

    def drop_dead_letters(self, before_ms: int, limit: int) -> int:
        """Drop up to `limit` dead letters that were stored before a moment; return how many."""
        return self._database.run(_STALE, (before_ms, limit))

    def engagements(self, mention_id: str) -> list[Engagement]:
        """Return the history of a mention's engagement, oldest first, ties by id."""
        rows = self._database.rows(
            "SELECT body FROM engagements WHERE mention_id = ? ORDER BY at_ms, id", (mention_id,)
        )
        return [decode(Engagement, body) for (body,) in rows]

    def write_alerts(self, alerts: Iterable[Alert]) -> None:
        """Store each alert unless the same or a higher revision of it is there."""
        self._database.run_many(
            _ALERT,
            ((a.id, a.revision, a.brand, ms(a.opened_at), encode(a)) for a in alerts),
        )

    def alerts(
        self, brand: str | None, start_ms: int | None, end_ms: int | None, status: AlertStatus | None, limit: int
    ) -> list[Alert]:
        """Return the alerts that opened in this time, of a brand or of all, the latest opened first, ties by id."""
        rows = self._database.rows(_ALERTS, (brand, start_ms, end_ms, status, limit))
        return [decode(Alert, body) for (body,) in rows]

    def alert(self, alert_id: str) -> Alert | None:
        """Return an alert as it was stored last, or None."""
        row = self._database.row("SELECT body FROM alerts WHERE id = ?", (alert_id,))
        return decode(Alert, row[0]) if row else None

    def write_dead_letters(self, letters: Iterable[DeadLetter]) -> None:
        """Add dead letters; the same input refused at the same place again is already there."""
        self._database.run_many(
            "INSERT INTO dead_letters (id, body, stored_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            ((letter.id, encode(letter), ms(self._clock.now())) for letter in letters),
        )

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        """Return the dead letters that were stored last, the latest first."""
        rows = self._database.rows("SELECT body FROM dead_letters ORDER BY rowid DESC LIMIT ?", (limit,))
        return [decode(DeadLetter, body, _MAX_DEAD_LETTER_BYTES) for (body,) in rows]

    def save_brands(self, brands: Iterable[Brand]) -> None:
        """Keep the brands as they are configured now; one that is no longer among them stays as it was last."""
        self._database.run_many(
            "INSERT INTO brands (id, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
            ((brand.id, brand.model_dump_json()) for brand in brands),
        )

    def brands(self) -> list[Brand]:
        """Return the brands that were ever saved, by id."""
        return [
            Brand.model_validate_json(body) for (body,) in self._database.rows("SELECT body FROM brands ORDER BY id")
        ]

    def brand(self, brand_id: str) -> Brand | None:
        """Return a brand as it was saved last, or None."""
        row = self._database.row("SELECT body FROM brands WHERE id = ?", (brand_id,))
        return Brand.model_validate_json(row[0]) if row else None

    def position(self, key: str) -> Any:
        """Return the JSON value saved under a key, or None."""
        row = self._database.row("SELECT value FROM positions WHERE key = ?", (key,))
        return orjson.loads(row[0]) if row else None

    def save_position(self, key: str, value: Any) -> None:
        """Save a JSON value under a key."""
        self._database.run(
            "INSERT INTO positions (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (key, orjson.dumps(value)),
        )
