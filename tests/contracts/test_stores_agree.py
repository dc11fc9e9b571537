"""Both stores, given the same writes in the same order, give the same answers to every question."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest

from schemas.brand import Brand
from schemas.mention import BrandMatch, Entity, Mention
from schemas.post import Author
from schemas.query.parse import parse_query
from schemas.trend import TrendBucket
from sinks.elastic.store import ElasticStore
from sinks.questions import Sort, Span, TopKind
from sinks.sqlite.store import SqliteStore
from sinks.store import Questions, Write
from tests.support.elastic import empty_store
from tests.support.mentions import T0, bucket, mention, stub, velocity, virality

BRANDS = ["acme", "zeta", "愛客"]
DAYS = 75
HOUR, DAY, WEEK = 3_600_000, 86_400_000, 7 * 86_400_000


def post(random: Random) -> Mention:
    """Return one state of one of a few posts: they are edited, lose their brands, are deleted, move in time."""
    name, version = str(random.randrange(250)), random.randrange(1, 9)
    if random.random() < 0.1:
        return stub(name, version=version + 10, published_at=None)
    who = random.choice(["ann", "bob", "cyd", None])
    people = [None, Author(id=who, handle=random.choice([who, "Zoë"]), followers=random.choice([None, 3, 2**52]))]
    return mention(
        name,
        version=version,
        hours=random.randrange(24 * DAYS),
        brand=None,
        brands=[BrandMatch(id=brand, query_version="q") for brand in random.sample(BRANDS, random.randrange(4))],
        text=" ".join(random.choices(["tea", "$tea", "cup", "愛客", "it's"], k=5)),
        author=random.choice(people),
        hashtags=random.choices(["tea", "Tea", "é", "茶", "\U0001f375"], k=3),
        handles=random.choices(["x", "y"], k=random.randrange(2)),
        links=random.choices(["https://a.example/", "https://b.example/"], k=random.randrange(3)),
        entities=[
            Entity(
                text=text, label=random.choice(["place", "person"]), start=0, end=4, name=random.choice([None, "a:b"])
            )
            for text in random.choices(["Roma", "Oslo"], k=random.randrange(3))
        ],
        velocity=random.choice([None, velocity(random.randrange(-5, 5) / 3)]),
        virality=random.choice([None, virality(random.randrange(1, 5) / 3)]),
        via=random.choice([None, None, "repost"]),
        lang=random.choice([None, "en"]),
        source=random.choice(["test", "rss"]),
    )


def five_minutes(random: Random) -> TrendBucket:
    positive, neutral, negative = (random.randrange(4) for _ in range(3))
    return bucket(
        random.randrange(24 * DAYS * 12) / 12,
        brand=random.choice(BRANDS),
        revision=random.randrange(1, 5),
        count=positive + neutral + negative,
        distinct_count=random.randrange(3),
        positive=positive,
        neutral=neutral,
        negative=negative,
        engagement=random.choice([0, 7, 2**70]),
    )


@pytest.fixture(scope="module")
def stores(
    each_elasticsearch: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SqliteStore, ElasticStore]]:
    """Both, filled alike."""
    random = Random(11)
    brands = [Brand(name="Acme", query="acme", timezone="Europe/Berlin"), Brand(name="愛客", query="愛客")]
    file: Path = tmp_path_factory.mktemp("agree") / "store.db"
    with SqliteStore(file) as embedded, empty_store(each_elasticsearch) as elastic:
        for _ in range(12):
            batch = Write(
                mentions=[post(random) for _ in range(100)], trends=[five_minutes(random) for _ in range(200)]
            )
            embedded.write(batch)
            elastic.write(batch)
        embedded.save_brands(brands)
        elastic.save_brands(brands)
        yield embedded, elastic


def agreed(stores: tuple[SqliteStore, ElasticStore], method: str, *arguments: Any) -> list[Any]:
    """Return the answer that both give."""
    one, other = (answers(store, method, *arguments) for store in stores)
    assert one == other
    return one


def answers(store: Questions, method: str, *arguments: Any) -> list[Any]:
    rows = getattr(store, method)(*arguments)
    return [row.replace(indexed_at=None) if isinstance(row, Mention) else row for row in rows]


def test_totals_and_brands(stores: tuple[SqliteStore, ElasticStore]) -> None:
    assert len(agreed(stores, "totals")) == len(BRANDS)
    assert len(agreed(stores, "brands")) == 2


@pytest.mark.parametrize("brand", [*BRANDS, "unknown"])
@pytest.mark.parametrize("interval_ms", [HOUR, DAY, WEEK, 7 * HOUR])
def test_what_is_counted_over_time(stores: tuple[SqliteStore, ElasticStore], brand: str, interval_ms: int) -> None:
    span = Span(T0 + timedelta(days=2, minutes=7), T0 + timedelta(days=DAYS - 2, hours=5), interval_ms)
    points = agreed(stores, "volume", brand, span)
    if brand != "unknown" and interval_ms == WEEK:
        assert all(point.count for point in points)
        assert any(point.authors > point.reach_unknown > 0 and point.expected for point in points)
    agreed(stores, "sentiment", brand, span)
    agreed(stores, "share", [brand, "zeta"], span)


@pytest.mark.parametrize("kind", get_args(TopKind))
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_what_is_frequent(stores: tuple[SqliteStore, ElasticStore], kind: TopKind, limit: int) -> None:
    for brand in BRANDS:
        assert agreed(stores, "top", kind, brand, T0 + timedelta(days=3), T0 + timedelta(days=DAYS), limit)


@pytest.mark.parametrize("sort", get_args(Sort))
@pytest.mark.parametrize("written", [None, "tea", "$tea AND NOT 愛客", "NOT author:ann", "NOT lang:en OR source:rss"])
def test_which_mentions(stores: tuple[SqliteStore, ElasticStore], sort: Sort, written: str | None) -> None:
    query = parse_query(written) if written else None
    for brand in (*BRANDS, None):
        for start, end in ((None, None), (T0 + timedelta(days=20), T0 + timedelta(days=50))):
            agreed(stores, "mentions", brand, query, start, end, sort, 20)
            assert agreed(stores, "mentions", brand, query, start, end, sort, 1_000) or query
