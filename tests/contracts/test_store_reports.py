"""A report is the same whatever store its numbers come from."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from deploy.reports.gathering import Report, gather
from deploy.reports.periods import last_whole_day, read_day, stretches
from deploy.reports.rendering import Page, render
from schemas.brand import Brand
from schemas.clock import ManualClock
from schemas.mention import BrandMatch, Entity, Mention
from sinks.sqlite.store import SqliteStore
from sinks.store import Store, Write
from tests.support.elastic import elastic_store
from tests.support.episodes import episode
from tests.support.mentions import T0, author, bucket, mention, velocity

BRANDS = [Brand(name="Acme", query="acme", group="tea"), Brand(name="Zeta", query="zeta", group="tea")]
ZONE = ZoneInfo("Asia/Taipei")
FEELINGS = ["positive", "neutral", "negative", "unknown"]


def post(random: Random, number: int) -> Mention:
    return mention(
        str(number),
        hours=random.uniform(-24 * 7, 24 * 7),
        brand=None,
        brands=[
            BrandMatch(id=one, query_version="q") for one in random.sample(["acme", "zeta"], random.randrange(1, 3))
        ],
        text=f"words {number % 40}",
        author=author(f"a{number % 50}", number % 50 * 100 or None),
        sentiment={"label": random.choice(FEELINGS), "positive": 0.2, "neutral": 0.5, "negative": 0.3},
        engagement=random.randrange(50),
        velocity=random.choice([None, velocity(number)]),
        hashtags=random.sample(["tea", "茶", "cup"], random.randrange(3)),
        links=random.sample(["https://a.example/", "https://b.example/"], random.randrange(3)),
        entities=[Entity(text="Roma", label="place", start=0, end=4)] * random.randrange(2),
        source=random.choice(["test", "rss"]),
    )


def filled(store: Store) -> Store:
    random = Random(9)
    posts = [post(random, number) for number in range(300)]
    trends = [
        bucket(hour, brand=brand, count=1 + hour % 5) for hour in range(-168, 168, 3) for brand in ("acme", "zeta")
    ]
    alerts = [episode(id=f"e{n}", opened_at=T0.replace(day=n), peak_at=T0.replace(day=n)) for n in (1, 5, 8)]
    store.write(Write(mentions=posts, trends=trends, alerts=alerts))
    return store


def reported(store: Store) -> Report:
    return gather(store, BRANDS, BRANDS[0], "week", *stretches("week", read_day("2024-03-11"), ZONE))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("reports") / "store.db"
    with SqliteStore(path) as store:
        yield filled(store)


def test_the_sums_are_those_of_all_documents(ours: Store) -> None:
    report = reported(ours)
    random = Random(9)
    posts = [post(random, number) for number in range(300)]
    start, end = report.stretch.start, report.stretch.end
    of = [
        one for one in posts
        if one.published_at and start <= one.published_at < end and any(match.id == "acme" for match in one.brands)
    ]  # fmt: skip
    assert report.now.mentions == len(of) > 50
    assert report.now.engagement == sum(one.engagement for one in of)
    assert report.now.negative == sum(one.felt_towards("acme") == "negative" for one in of)
    assert sum(point.negative for point in report.feelings) == report.now.negative
    assert sum(row.count for row in report.tops["source"]) == len(of)
    assert [alert.id for alert in report.alerts] == ["e5", "e8"]
    assert {voice.brand.id for voice in report.voices} == {"acme", "zeta"}


@pytest.mark.services
def test_elasticsearch_tells_the_same(ours: Store, request: pytest.FixtureRequest) -> None:
    with elastic_store(request) as store:
        filled(store)
        for language in ("en", "zh-Hant"):
            assert render(Page(reported(store), language)) == render(Page(reported(ours), language))


def test_the_last_whole_day(ours: Store) -> None:
    known = [brand.id for brand in BRANDS]
    assert str(last_whole_day(ours, known, ZONE, ManualClock(T0))) == "2024-03-04"
    assert str(last_whole_day(ours, known, ZONE, ManualClock(T0.replace(year=2026)))) == "2024-03-12"
    assert str(last_whole_day(ours, ["nobody"], ZONE, ManualClock(T0.replace(hour=20)))) == "2024-03-05"
