"""What every reading command asks first: which store, which brands, which stretch of time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.asked_times import day_after, day_start, moment
from deploy.known_brands import chosen, known_brands
from deploy.stores import open_store
from schemas.brand import Brand
from schemas.errors import UsageError
from schemas.settings import load
from sinks.questions import Span, TotalRow
from sinks.store import Store


@dataclass(frozen=True, slots=True)
class Question:
    """An open store, all brands that can be asked about, and those that are."""

    store: Store
    known: list[Brand]
    brands: list[Brand]
    totals: list[TotalRow]
    start: datetime | None
    end: datetime | None

    @property
    def since(self) -> datetime:
        """Where it begins; when that was left open, before all that is stored."""
        return self.start or datetime(1, 1, 1, tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """Where it ends; when that was left open, behind all that is stored."""
        return self.end or datetime(9999, 1, 1, tzinfo=UTC)

    def span(self, interval_ms: int) -> Span | None:
        """Return the stretch asked for; what was left open is filled with the days that the store holds of the brands.

        None where it holds nothing. Raises UsageError for an empty stretch and for one of too many intervals.
        """
        asked = {brand.id for brand in self.brands}
        rows = [row for row in self.totals if row.brand in asked]
        first = min((row.first for row in rows if row.first), default=None)
        last = max((row.last for row in rows if row.last), default=None)
        start = self.start or (first and day_start(first))
        end = self.end or (last and day_after(last))
        if start is None or end is None:
            return None
        return Span(start, end, interval_ms)


@contextmanager
def question(
    config: Path | None, brands: Path | None, store: str | None, brand: str | None, start: str | None, end: str | None
) -> Iterator[Question]:
    """Open the store for reading and settle what is asked. Raises UsageError for what cannot be asked so."""
    first, last = moment(start, f"--from {start!r}"), moment(end, f"--to {end!r}")
    if first is not None and last is not None and first >= last:
        raise UsageError(f"--to {end} is not after --from {start}: --to is exclusive")
    settings = load(config, brands)
    opened = open_store(store or settings.store, elasticsearch=settings.elasticsearch)
    try:
        totals = opened.totals()
        known = known_brands(settings, opened)
        yield Question(opened, known, chosen(known, brand), totals, first, last)
    finally:
        opened.close()
