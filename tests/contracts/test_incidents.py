"""One outcry, read by either runner in whatever batches: the same alerts, step by step."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from deploy.embedded import Embedded
from enrich.runner.text import TextWorker
from enrich.runner.trends import TrendsWorker
from ingest.records import Record
from schemas.alert import Alert
from schemas.codec import decode
from schemas.post import PostEvent
from schemas.settings import Settings
from schemas.trend import BrandDelta
from schemas.wire import ms
from sinks.sqlite.store import SqliteStore
from tests.support.alert_runners import Steps, embedded, on_kafka, steps, told_post
from tests.support.mentions import T0
from tests.support.one_partition import Bench
from tests.support.traffic import BRANDS, published

SETTINGS = Settings(brands=BRANDS)
DAYS = 6
_WORDS = [
    f"{start}{end}"
    for start in ("bro", "scre", "que", "bat", "sho", "pri")
    for end in ("ken", "ver", "lo", "tum", "rix")
]


def story() -> list[PostEvent]:
    """Six days of a post an hour or so about each brand; on the fifth an outcry about one of them, a quarter of it
    copies."""
    rng = Random(4)
    told = [
        _post(f"{brand} {n}", n + rng.random(), brand, rng) for brand in ("acme", "borealis") for n in range(24 * DAYS)
    ]
    for n in range(80):
        hours = 24 * 4.5 + n / 120
        told.append(_post(f"outcry {n}", hours, "acme", rng, copied=n % 4 == 0))
    return sorted(told, key=lambda event: event.observed_at)


def _post(name: str, hours: float, brand: str, rng: Random, copied: bool = False) -> PostEvent:
    words = "is awful, and nobody was ever told the whole story of it" if copied else " ".join(rng.sample(_WORDS, 6))
    followers = rng.randrange(5_000)
    return told_post(name, T0 + timedelta(hours=hours), f"{brand} {words}", followers, "en")


def by_embedded(told: list[PostEvent], batch: int, folder: Path) -> Iterator[Alert]:
    return embedded(SETTINGS, told, batch, folder, restarts=40)


def by_kafka(told: list[PostEvent], batch: int, _: Path) -> Iterator[Alert]:
    return on_kafka(SETTINGS, told, batch, {"acme", "borealis"}, restarts=40)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Steps:
    """Every step of every alert, in the embedded runner, a few posts at a time."""
    return steps(by_embedded(story(), 5, tmp_path_factory.mktemp("expected")))


def embedded_live(told: list[PostEvent], then: Sequence[datetime], folder: Path) -> Iterator[Alert]:
    """Yield the alerts that stand in the store when nothing but time has passed since the posts."""
    with SqliteStore(folder / f"{len(then)}.db") as store:
        pipeline = Embedded(SETTINGS, store)
        for one in told:
            pipeline.process([(Record(0, b"{}", seen_at=one.observed_at), [one])], "story", lambda _: None)
        for moment in then:
            pipeline = Embedded(SETTINGS, store)  # a restart in between changes nothing
            pipeline.pass_time(ms(moment))
            yield from store.alerts(None, None, None, None, 100)


def on_kafka_live(told: list[PostEvent], then: Sequence[datetime], _: Path) -> Iterator[Alert]:
    """Yield what the worker publishes when nothing but time has passed since the posts."""
    text, trends = Bench(TextWorker(SETTINGS)), Bench(TrendsWorker(SETTINGS))
    for one in told:
        for message in published([one]):
            for send in text.feed((message.topic, message.value or b"")):
                if send.topic == "brand.deltas.v1":
                    trends.feed((send.topic, decode(BrandDelta, send.value)), at_ms=ms(one.observed_at))
    for moment in then:
        trends.restart()
        yield from (decode(Alert, send.value) for send in trends.rest(ms(moment)))


@pytest.mark.parametrize("runner", [embedded_live, on_kafka_live])
def test_time_alone_opens_and_closes_what_the_last_posts_led_to(
    runner: Callable[[list[PostEvent], Sequence[datetime], Path], Iterator[Alert]], tmp_path: Path
) -> None:
    begun = T0 + timedelta(days=4.5)
    told = [one for one in story() if one.observed_at < begun + timedelta(minutes=5)]
    told += [_post(f"more {n}", 24 * 4.5 + n / 900, "acme", Random(n)) for n in range(60)]
    told.sort(key=lambda one: one.observed_at)
    due = begun + timedelta(minutes=20)  # the width of a bucket and the lateness
    early, late = due - timedelta(milliseconds=1), due + timedelta(hours=13)
    assert list(runner(told, [early], tmp_path)) == []
    found = steps(runner(told, [due, late], tmp_path))
    spike = [alert for alert in found.values() if alert.kind == "volume_spike"]
    assert [(alert.status, alert.opened_at, alert.replayed) for alert in spike] == [
        ("open", begun, False), ("closed", begun, False),
    ]  # fmt: skip


def test_the_outcry_is_one_alert_from_its_opening_to_its_close(expected: Steps) -> None:
    spike = [alert for alert in expected.values() if alert.kind == "volume_spike"]
    assert {(alert.brand, alert.opened_at) for alert in spike} == {("acme", T0 + timedelta(days=4.5))}
    assert [alert.status for alert in spike] == ["open"] * (len(spike) - 1) + ["closed"]
    assert spike[-1].drivers.posts[0].copies == 19
    assert not spike[-1].replayed


@pytest.mark.parametrize("batch", [7, 50])
@pytest.mark.parametrize("runner", [by_embedded, by_kafka])
def test_both_runners_give_the_same_alerts(
    runner: Callable[[list[PostEvent], int, Path], Iterator[Alert]],
    batch: int,
    expected: Steps,
    tmp_path: Path,
) -> None:
    found = steps(runner(story(), batch, tmp_path))
    # Of steps that fall into one batch a store has the last alone.
    assert {key: expected[key] for key in found} == found
    ends = {alert_id: max(n for one, n in expected if one == alert_id) for alert_id, _ in expected}
    assert {alert_id: max(n for one, n in found if one == alert_id) for alert_id, _ in found} == ends
