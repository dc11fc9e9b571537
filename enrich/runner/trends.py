"""The worker on brands: contributions of mentions in, five minutes of a brand out."""

from collections.abc import Mapping

from enrich.runner.worker import Send, Share, Worker, read
from enrich.trends import Trends
from schemas.settings import Settings
from schemas.trend import BrandDelta


class TrendsWorker(Worker):
    """Deltas in; the buckets that they change out."""

    name = "trends"
    reads = ("brand.deltas.v1",)
    remembered = 2_000

    def __init__(self, settings: Settings) -> None:
        """Count for every brand that deltas name; those in the settings have their own time zone."""
        self._brands = settings.brands
        self._open: dict[int, Trends] = {}

    def apply(self, batch: Mapping[int, Share]) -> dict[int, list[Send]]:
        """Take in a batch; every bucket that it changes comes out once."""
        sends: dict[int, list[Send]] = {}
        for partition, share in batch.items():
            if partition not in self._open:
                self._open[partition] = Trends(share.state, self._brands, bounded=True)
            trends = self._open[partition]
            found = sends[partition] = []
            for message in share.inputs:
                delta = read(BrandDelta, message, self.name)
                if isinstance(delta, Send):
                    found.append(delta)
                else:
                    trends.apply(delta)
            found += [Send.of("brands.trends.v1", bucket.id, bucket) for bucket in trends.flush()]
        return sends

    def forget(self) -> None:
        """Drop what is remembered of the tables."""
        self._open.clear()
