"""What a store says of clicks: those of a link, in a stretch of time, each once; and joined to the posts that carried
the link."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.click import Click, ClickKind, LinkClicks, link_key
from schemas.post import Counts
from sinks.clicks import click_through
from sinks.sqlite.store import SqliteStore
from sinks.store import Store, Write
from tests.support.elastic import elastic_store
from tests.support.mentions import T0, mention

DAY = timedelta(days=1)
SHOP = "https://shop.example/phone?utm_source=net&utm_campaign=spring"
SHORT = "https://sho.example/a1"


@pytest.fixture(params=["sqlite", pytest.param("elastic", marks=pytest.mark.services)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    kind: str = request.param
    with SqliteStore(tmp_path / "store.db") if kind == "sqlite" else elastic_store(request) as made:
        yield made


def key(url: str) -> str:
    found = link_key(url)
    assert found is not None
    return found


def click(name: str, url: str = SHOP, hours: float = 1, kind: ClickKind = "click", **fields: Any) -> Click:
    at = T0 + timedelta(hours=hours)
    return Click(id=name, kind=kind, at=at, observed_at=at, link=key(url), url=url, **fields)


def test_clicks_and_conversions_are_counted_by_link_and_time(store: Store) -> None:
    store.write(
        Write(
            clicks=[
                click("a"), click("b", hours=2), click("c", SHORT), click("d", hours=30),
                click("e", kind="conversion", value=20.5, currency="EUR"),
                click("f", kind="conversion", value=1.5, currency="EUR"),
                click("g", kind="conversion", value=9, currency="USD"), click("h", kind="conversion"),
                click("i", "https://elsewhere.example/"),
            ]
        )
    )  # fmt: skip
    links = [key(SHOP), key(SHORT), "nobody.example"]
    assert store.clicks(links, T0, T0 + DAY) == {
        key(SHOP): LinkClicks(2, 4, {"EUR": 22.0, "USD": 9.0}),
        key(SHORT): LinkClicks(1, 0, {}),
    }
    assert store.clicks(links, T0 + DAY, T0 + 2 * DAY) == {key(SHOP): LinkClicks(1, 0, {})}
    assert store.clicks([], T0, T0 + DAY) == {}


def test_the_same_click_again_is_the_same_click(store: Store) -> None:
    for _ in range(3):
        store.write(Write(clicks=[click("a"), click("b")]))
    assert store.clicks([key(SHOP)], T0, T0 + DAY) == {key(SHOP): LinkClicks(2, 0, {})}


def test_clicks_are_joined_to_the_posts_that_carried_the_link_whichever_came_first(store: Store) -> None:
    store.write(Write(clicks=[click(f"a{number}") for number in range(8)]))
    first = mention("1", links=[SHOP, "https://other.example/x"], counts=Counts(views=60))
    again = mention("2", hours=2, links=[f"{SHOP}&fbclid=zzz", SHORT], counts=Counts(views=20))
    store.write(Write(mentions=[first, again, mention("3", hours=3, links=[SHORT])]))
    store.write(Write(clicks=[click("b", f"{SHORT}?gclid=1"), click("c", kind="conversion", value=5, currency="EUR")]))
    rows = click_through(store, "acme", T0, T0 + DAY, 10)
    assert [(row.link, row.mentions, row.clicks, row.conversions) for row in rows] == [
        (key(SHOP), [first.id, again.id], 8, 1),
        (key(SHORT), [again.id, mention("3").id], 1, 0),
    ]
    assert (rows[0].views, rows[0].click_rate, rows[0].conversion_rate) == (80, 0.1, 0.125)
    assert (rows[1].views, rows[1].conversion_rate, rows[1].amounts) == (20, 0.0, {})
    assert [row.link for row in click_through(store, "acme", T0, T0 + DAY, 1)] == [key(SHOP)]
    assert click_through(store, "zeta", T0, T0 + DAY, 10) == []
