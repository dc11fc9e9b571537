"""How long things are kept: what is older is dropped in small steps, and not taken in again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from enrich.contributions import drop_slice
from enrich.copy_index import WINDOW_MS
from ingest.parsing import Outcome
from ingest.records import Record
from ingest.source import Parsed, Skipped
from schemas.click import Click
from schemas.clock import Clock
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import PostEvent
from schemas.settings import RetentionSettings
from schemas.wire import ms
from sinks.sqlite.store import SqliteStore

STEP = 200
"""Rows of each kind that are dropped in one transaction: a pipeline waits tens of milliseconds for it."""

_REST = timedelta(minutes=1)  # after nothing was left to drop
_TOO_OLD = Skipped("older than what is kept")


class _Pipeline(Protocol):
    def forget(self, before: datetime, limit: int) -> int: ...


class Retention:
    """What a running pipeline lets go of, and what it does not take in, by the clock.

    `too_old` counts the posts and the engagement that came and were not taken in.
    """

    def __init__(self, settings: RetentionSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._rest_until = clock.now()
        self.too_old = 0

    def kept(self, reads: Sequence[tuple[Record, Outcome]]) -> list[tuple[Record, Outcome]]:
        """Return the records with everything in them that is still kept: an old post that comes again, or comes late,
        is not stored to be dropped."""
        if self._settings.mentions_days is None:
            return list(reads)
        before_ms = ms(self._clock.now() - timedelta(days=self._settings.mentions_days))
        return [
            (record, outcome if isinstance(outcome, Poison) else [self._kept(one, before_ms) for one in outcome])
            for record, outcome in reads
        ]

    def forget(self, pipeline: _Pipeline, store: SqliteStore) -> int:
        """Drop one step of what is not kept any more, and return how many rows; nothing for a minute after there was
        nothing. To be called between batches; raises Transient or Fatal as the store does."""
        now = self._clock.now()
        if now < self._rest_until:
            return 0
        dropped = 0
        if self._settings.mentions_days is not None:
            dropped += pipeline.forget(now - timedelta(days=self._settings.mentions_days), STEP)
        if self._settings.dead_letters_days is not None:
            dropped += store.drop_dead_letters(now - timedelta(days=self._settings.dead_letters_days), STEP)
        if not dropped:
            self._rest_until = now + _REST
        return dropped

    def _kept(self, parsed: Parsed, before_ms: int) -> Parsed:
        old = (isinstance(parsed, PostEvent) and parsed.published_ms < before_ms) or (
            isinstance(parsed, Engagement | Click) and ms(parsed.at) < before_ms
        )
        self.too_old += old
        return _TOO_OLD if old else parsed


def forget(store: SqliteStore, before: datetime, limit: int) -> tuple[list[str], int]:
    """Drop from a store, in one transaction, up to `limit` mentions of event times before a moment with their state,
    up to `limit` rows of every other kind, and 48 hours of what one brand's trends were counted from.

    Return the ids of the mentions, and how many others were dropped.
    """
    with store.transaction():
        mentions, others = store.drop(before, limit)
        sides = store.state().table("mentions")
        for mention_id in mentions:
            sides.delete(mention_id)
        return mentions, others + _drop_contributions(store, ms(before))


def _drop_contributions(store: SqliteStore, before_ms: int) -> int:
    """Drop the oldest slice that is over, if there is one; say how many were dropped.

    A copy may have its witness up to 48 hours before itself, so a slice stays for one more.
    """
    over = [(int(number), brand) for brand, number in map(_place, store.state().table("trend_slices").keys())]
    number, brand = min(over, default=(0, ""))
    if not brand or (number + 2) * WINDOW_MS > before_ms:
        return 0
    drop_slice(store.state(), brand, number)
    return 1


def _place(key: str) -> tuple[str, str]:
    brand, _, number = key.rpartition("|")
    return brand, number
