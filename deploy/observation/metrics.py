"""The metrics of workers, in the form that Prometheus reads. Every label takes few values: no brand, author or id."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from itertools import accumulate

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from schemas.vitals import BATCH_S, Signs, Vitals

_BOUNDS = (*map(str, BATCH_S), "+Inf")
Row = tuple[list[str], float]
"""Label values, the worker's name first, and what is counted."""


class Metrics:
    """The metrics of some workers and of their process."""

    content_type = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self, workers: Sequence[Vitals], beside: Sequence[Collector] = ()) -> None:
        """Tell of `workers`, and what those `beside` them tell."""
        self._registry = CollectorRegistry()
        self._registry.register(_Workers(workers))
        for collector in beside:
            self._registry.register(collector)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return them as they are now."""
        return generate_latest(self._registry)


class _Workers(Collector):
    def __init__(self, workers: Sequence[Vitals]) -> None:
        self._workers = workers
        self._version = version("hearken")

    def collect(self) -> Iterator[Metric]:
        """Yield every metric, with a sample for each worker or for each thing that it counts."""
        told = [(vitals.worker, vitals.read()) for vitals in self._workers]
        yield gauge(
            "build_info", "The version that runs.", [([worker, self._version], 1) for worker, _ in told], "version"
        )
        yield counter("messages_in", "Messages taken in.", _counted(told, "taken"), "topic")
        yield counter("messages_out", "Messages published, or documents stored.", _counted(told, "sent"), "topic")
        yield counter("dead_letters", "Inputs that cannot be processed.", _counted(told, "dead"), "reason")
        lag = [
            ([worker, topic, str(partition)], float(count))
            for worker, signs in told
            for (topic, partition), count in signs.lag.items()
        ]
        yield gauge("lag_messages", "Messages that are not finished.", lag, "topic", "partition")
        yield _batches(told)
        progress = [([worker], signs.progress_at.timestamp()) for worker, signs in told]
        yield gauge("progress_timestamp_seconds", "When something was finished last.", progress)
        retries = [([worker], float(signs.retries)) for worker, signs in told]
        yield counter("store_retries", "Writes that the store did not take, or not all of, tried again.", retries)
        waiting = [([worker], float(signs.phase == "waiting")) for worker, signs in told]
        yield gauge("breaker_open", "1 while the worker waits for a store that is away.", waiting)
        recovering = [([worker], float(signs.phase == "recovering")) for worker, signs in told]
        yield gauge("recovering", "1 while the worker loads its state.", recovering)


def _counted(told: Sequence[tuple[str, Signs]], name: str) -> list[Row]:
    return [([worker, key], float(count)) for worker, signs in told for key, count in getattr(signs, name).items()]


def counter(name: str, said: str, rows: Iterable[Row], *labels: str) -> Metric:
    """Return a counter with the label `worker` and others; `rows` are the values of the labels, and what is counted."""
    family = CounterMetricFamily(f"hearken_{name}", said, labels=["worker", *labels])
    for values, count in rows:
        family.add_metric(values, count)
    return family


def gauge(name: str, said: str, rows: Iterable[Row], *labels: str) -> Metric:
    """Return a gauge, as `counter` does."""
    family = GaugeMetricFamily(f"hearken_{name}", said, labels=["worker", *labels])
    for values, value in rows:
        family.add_metric(values, value)
    return family


def _batches(told: Sequence[tuple[str, Signs]]) -> Metric:
    family = HistogramMetricFamily("hearken_batch_seconds", "How long batches took.", labels=["worker"])
    for worker, signs in told:
        buckets = list(zip(_BOUNDS, map(float, accumulate(signs.batches)), strict=True))
        family.add_metric([worker], buckets, signs.batch_s)
    return family
