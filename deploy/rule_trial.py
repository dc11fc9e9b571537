"""A trial of the alert rules: what is stored goes through them again, as it would have live."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from enrich.deltas import deltas
from enrich.incidents import Incidents
from enrich.state import MemoryState
from enrich.trends import Trends
from schemas.alert import Alert
from schemas.alerting import AlertSettings
from schemas.brand import Brand
from sinks.questions import TotalRow
from sinks.store import Questions

_DAY = timedelta(days=1)
_ALL = 10_000_000  # mentions of one day


def trial(store: Questions, brands: Sequence[Brand], settings: AlertSettings) -> list[Alert]:
    """Return the alerts that these brands would have given by `settings`, each as it stood last, in order of opening.

    All that is stored of the brands is read, a day at a time; the store is not changed. Deleted posts are not in it,
    and edited ones as they are now. Raises what the store raises.
    """
    state = MemoryState()
    trends, incidents = Trends(state, brands, bounded=True), Incidents(state, brands, settings)
    wanted = {brand.id for brand in brands}
    found: dict[str, Alert] = {}
    for start in _days([row for row in store.totals() if row.brand in wanted]):
        only = brands[0].id if len(brands) == 1 else None
        for mention in store.mentions(only, None, start, start + _DAY, "new", _ALL):
            for delta in deltas(None, mention):
                if delta.brand in wanted:
                    trends.apply(delta)
        found |= {alert.id: alert for alert in incidents.take(trends.flush(), None)}
    return sorted(found.values(), key=lambda alert: (alert.opened_at, alert.id))


def weeks(totals: Sequence[TotalRow], brands: Sequence[Brand]) -> float:
    """Return for how many weeks there is anything of these brands, added up over the brands."""
    wanted = {brand.id for brand in brands}
    spans = [row.last - row.first for row in totals if row.brand in wanted and row.first and row.last]
    return sum(spans, timedelta()) / timedelta(weeks=1)


def _days(totals: Sequence[TotalRow]) -> Iterator[datetime]:
    first = min((row.first for row in totals if row.first), default=None)
    last = max((row.last for row in totals if row.last), default=None)
    if first is None or last is None:
        return
    start = first.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while start <= last:
        yield start
        start += _DAY
