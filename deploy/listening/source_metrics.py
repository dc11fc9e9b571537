"""The metrics of live sources, by source: a channel may be anybody's address, and there may be hundreds."""

from collections.abc import Iterator

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from deploy.listening.signs import Signs, by_source
from deploy.observation.metrics import Row, counter, gauge
from schemas.clock import Clock


class SourceMetrics(Collector):
    """Tells of the channels that a worker listens to."""

    def __init__(self, worker: str, signs: Signs, clock: Clock) -> None:
        """Tell of `signs` as they are at each call."""
        self._worker, self._signs, self._clock = worker, signs, clock

    def collect(self) -> Iterator[Metric]:
        """Yield every metric, with a sample for each source."""
        sources, now = by_source(self._signs), self._clock.now()

        def rows(name: str) -> list[Row]:
            return [([self._worker, each.source], float(getattr(each, name))) for each in sources]

        yield counter("source_records", "Records heard and taken.", rows("records"), "source")
        yield counter("source_skipped", "Records that hold no post.", rows("skipped"), "source")
        yield counter("source_bad", "Records that cannot be read.", rows("bad"), "source")
        yield counter("source_too_old", "Posts and engagement older than what is kept.", rows("too_old"), "source")
        yield counter("source_reconnects", "Connections that ended and were tried again.", rows("reconnects"), "source")
        yield counter("source_gaps", "Stretches of time that the source could not give.", rows("gaps"), "source")
        yield gauge("source_silent", "Channels that have said nothing for too long.", rows("silent"), "source")
        yield gauge("source_stopped", "Channels that are not listened to any more.", rows("stopped"), "source")
        lag = [([self._worker, each.source], lag) for each in sources if (lag := each.lag_s(now)) is not None]
        yield gauge("source_lag_seconds", "How far the newest event heard is behind now.", lag, "source")
