"""The metrics of notices, by channel: the names of channels are few, for they stand in the settings."""

from collections.abc import Callable, Iterator

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from deploy.observation.metrics import Row, counter, gauge
from schemas.clock import Clock
from sinks.delivery.told import ChannelTold, Told


class NoticeMetrics(Collector):
    """Tells what became of a worker's notices."""

    def __init__(self, worker: str, told: Told, clock: Clock) -> None:
        """Tell of `told` as it is at each call."""
        self._worker, self._told, self._clock = worker, told, clock

    def collect(self) -> Iterator[Metric]:
        """Yield every metric, with a sample for each channel."""
        now = self._clock.now()

        def rows(number: Callable[[ChannelTold], float]) -> list[Row]:
            return [([self._worker, name], float(number(one))) for name, one in list(self._told.channels.items())]

        def age_s(one: ChannelTold) -> float:
            return 0.0 if one.waiting_since is None else max(0.0, (now - one.waiting_since).total_seconds())

        yield counter(
            "notices_sent", "Notices that a channel took.", rows(lambda one: one.outcomes["taken"]), "channel"
        )
        retried = rows(lambda one: one.outcomes["later"])
        yield counter("notices_retried", "Attempts that were put off, to be made again.", retried, "channel")
        failed = rows(lambda one: one.given_up)
        yield counter("notices_failed", "Notices that were refused or given up: nobody was told.", failed, "channel")
        silenced = rows(lambda one: one.silenced)
        yield counter("notices_silenced", "Notices that are acknowledged or muted.", silenced, "channel")
        yield gauge("notices_waiting", "Notices that wait to be taken.", rows(lambda one: one.waiting), "channel")
        oldest = rows(age_s)
        yield gauge("notices_oldest_seconds", "How long the oldest of them has waited.", oldest, "channel")
