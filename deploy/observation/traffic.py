"""The metrics of the network traffic of live sources: what was asked, held back and refused, and what is left."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from deploy.observation.metrics import Row, counter, gauge
from ingest.traffic import Traffic


class TrafficMetrics(Collector):
    """Tells of the traffic of each source that a worker listens to; `traffic` is set once there is some."""

    def __init__(self, worker: str) -> None:
        """Tell of nothing yet."""
        self._worker = worker
        self.traffic: Mapping[str, Traffic] = {}

    def collect(self) -> Iterator[Metric]:
        """Yield every metric, with a sample for each source."""
        told = dict(self.traffic)

        def rows(name: str) -> list[Row]:
            return [([self._worker, source], float(getattr(each, name))) for source, each in told.items()]

        yield counter("source_requests", "Requests sent, streams included.", rows("requests"), "source")
        yield counter("source_refused", "Requests refused as too many.", rows("refused"), "source")
        yield counter(
            "source_held_seconds", "Time that requests were held back for limits.", rows("waited_s"), "source"
        )
        left = [([self._worker, source], each.remaining) for source, each in told.items() if each.remaining is not None]
        yield gauge("source_quota_left", "Requests that the server last said are left.", left, "source")
