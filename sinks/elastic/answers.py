"""What can be asked of the Elasticsearch store; every answer is as of the last second."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from elasticsearch import Elasticsearch

from schemas.alert import Alert, AlertStatus
from schemas.brand import Brand
from schemas.click import LinkClicks
from schemas.clock import Clock
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.mention import Mention
from schemas.query.tree import Query
from schemas.wire import ms
from sinks.elastic.cells import Cells
from sinks.elastic.clicks import Clicks
from sinks.elastic.documents import read
from sinks.elastic.indices import Names
from sinks.elastic.mentions import Mentions
from sinks.elastic.newcomers import Newcomers
from sinks.elastic.reader import Clause, Reader, terms, within
from sinks.elastic.sampling import Sampling
from sinks.elastic.trends import Trends
from sinks.questions import Arrivals, SentimentPoint, SharePoint, Sort, Span, TopKind, TopRow, TotalRow, VolumePoint
from sinks.selection import Cell, Dimension, Intervals, Measure, Page, Place, Selection
from sinks.spoken import Spoken


class Answers:
    """The questions of every store (the contract `sinks.store.Questions`), for one thread.

    Each raises Transient, UsageError or Fatal.
    """

    def __init__(self, client: Elasticsearch, names: Names, clock: Clock) -> None:
        """Ask through `client`, of the indices with these names."""
        self._names = names
        self._reader = Reader(client)
        self._trends = Trends(self._reader, names, self._brand)
        self._mentions = Mentions(self._reader, names)
        self._cells = Cells(self._reader, names)
        self._sampling = Sampling(self._reader, names)
        self._clicks = Clicks(self._reader, names)
        self._arrivals = Newcomers(self._reader, names, clock)

    def brands(self) -> list[Brand]:
        """Return the brands that were ever saved, by id."""
        return [Brand.model_validate(source) for source in self._reader.hits(self._names.brands, [], [{"id": "asc"}])]

    def document(self, mention_id: str) -> Mention | None:
        """Return a mention's document, also a stub or one that no query matches any more; None if never stored."""
        chosen: list[Clause] = [{"term": {"id": mention_id}}]
        found = self._reader.hits(self._names.every("mentions"), chosen, [{"version": "desc"}], 1)
        return next((read(Mention, source) for source in found), None)

    def documents(self, ids: Sequence[str]) -> dict[str, Mention]:
        """Return those of these mentions that are stored, stubs too, by id; a thousand at the most."""
        chosen: list[Clause] = [{"terms": {"id": list(ids)}}]
        found = self._reader.hits(self._names.every("mentions"), chosen, [{"id": "asc"}, {"version": "asc"}])
        return {mention.id: mention for mention in (read(Mention, source) for source in found)}

    def engagements(self, mention_id: str) -> list[Engagement]:
        """Return the history of a mention's engagement, oldest first, ties by id."""
        chosen: list[Clause] = [{"term": {"mention_id": mention_id}}]
        found = self._reader.hits(self._names.alias("engagement"), chosen, [{"at": "asc"}, {"id": "asc"}])
        return [read(Engagement, source) for source in found]

    def alerts(
        self, brand: str | None, start: datetime | None, end: datetime | None, status: AlertStatus | None, limit: int
    ) -> list[Alert]:
        """Return the alerts that opened in this time, of a brand or of all, the latest opened first, ties by id."""
        first_ms, end_ms = (None if moment is None else ms(moment) for moment in (start, end))
        chosen = within("opened_at", first_ms, end_ms) + terms(brand=brand, status=status)
        found = self._reader.hits(self._names.alias("alerts"), chosen, [{"opened_at": "desc"}, {"id": "asc"}], limit)
        return [read(Alert, source) for source in found]

    def clicks(self, links: Sequence[str], start: datetime, end: datetime) -> Mapping[str, LinkClicks]:
        """Return what came of links in a stretch of time; of those alone that something came of."""
        return self._clicks.of(links, ms(start), ms(end))

    def alert(self, alert_id: str) -> Alert | None:
        """Return an alert as it stands now, None if there is no such."""
        found = self._reader.hits(self._names.alias("alerts"), terms(id=alert_id), [{"revision": "desc"}], 1)
        return next((read(Alert, source) for source in found), None)

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        """Return the latest dead letters, the latest first."""
        order: list[Clause] = [{"at": "desc"}, {"origin": "asc"}, {"position": "asc"}]
        return [read(DeadLetter, source) for source in self._reader.hits(self._names.dead_letters, [], order, limit)]

    def volume(self, brand: str, span: Span, people: bool = True) -> list[VolumePoint]:
        """Return one point per interval of the span, empty ones with 0; not `people`: without authors and reach."""
        return self._trends.volume(brand, span, people)

    def sentiment(self, brand: str, span: Span) -> list[SentimentPoint]:
        """Return one point per interval of the span, empty ones with 0."""
        return self._trends.sentiment(brand, span)

    def share(self, brands: Sequence[str], span: Span) -> list[SharePoint]:
        """Return, per interval and in the order given, each brand's share among these brands."""
        return self._trends.share(brands, span)

    def top(self, kind: TopKind, brand: str, start: datetime, end: datetime, limit: int) -> list[TopRow]:
        """Return the most frequent values, most frequent first, ties by value."""
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
        return self._mentions.find(brand, query, _ms(start), _ms(end), sort, limit)

    def count(
        self, selection: Selection, by: Sequence[Dimension], measure: Measure, intervals: Intervals
    ) -> list[Cell]:
        """Return what is counted of a selection, per brand and combination of keys."""
        return self._cells.count(selection, by, measure, intervals)

    def page(self, selection: Selection, after: Place | None, limit: int) -> Page:
        """Return the newest mentions of a selection behind a place, and where the next page begins."""
        return self._cells.page(selection, after, limit)

    def sample(self, selection: Selection, without: Selection | None, limit: int) -> list[Spoken]:
        """Return what is read of mentions of a selection that are not of another one: of all, or of `limit` drawn."""
        return self._sampling.sample(selection, without, limit)

    def arrivals(self, cursor: str | None, limit: int) -> Arrivals:
        """Return what was stored for the first time behind a cursor, in that order, and the cursor to ask on from.

        What takes longer than fifteen seconds from being sent to being searched may be left out.
        """
        return self._arrivals.behind(cursor, limit)

    def version(self) -> None:
        """Return that it is not known whether anything has changed."""

    def extents(self, brands: Sequence[str]) -> dict[str, tuple[datetime, datetime]]:
        """Return the times of the first and the last mention of each of these brands that has any."""
        return self._mentions.extents(brands)

    def extent(self, brands: Sequence[str]) -> tuple[datetime, datetime] | None:
        """Return the times of the first and the last mention of these brands, None where there is none."""
        return self._mentions.extent(brands)

    def totals(self) -> list[TotalRow]:
        """Return what is stored per brand, by brand id."""
        return self._mentions.totals()

    def _brand(self, brand_id: str) -> Brand | None:
        chosen: list[Clause] = [{"term": {"id": brand_id}}]
        found = self._reader.hits(self._names.brands, chosen, [{"id": "asc"}], 1)
        return next((Brand.model_validate(source) for source in found), None)


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else ms(moment)
