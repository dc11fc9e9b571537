"""An invented brand that is mentioned now and then, and an outcry about it, as what mentions contribute."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson

from enrich.incidents import Incidents
from enrich.state import MemoryState
from enrich.trends import Trends
from schemas.alert import Alert, AlertKind
from schemas.alerting import AlertSettings
from schemas.brand import Brand
from schemas.trend import BrandDelta, Contribution, bucket_time
from schemas.wire import ms

START = datetime(2024, 3, 4, tzinfo=UTC)
DAY = timedelta(days=1)
OUTCRY = START + 10 * DAY + timedelta(hours=9)
BRANDS = (Brand(name="Acme", query="acme"), Brand(name="Borealis", query="borealis"))

Key = tuple[str, int]

SPIKES: tuple[AlertKind, ...] = ("volume_spike", "negative_spike")


def delta(name: str, at: datetime, brand: str = "acme", version: int = 1, **fields: Any) -> BrandDelta:
    """Return what a new mention adds."""
    given: dict[str, Any] = {"published_at": at, "kind": "post", "sentiment": "neutral", "author": f"test:{name}"}
    contribution = Contribution.model_validate(given | fields)
    return BrandDelta(
        brand=brand, mention_id=name, version=version << 32, bucket=bucket_time(ms(at)), contribution=contribution
    )


def everyday(days: float, brand: str = "acme", each: timedelta = timedelta(minutes=30)) -> list[BrandDelta]:
    """Return a mention every half an hour or so, from the start on."""
    rng = Random(brand)
    number = round(days * DAY / each)
    moments = [START + each * n + each * rng.random() for n in range(number)]
    return [delta(f"{brand} {n}", at, brand) for n, at in enumerate(moments)]


def outcry(
    size: int = 60, at: datetime = OUTCRY, brand: str = "acme", minutes: float = 30, **fields: Any
) -> list[BrandDelta]:
    """Return so many mentions within half an hour."""
    return [
        delta(f"{brand} outcry {at:%d} {n}", at + timedelta(minutes=minutes * n / size), brand, **fields)
        for n in range(size)
    ]


def in_time(*told: Iterable[BrandDelta]) -> list[BrandDelta]:
    """Return all in order of time."""
    return sorted((one for part in told for one in part), key=moment)


def moment(one: BrandDelta) -> datetime:
    """Return when a mention was published."""
    assert one.contribution is not None
    return one.contribution.published_at


class Pipeline:
    """Trends and incidents as a runner has them; `alerts` holds every step of every alert of some kinds."""

    def __init__(
        self,
        settings: AlertSettings | None = None,
        kinds: Sequence[AlertKind] = SPIKES,
        brands: Sequence[Brand] = BRANDS,
    ) -> None:
        self.kinds, self.brands = kinds, brands
        self.state = MemoryState()
        self.settings = settings or AlertSettings()
        self.alerts: dict[Key, Alert] = {}
        self.restart()

    def restart(self) -> None:
        """Begin again with the state as it would come from a file."""
        for table in self.state.values():
            for key in table:
                table[key] = orjson.loads(orjson.dumps(table[key]))
        self.trends = Trends(self.state, self.brands)
        self.incidents = Incidents(self.state, self.brands, self.settings)

    def take(
        self, batch: Sequence[BrandDelta], seen: datetime | None = None, clock: datetime | None = None
    ) -> list[Alert]:
        """Take in a batch; return the steps of alerts that it led to."""
        for one in batch:
            self.trends.apply(one)
        steps = self.incidents.take(
            self.trends.flush(), None if seen is None else ms(seen), None if clock is None else ms(clock)
        )
        told = [alert for alert in steps if alert.kind in self.kinds]
        for alert in told:
            key = (alert.id, alert.revision)
            assert self.alerts.setdefault(key, alert) == alert
        return told

    def run(self, told: Sequence[BrandDelta], batch: int = 50) -> list[Alert]:
        """Take in all in batches; return the steps that came."""
        return [alert for first in range(0, len(told), batch) for alert in self.take(told[first : first + batch])]

    def run_live(self, told: Sequence[BrandDelta]) -> list[Alert]:
        """Take in each when it is published; return the steps that came."""
        return [alert for one in told for alert in self.take([one], seen=moment(one), clock=moment(one))]
