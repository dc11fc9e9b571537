"""Trend buckets: the write side, and the questions that count over time."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

from schemas.season import WEEKS
from schemas.trend import BUCKET_MS, TrendBucket
from schemas.wire import from_ms, ms
from sinks.points import expected_volumes, sentiment_points, share_points, volume_points
from sinks.questions import MOST, SentimentPoint, SharePoint, Span, VolumePoint
from sinks.selection import Intervals, Selection
from sinks.sqlite.database import Database, Row
from sinks.sqlite.ledger import Ledger
from sinks.sqlite.people import People, people_over_time
from sinks.sqlite.selecting import conditions

_BUCKET = """
    INSERT INTO trends VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET revision = excluded.revision, count = excluded.count,
        distinct_count = excluded.distinct_count, positive = excluded.positive, neutral = excluded.neutral,
        negative = excluded.negative, unknown = excluded.unknown, engagement = excluded.engagement
    WHERE excluded.revision > trends.revision"""
_HOURS = """
    SELECT start_ms - start_ms % 3600000 AS hour, sum(count) FROM trends
    WHERE brand = ? AND start_ms >= ? AND start_ms < ? GROUP BY hour"""
_FIRST = "SELECT start_ms FROM trends WHERE brand = ? AND count > 0 ORDER BY start_ms LIMIT 1"
# Each brand is looked up behind the one before: the table is ordered by them, and most of it is never read.
_BRANDS = """
    WITH RECURSIVE found (brand) AS (
        SELECT min(brand) FROM trends
        UNION ALL SELECT (SELECT min(brand) FROM trends WHERE brand > found.brand) FROM found WHERE brand IS NOT NULL)
    SELECT brand FROM found WHERE brand IS NOT NULL"""
_OLD = """
    DELETE FROM trends WHERE (brand, start_ms) IN (
        SELECT brand, start_ms FROM trends WHERE brand = ? AND start_ms <= ? ORDER BY start_ms LIMIT ?)"""
_BASELINE_MS = (WEEKS + 1) * 7 * 86_400_000  # a week more than is looked back: clocks change


class Trends:
    """A brand's five-minute buckets, and what they come to in longer ones."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        """Keep buckets in `database`; `ledger` knows the time zones of brands, UTC where it knows no brand."""
        self._database = database
        self._ledger = ledger

    def write(self, buckets: Iterable[TrendBucket]) -> None:
        """Store each bucket unless the same or a higher revision of it is there."""
        self._database.run_many(
            _BUCKET,
            (
                (b.brand, ms(b.start), b.revision, b.count, b.distinct_count,
                 b.positive, b.neutral, b.negative, b.unknown, min(b.engagement, MOST))
                for b in buckets
            ),
        )  # fmt: skip

    def drop(self, before_ms: int, limit: int) -> int:
        """Drop up to `limit` of each brand's buckets that are over before a moment; return how many."""
        brands = [brand for (brand,) in self._database.rows(_BRANDS)]
        return sum(self._database.run(_OLD, (brand, before_ms - BUCKET_MS, limit)) for brand in brands)

    def volume(self, brand: str, span: Span, people: bool) -> list[VolumePoint]:
        """Return one point per interval; `people` are counted in the documents, each once an interval."""
        counts = self._sums(brand, span, "count", "distinct_count", "engagement")
        found = self._people(brand, span) if people else None
        return volume_points(brand, span, counts, found, self._expected(brand, span))

    def sentiment(self, brand: str, span: Span) -> list[SentimentPoint]:
        """Return one point per interval."""
        return sentiment_points(brand, span, self._sums(brand, span, "positive", "neutral", "negative", "unknown"))

    def share(self, brands: Sequence[str], span: Span) -> list[SharePoint]:
        """Return, per interval, each brand's part of the mentions of all the brands given."""
        return share_points(span, {brand: self._sums(brand, span, "count", "distinct_count") for brand in brands})

    def _sums(self, brand: str, span: Span, *columns: str) -> dict[int, Row]:
        """Return the sums of trend columns by start of interval."""
        sums = ", ".join(f"sum({column})" for column in columns)
        rows = self._database.rows(
            f"SELECT start_ms - (start_ms - ?) % ? AS bucket, {sums} FROM trends"  # noqa: S608
            " WHERE brand = ? AND start_ms >= ? AND start_ms < ? GROUP BY bucket",
            (span.offset_ms, span.interval_ms, brand, span.first_ms, span.last_ms),
        )
        return {bucket: tuple(values) for bucket, *values in rows}

    def _expected(self, brand: str, span: Span) -> dict[int, float | None]:
        """Return the volume expected in each interval by its start; of the outermost in what lies in the span."""
        first = self._database.row(_FIRST, (brand,))
        if first is None:
            return dict.fromkeys(span.starts())
        hourly: dict[int, int] = dict(self._database.rows(_HOURS, (brand, span.first_ms - _BASELINE_MS, span.last_ms)))
        saved = self._ledger.brand(brand)
        zone = ZoneInfo(saved.timezone) if saved else UTC
        return expected_volumes(span, hourly, first[0], zone)

    def _people(self, brand: str, span: Span) -> dict[int, People]:
        """Return authors, their followers, and authors without known followers, by start of interval."""
        within = Selection((brand,), from_ms(span.first_ms), from_ms(span.last_ms))
        intervals = Intervals(span.interval_ms, span.offset_ms)
        return dict(people_over_time(self._database, within, brand, conditions(within, brand), intervals))
