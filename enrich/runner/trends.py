"""The worker on brands: contributions of mentions in, five minutes of a brand and its alerts out."""

from collections.abc import Iterable, Mapping

from enrich.incidents import Incidents
from enrich.lanes import Lanes
from enrich.mention_incidents import MentionIncidents
from enrich.runner.worker import Send, Share, Worker, read
from enrich.state import State
from enrich.trends import Trends
from schemas.settings import Settings
from schemas.trend import BrandDelta, TrendBucket
from schemas.wire import ms


class TrendsWorker(Worker):
    """Deltas in; the buckets that they change, and the alerts that follow from these, out.

    A delta that was published more than a day after the time that it is about is of a recording or a backlog, and so
    is its alert. What is history is counted and not judged.
    """

    name = "trends"
    reads = ("brand.deltas.v1",)
    remembered = 2_000
    rest_s = 5.0

    def __init__(self, settings: Settings) -> None:
        """Count for every brand that deltas name; those in the settings have their own time zone."""
        self._settings = settings
        self._open: dict[int, tuple[Trends, Incidents, MentionIncidents, Lanes]] = {}

    def apply(self, batch: Mapping[int, Share]) -> dict[int, list[Send]]:
        """Take in a batch; every bucket that it changes comes out once, every alert at each of its steps."""
        sends: dict[int, list[Send]] = {}
        for partition, share in batch.items():
            trends, incidents, of_mentions, lanes = self._of(partition, share.state)
            found = sends[partition] = []
            deltas: list[BrandDelta] = []
            past: list[BrandDelta] = []
            seen_ms: int | None = None
            for message in share.inputs:
                delta = read(BrandDelta, message, self.name)
                if isinstance(delta, Send):
                    found.append(delta)
                elif delta.history:
                    past.append(delta)
                else:
                    deltas.append(delta)
                    seen_ms = max(seen_ms or 0, message.at_ms)
                    if delta.lane is not None and delta.clock is not None:
                        lanes.note(str(delta.lane), ms(delta.clock), message.at_ms)
            # Which of them comes first changes no count, so what is not judged is counted by itself.
            found += _counted(trends, past)[1]
            changed, counted = _counted(trends, deltas)
            found += counted
            if not deltas:
                continue
            alerts = incidents.take(changed, seen_ms, lanes.settle()) + of_mentions.take(deltas, seen_ms)
            found += [Send.of("alerts.v1", alert.id, alert) for alert in alerts]
        return sends

    def rest(self, quiet: Mapping[int, Share], now_ms: int) -> dict[int, list[Send]]:
        """Judge what time alone has made due: of a brand that nobody mentions any more nothing else would."""
        sends: dict[int, list[Send]] = {}
        for partition, share in quiet.items():
            _, incidents, of_mentions, lanes = self._of(partition, share.state)
            clock_ms = lanes.reached(now_ms)
            if clock_ms is not None:
                alerts = incidents.take([], now_ms, clock_ms) + of_mentions.take([], now_ms, clock_ms)
                sends[partition] = [Send.of("alerts.v1", alert.id, alert) for alert in alerts]
        return sends

    def _of(self, partition: int, state: State) -> tuple[Trends, Incidents, MentionIncidents, Lanes]:
        if partition not in self._open:
            self._open[partition] = self._opened(state)
        return self._open[partition]

    def _opened(self, state: State) -> tuple[Trends, Incidents, MentionIncidents, Lanes]:
        brands, alerts = self._settings.brands, self._settings.alerts
        return (
            Trends(state, brands, bounded=True),
            Incidents(state, brands, alerts),
            MentionIncidents(state, brands, alerts),
            Lanes(state.table("lanes")),
        )

    def forget(self) -> None:
        """Drop what is remembered of the tables."""
        self._open.clear()


def _counted(trends: Trends, deltas: Iterable[BrandDelta]) -> tuple[list[TrendBucket], list[Send]]:
    """Take in deltas, and return the buckets that they change, and the messages that say so."""
    for delta in deltas:
        trends.apply(delta)
    changed = trends.flush()
    return changed, [Send.of("brands.trends.v1", bucket.id, bucket) for bucket in changed]
