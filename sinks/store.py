"""The contract of a store: one write side, one set of questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from schemas.alert import Alert, AlertStatus
from schemas.brand import Brand
from schemas.click import Click, LinkClicks
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.mention import Mention
from schemas.query.tree import Query
from schemas.trend import TrendBucket
from sinks.questions import Arrivals, SentimentPoint, SharePoint, Sort, Span, TopKind, TopRow, TotalRow, VolumePoint
from sinks.selection import Cell, Dimension, Intervals, Measure, Page, Place, Selection
from sinks.spoken import Spoken


@dataclass(slots=True)
class Write:
    """Documents to be stored together; each replaces an older version of itself and leaves a newer one alone."""

    mentions: list[Mention] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    trends: list[TrendBucket] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    clicks: list[Click] = field(default_factory=list)


class Questions(Protocol):
    """What can be asked. Brands are ids; times are aware UTC; answers hold no deleted or withdrawn mention."""

    def volume(self, brand: str, span: Span, people: bool = True) -> list[VolumePoint]:
        """Return one point per interval of the span, empty ones with 0; not `people`: without authors and reach, which
        are most of the work."""
        ...

    def sentiment(self, brand: str, span: Span) -> list[SentimentPoint]:
        """Return one point per interval of the span, empty ones with 0."""
        ...

    def share(self, brands: Sequence[str], span: Span) -> list[SharePoint]:
        """Return, per interval and in the order given, each brand's share among these brands."""
        ...

    def top(self, kind: TopKind, brand: str, start: datetime, end: datetime, limit: int) -> list[TopRow]:
        """Return the most frequent values from `start` up to but without `end`, most frequent first, ties by value.

        A mention counts once for each of its values, a repost as any mention does; an original that is known only
        through reposts is not counted. An entity with two labels is two values.
        """
        ...

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
        ...

    def arrivals(self, cursor: str | None, limit: int) -> Arrivals:
        """Return what was stored for the first time behind a cursor of this store, in that order, `limit` at most.

        Without a cursor: nothing, and the cursor that stands for now. Late posts come when they are stored, changes to
        known ones never; asked on from cursor to cursor no mention comes twice and none is left out. Fewer than
        `limit`, or none, does not mean that nothing more is there: that is so when the cursor stays as it was.
        """
        ...

    def count(
        self, selection: Selection, by: Sequence[Dimension], measure: Measure, intervals: Intervals
    ) -> list[Cell]:
        """Return what is counted of a selection: a cell for each brand and each combination of keys that occurs.

        A brand is counted for itself: a mention of two brands counts for each. A mention counts for each of its
        values of a dimension, for the key None where it has none; `intervals` are those of the dimension `time`.
        """
        ...

    def page(self, selection: Selection, after: Place | None, limit: int) -> Page:
        """Return mentions of a selection, the newest first, ties by id; a mention of several brands comes once.

        Asked on from place to place, no mention that is there all the while comes twice or is left out.
        """
        ...

    def sample(self, selection: Selection, without: Selection | None, limit: int) -> list[Spoken]:
        """Return what is read of mentions of a selection that are not of `without`, in no particular order: of all, or
        of `limit` that are drawn evenly, the same ones whenever it is asked.

        Where only documents say what `without` selects, what may be of it is left out.
        """
        ...

    def document(self, mention_id: str) -> Mention | None:
        """Return a mention's document, also a stub or one that no query matches any more; None if never stored."""
        ...

    def documents(self, ids: Sequence[str]) -> dict[str, Mention]:
        """Return those of these mentions that are stored, stubs too, by id; a thousand at the most."""
        ...

    def alerts(
        self, brand: str | None, start: datetime | None, end: datetime | None, status: AlertStatus | None, limit: int
    ) -> list[Alert]:
        """Return the alerts that opened from `start` up to but without `end`, each as it stands now, of a brand or of
        all, open or closed; the latest opened first, ties by id."""
        ...

    def version(self) -> int | None:
        """Return a number that is another one after anything was committed to the store by others; None where that is
        not known. Numbers of one connection alone can be compared."""
        ...

    def extents(self, brands: Sequence[str]) -> dict[str, tuple[datetime, datetime]]:
        """Return the times of the first and the last mention of each of these brands that has any."""
        ...

    def extent(self, brands: Sequence[str]) -> tuple[datetime, datetime] | None:
        """Return the times of the first and the last mention of these brands, None where there is none."""
        ...

    def alert(self, alert_id: str) -> Alert | None:
        """Return an alert as it stands now, None if there is no such."""
        ...

    def engagements(self, mention_id: str) -> list[Engagement]:
        """Return the history of a mention's engagement, oldest first, ties by id."""
        ...

    def clicks(self, links: Sequence[str], start: datetime, end: datetime) -> Mapping[str, LinkClicks]:
        """Return what came of links (keys, as `schemas.click.link_key` makes them) from `start` up to but without
        `end`; of those alone that something came of."""
        ...

    def totals(self) -> list[TotalRow]:
        """Return what is stored per brand, by brand id: as many as `mentions` would list."""
        ...

    def brands(self) -> list[Brand]:
        """Return the brands that the store was filled for, by id."""
        ...


class Store(Questions, Protocol):
    """A store with both sides."""

    def write(self, batch: Write) -> None:
        """Store the batch whole or not at all. Raises Transient when it may be tried again, Fatal when not."""
        ...

    def close(self) -> None:
        """Release what the store holds; nothing unwritten is kept."""
        ...
