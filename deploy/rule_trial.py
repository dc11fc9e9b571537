"""A trial of the alert rules: what is stored goes through them again, as it would have live."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from enrich.deltas import deltas
from enrich.incidents import Incidents
from enrich.keyword_rules import KeywordRules
from enrich.mention_incidents import MentionIncidents
from enrich.mention_watch import newest_event
from enrich.state import MemoryState
from enrich.trends import Trends
from schemas.alert import Alert
from schemas.alerting import AlertSettings
from schemas.brand import NO_GROUP, Brand
from schemas.trend import BrandDelta
from sinks.questions import TotalRow
from sinks.store import Questions

_DAY = timedelta(days=1)
_ALL = 10_000_000  # mentions of one day


def trial(
    store: Questions, brands: Sequence[Brand], settings: AlertSettings, known: Sequence[Brand] = ()
) -> list[Alert]:
    """Return the alerts that these brands would have given by `settings`, each as it stood last, in order of opening.

    `known` are all brands of the store: those of the same groups are rivals, whose volumes matter too. All that is
    stored of them is read, a day at a time; the store is not changed. Deleted posts are not in it,
    and edited ones as they are now. How a mention spreads is known as it stood last, so what would have called only
    before that is left out. Raises what the store raises, and QueryError for a rule that cannot be read.
    """
    groups = {brand.group for brand in brands} - {NO_GROUP}
    asked = {brand.id for brand in brands}
    brands = [*brands, *(brand for brand in known if brand.group in groups and brand.id not in asked)]
    state = MemoryState()
    trends, rules = Trends(state, brands, bounded=True), KeywordRules(brands)
    incidents, of_mentions = Incidents(state, brands, settings), MentionIncidents(state, brands, settings)
    wanted = {brand.id for brand in brands}
    found: dict[str, Alert] = {}
    ahead: list[BrandDelta] = []  # what is said of mentions later than the day that has come
    for start in _days([row for row in store.totals() if row.brand in wanted]):
        only = brands[0].id if len(brands) == 1 else None
        for mention in store.mentions(only, None, start, start + _DAY, "new", _ALL):
            for delta in deltas(None, mention, rules):
                if delta.brand in wanted:
                    trends.apply(delta)
                    ahead.append(delta)
        found |= {alert.id: alert for alert in incidents.take(trends.flush(), None)}
        passed = [delta for delta in ahead if _told_by(delta) < start + _DAY]
        ahead = [delta for delta in ahead if _told_by(delta) >= start + _DAY]
        found |= {alert.id: alert for alert in of_mentions.take(passed, None)}
    found |= {alert.id: alert for alert in of_mentions.take(ahead, None)}
    told = (alert for alert in found.values() if alert.brand in asked)
    return sorted(told, key=lambda alert: (alert.opened_at, alert.id))


def weeks(totals: Sequence[TotalRow], brands: Sequence[Brand]) -> float:
    """Return for how many weeks there is anything of these brands, added up over the brands."""
    wanted = {brand.id for brand in brands}
    spans = [row.last - row.first for row in totals if row.brand in wanted and row.first and row.last]
    return sum(spans, timedelta()) / timedelta(weeks=1)


def _told_by(delta: BrandDelta) -> datetime:
    """Return when all that a delta says was known."""
    return newest_event(delta.contribution) if delta.contribution is not None else delta.bucket


def _days(totals: Sequence[TotalRow]) -> Iterator[datetime]:
    first = min((row.first for row in totals if row.first), default=None)
    last = max((row.last for row in totals if row.last), default=None)
    if first is None or last is None:
        return
    start = first.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while start <= last:
        yield start
        start += _DAY
