"""What is kept beside the documents: engagement, alerts, dead letters, brands, and positions in the input."""

from collections.abc import Iterable
from typing import Any

import orjson

from schemas.alert import Alert
from schemas.brand import Brand
from schemas.codec import decode, encode
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.wire import ms
from sinks.sqlite.database import Database

_ALERT = """
    INSERT INTO alerts (id, revision, brand, opened_ms, body) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET revision = excluded.revision, brand = excluded.brand, opened_ms = excluded.opened_ms,
        body = excluded.body
    WHERE excluded.revision > alerts.revision"""

_MAX_DEAD_LETTER_BYTES = 128 * 2**20  # the largest record that a recording can hold, in base64


class Ledger:
    """Records by key: the same record written again changes nothing."""

    def __init__(self, database: Database) -> None:
        """Keep records in `database`."""
        self._database = database

    def write_engagements(self, engagements: Iterable[Engagement]) -> None:
        """Add deeds and counts to the history of their mentions."""
        self._database.run_many(
            "INSERT INTO engagements (mention_id, id, at_ms, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            ((e.mention_id, e.id, ms(e.at), encode(e)) for e in engagements),
        )

    def drop_engagements(self, before_ms: int) -> None:
        """Drop the deeds and counts of event times before a moment; call inside a transaction."""
        self._database.run("DELETE FROM engagements WHERE at_ms < ?", (before_ms,))

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

    def alerts(self, brand: str | None, limit: int) -> list[Alert]:
        """Return a brand's alerts, or every brand's, the latest opened first, ties by id."""
        rows = self._database.rows(
            "SELECT body FROM alerts WHERE ?1 IS NULL OR brand = ?1 ORDER BY opened_ms DESC, id LIMIT ?2",
            (brand, limit),
        )
        return [decode(Alert, body) for (body,) in rows]

    def write_dead_letters(self, letters: Iterable[DeadLetter]) -> None:
        """Add dead letters; the same input refused at the same place again is already there."""
        self._database.run_many(
            "INSERT INTO dead_letters (id, body) VALUES (?, ?) ON CONFLICT DO NOTHING",
            ((letter.id, encode(letter)) for letter in letters),
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
