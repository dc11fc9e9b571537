"""The embedded store: documents, trends, state and positions in one SQLite file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from schemas.alert import Alert, AlertStatus
from schemas.brand import Brand
from schemas.click import LinkClicks
from schemas.clock import Clock, SystemClock
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.mention import Mention
from schemas.query.tree import Query
from schemas.wire import ms
from sinks.closing import Closing
from sinks.questions import Arrivals, SentimentPoint, SharePoint, Sort, Span, TopKind, TopRow, TotalRow, VolumePoint
from sinks.selection import Cell, Dimension, Intervals, Measure, Page, Place, Selection
from sinks.spoken import Spoken
from sinks.sqlite.cells import Cells
from sinks.sqlite.clicks import Clicks
from sinks.sqlite.database import Database
from sinks.sqlite.documents import Documents
from sinks.sqlite.ledger import Ledger
from sinks.sqlite.mentions import Mentions
from sinks.sqlite.sampling import Sampling
from sinks.sqlite.state import StoredState
from sinks.sqlite.trends import Trends
from sinks.store import Write


class SqliteStore(Closing):
    """A store in one file (the contract `sinks.store.Store`), for one thread of one process.

    One process writes; others read at the same time, each answer from one state of the store. What is written inside
    `transaction` is committed together, so that a kill at any moment neither loses nor doubles anything.
    """

    def __init__(
        self,
        path: str | Path,
        read_only: bool = False,
        clock: Clock | None = None,
        remembered: int = 2_000,
        within_s: float | None = None,
    ) -> None:
        """Open the file at `path`, for writing also make it.

        `clock` says when a document or a dead letter is stored; `remembered` bounds the values that each state table
        keeps in memory. A question that takes longer than `within_s` raises Transient.
        Raises StoreLocked when another process writes to it, UsageError when it is not a store or cannot be opened.
        """
        self._database = Database(Path(path), read_only, within_s=within_s)
        clock = clock or SystemClock()
        self._documents = Documents(self._database, clock)
        self._ledger = Ledger(self._database, clock)
        self._trends = Trends(self._database, self._ledger)
        self._mentions = Mentions(self._database, self._documents)
        self._clicks = Clicks(self._database)
        self._cells = Cells(self._database, self._documents)
        self._sampling = Sampling(self._database, self._documents)
        self._state = StoredState(self._database, remembered)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything written inside together, state included, or nothing if the block raises.

        A transaction inside another is part of it. Raises Transient when the file is busy, Fatal when it cannot be
        written; what was read from `state` before must then be read again.
        """
        if self._database.writing:
            with self._database.transaction():
                yield
            return
        try:
            with self._database.transaction():
                yield
                self._state.flush()
        except BaseException:
            self._state.forget()
            raise

    def write(self, batch: Write) -> None:
        """Store the batch whole or not at all, in the transaction that is open or in one of its own."""
        with self.transaction():
            self._documents.write(batch.mentions)
            self._trends.write(batch.trends)
            self._ledger.write_engagements(batch.engagements)
            self._ledger.write_alerts(batch.alerts)
            self._ledger.write_dead_letters(batch.dead_letters)
            self._clicks.write(batch.clicks)

    def state(self) -> StoredState:
        """Return the tables of stateful stages; what is put there is kept when a transaction commits."""
        return self._state

    def position(self, key: str) -> Any:
        """Return the JSON value saved under a key, or None."""
        return self._ledger.position(key)

    def save_position(self, key: str, value: Any) -> None:
        """Save a JSON value under a key, in the transaction that is open or in one of its own."""
        with self.transaction():
            self._ledger.save_position(key, value)

    def save_brands(self, brands: Iterable[Brand]) -> None:
        """Keep the brands as they are configured now, so that questions need no settings file.

        A brand that is no longer among them stays as it was last, as do its mentions.
        """
        with self.transaction():
            self._ledger.save_brands(brands)

    def brands(self) -> list[Brand]:
        """Return the brands that were ever saved, by id."""
        return self._ledger.brands()

    def document(self, mention_id: str) -> Mention | None:
        """Return a mention's document, also a stub or one that no query matches any more; None if never stored."""
        return self._documents.by_id([mention_id]).get(mention_id)

    def documents(self, ids: Iterable[str]) -> dict[str, Mention]:
        """Return those of these mentions that are stored, stubs too, by id."""
        return self._documents.by_id(list(ids))

    def mentions_of(self, source: str, author_id: str) -> list[str]:
        """Return the ids of an author's mentions that answers may hold; `author_id` is the source's own."""
        return self._mentions.written_by(source, author_id)

    def engagements(self, mention_id: str) -> list[Engagement]:
        """Return the history of a mention's engagement, oldest first."""
        return self._ledger.engagements(mention_id)

    def alerts(
        self, brand: str | None, start: datetime | None, end: datetime | None, status: AlertStatus | None, limit: int
    ) -> list[Alert]:
        """Return the alerts that opened in this time, of a brand or of all, the latest opened first, ties by id."""
        return self._ledger.alerts(brand, _ms(start), _ms(end), status, limit)

    def alert(self, alert_id: str) -> Alert | None:
        """Return an alert as it stands now, None if there is no such."""
        return self._ledger.alert(alert_id)

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        """Return the dead letters that were stored last, the latest first."""
        return self._ledger.dead_letters(limit)

    def volume(self, brand: str, span: Span, people: bool = True) -> list[VolumePoint]:
        """Return one point per interval of the span, empty ones with 0; not `people`: without authors and reach."""
        with self._database.snapshot():
            return self._trends.volume(brand, span, people)

    def sentiment(self, brand: str, span: Span) -> list[SentimentPoint]:
        """Return one point per interval of the span, empty ones with 0."""
        with self._database.snapshot():
            return self._trends.sentiment(brand, span)

    def share(self, brands: Sequence[str], span: Span) -> list[SharePoint]:
        """Return, per interval and in the order given, each brand's share among these brands."""
        with self._database.snapshot():
            return self._trends.share(brands, span)

    def top(self, kind: TopKind, brand: str, start: datetime, end: datetime, limit: int) -> list[TopRow]:
        """Return the most frequent values, most frequent first, ties by value."""
        with self._database.snapshot():
            return self._mentions.top(kind, brand, ms(start), ms(end), limit)

    def mentions(
        self,
        brand: str | None,
        query: Query | None,
        start: datetime | None,
        end: datetime | None,
        sort: Sort,
        limit: int,
    ) -> list[Mention]:
        """Return whole documents that match all that is given, best first by `sort`, ties by id."""
        with self._database.snapshot():
            return self._mentions.find(brand, query, _ms(start), _ms(end), sort, limit)

    def arrivals(self, cursor: str | None, limit: int) -> Arrivals:
        """Return what was stored for the first time behind a cursor, in that order, and the cursor to ask on from."""
        with self._database.snapshot():
            return self._mentions.arrivals(cursor, limit)

    def count(
        self, selection: Selection, by: Sequence[Dimension], measure: Measure, intervals: Intervals
    ) -> list[Cell]:
        """Return what is counted of a selection, per brand and combination of keys."""
        with self._database.snapshot():
            return self._cells.count(selection, by, measure, intervals)

    def page(self, selection: Selection, after: Place | None, limit: int) -> Page:
        """Return the newest mentions of a selection behind a place, and where the next page begins."""
        with self._database.snapshot():
            return self._cells.page(selection, after, limit)

    def sample(self, selection: Selection, without: Selection | None, limit: int) -> list[Spoken]:
        """Return what is read of mentions of a selection that are not of another one: of all, or of `limit` drawn."""
        with self._database.snapshot():
            return self._sampling.sample(selection, without, limit)

    def version(self) -> int:
        """Return a number that is another one after anything was committed to the store by others."""
        return self._database.version()

    def extents(self, brands: Sequence[str]) -> dict[str, tuple[datetime, datetime]]:
        """Return the times of the first and the last mention of each of these brands that has any."""
        with self._database.snapshot():
            return self._mentions.extents(brands)

    def extent(self, brands: Sequence[str]) -> tuple[datetime, datetime] | None:
        """Return the times of the first and the last mention of these brands, None where there is none."""
        with self._database.snapshot():
            return self._mentions.extent(brands)

    def clicks(self, links: Sequence[str], start: datetime, end: datetime) -> Mapping[str, LinkClicks]:
        """Return what came of links in a stretch of time; of those alone that something came of."""
        with self._database.snapshot():
            return self._clicks.of(links, ms(start), ms(end))

    def totals(self) -> list[TotalRow]:
        """Return what is stored per brand, by brand id."""
        with self._database.snapshot():
            return self._mentions.totals()

    def has_engagement(self, mention_id: str, engagement_id: str) -> bool:
        """Say whether this engagement with a mention is stored."""
        return self._ledger.has_engagement(mention_id, engagement_id)

    def drop(self, before: datetime, limit: int) -> tuple[list[str], int]:
        """Drop mentions of event times before a moment with all that was taken from them and their engagement, trend
        buckets that were over before it, older clicks, and older engagement with what is not stored: up to `limit` of
        each, the oldest first.

        Return the ids of the mentions, and how many rows of the other kinds. The mention that was stored last stays
        until another comes; alerts, state and positions stay. The pages that become free are filled again before the
        file grows: it does not shrink, and under steady retention does not grow.
        """
        with self.transaction():
            mentions = self._documents.drop(ms(before), limit)
            strays = limit if len(mentions) < limit else 0  # what belongs to a mention is not read in search of them
            engagements = self._ledger.drop_engagements(mentions, ms(before), strays)
            others = self._trends.drop(ms(before), limit) + self._clicks.drop(ms(before), limit)
            return mentions, engagements + others

    def drop_dead_letters(self, before: datetime, limit: int) -> int:
        """Drop up to `limit` dead letters that were stored before a moment; return how many."""
        with self.transaction():
            return self._ledger.drop_dead_letters(ms(before), limit)

    def close(self) -> None:
        """Release the file; what was not committed is not kept."""
        self._database.close()


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else ms(moment)
