"""The questions that count over time: from trend buckets, and people from the mentions themselves."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from zoneinfo import ZoneInfo

from schemas.brand import Brand
from schemas.season import HOUR_MS, WEEKS
from schemas.trend import TrendBucket
from schemas.wire import ms
from sinks.elastic.documents import read
from sinks.elastic.indices import Names
from sinks.elastic.people import People
from sinks.elastic.reader import Clause, Reader, time_buckets, within
from sinks.points import expected_volumes, sentiment_points, share_points, volume_points
from sinks.questions import SentimentPoint, SharePoint, Span, VolumePoint

_BASELINE_MS = (WEEKS + 1) * 7 * 86_400_000  # a week more than is looked back: clocks change


class Trends:
    """A brand's five-minute buckets, and what they come to in longer ones."""

    def __init__(self, reader: Reader, names: Names, brand: Callable[[str], Brand | None]) -> None:
        """Ask `reader`; `brand` knows the brands that were saved, by id."""
        self._reader = reader
        self._trends = names.alias("trends")
        self._mentions = names.alias("mentions")
        self._people_by = People(reader, self._mentions)
        self._brand = brand

    def volume(self, brand: str, span: Span, people: bool) -> list[VolumePoint]:
        """Return one point per interval; `people` are counted in the documents, each once an interval."""
        with ThreadPoolExecutor(1) as pool:  # people take the server as long as all the rest takes us
            waiting = pool.submit(self._people, brand, span) if people else None
            counts = self._sums(brand, span, "count", "distinct_count", "engagement")
            expected = self._expected(brand, span)
            found = waiting.result() if waiting else None
        return volume_points(brand, span, counts, found, expected)

    def sentiment(self, brand: str, span: Span) -> list[SentimentPoint]:
        """Return one point per interval."""
        return sentiment_points(brand, span, self._sums(brand, span, "positive", "neutral", "negative", "unknown"))

    def share(self, brands: Sequence[str], span: Span) -> list[SharePoint]:
        """Return, per interval, each brand's part of the mentions of all the brands given."""
        ours: list[Clause] = [{"terms": {"brand": list(brands)}}, *within("start", span.first_ms, span.last_ms)]
        by: dict[str, Clause] = {
            "brand": {"terms": {"field": "brand"}},
            "time": time_buckets("start", span.interval_ms, span.offset_ms),
        }
        values: dict[str, Clause] = {name: {"sum": {"field": name}} for name in ("count", "distinct_count")}
        sums: dict[str, dict[int, tuple[int, ...]]] = {brand: {} for brand in brands}
        for group in self._reader.groups(self._trends, ours, by, values):
            key = group["key"]
            sums[key["brand"]][key["time"]] = tuple(round(group[name]["value"]) for name in values)
        return share_points(span, sums)

    def _sums(self, brand: str, span: Span, *columns: str) -> dict[int, tuple[int, ...]]:
        """Return the sums of trend columns by start of interval."""
        time = time_buckets("start", span.interval_ms, span.offset_ms)
        return self._reader.sums(self._trends, self._in(brand, span.first_ms, span.last_ms), time, columns)

    def _expected(self, brand: str, span: Span) -> dict[int, float | None]:
        """Return the volume expected in each interval by its start; of the outermost in what lies in the span."""
        counted: list[Clause] = [{"term": {"brand": brand}}, {"range": {"count": {"gt": 0}}}]
        first = next(self._reader.hits(self._trends, counted, [{"start": "asc"}], 1), None)
        if first is None:
            return dict.fromkeys(span.starts())
        hours = self._in(brand, span.first_ms - _BASELINE_MS, span.last_ms)
        sums = self._reader.sums(self._trends, hours, time_buckets("start", HOUR_MS, 0), ["count"])
        hourly = {hour: count for hour, (count,) in sums.items()}
        first_ms = ms(read(TrendBucket, first).start)
        saved = self._brand(brand)
        zone = ZoneInfo(saved.timezone) if saved else UTC
        return expected_volumes(span, hourly, first_ms, zone)

    def _people(self, brand: str, span: Span) -> dict[int, tuple[int, int, int]]:
        """Return authors, their followers, and authors without known followers, by start of interval."""
        conditions: list[Clause] = [
            {"term": {"brands.id": brand}},
            {"term": {"facts.counted": True}},
            *within("facts.time", span.first_ms, span.last_ms),
        ]
        time = time_buckets("facts.time", span.interval_ms, span.offset_ms)
        return {key["time"]: people for key, people in self._people_by.counted(conditions, {"time": time})}

    @staticmethod
    def _in(brand: str, first_ms: int, last_ms: int) -> list[Clause]:
        return [{"term": {"brand": brand}}, *within("start", first_ms, last_ms)]
