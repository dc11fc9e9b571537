"""The metrics of the reception, by door: the names of doors are few, for they stand in the settings."""

from collections.abc import Iterator

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from deploy.observation.metrics import counter
from deploy.reception.outcomes import Outcomes


class PushMetrics(Collector):
    """Tells what became of what was pushed to a worker."""

    def __init__(self, worker: str, outcomes: Outcomes) -> None:
        """Tell of `outcomes` as they are at each call."""
        self._worker, self._outcomes = worker, outcomes

    def collect(self) -> Iterator[Metric]:
        """Yield every metric, with a sample for each door and reason."""
        taken = [([self._worker, door], float(count)) for door, count in list(self._outcomes.taken.items())]
        yield counter("pushes_taken", "Pushes that were believed, handshakes and repeats included.", taken, "door")
        refused = [([self._worker, *which], float(count)) for which, count in list(self._outcomes.refused.items())]
        yield counter("pushes_refused", "Pushes that were not taken.", refused, "door", "reason")
