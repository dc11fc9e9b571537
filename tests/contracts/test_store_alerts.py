"""What a store says of alerts: each as it stands now, by brand, time and status."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas.alert import Alert, AlertStatus, Driver, Drivers, DrivingPost
from schemas.mention import Entity
from sinks.drivers import with_drivers
from sinks.sqlite.store import SqliteStore
from sinks.store import Store, Write
from tests.support.elastic import elastic_store
from tests.support.mentions import T0, mention, virality


@pytest.fixture(params=["sqlite", pytest.param("elastic", marks=pytest.mark.services)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    kind: str = request.param
    with SqliteStore(tmp_path / "store.db") if kind == "sqlite" else elastic_store(request) as made:
        yield made


def alert(name: str, days: float = 0, *, brand: str = "acme", revision: int = 1, closed: bool = False) -> Alert:
    at = T0 + timedelta(days=days)
    return Alert(
        id=name, revision=revision, brand=brand, kind="negative_spike", status="closed" if closed else "open",
        opened_at=at, updated_at=at + timedelta(hours=revision), peak_at=at, closed_at=at if closed else None,
        scale_ms=3_600_000, observed=9.5, expected=0.5, ratio=19.0, novelty=0.5, threshold=0.14, z=7.25, volume=12,
        negative_share=0.75, near_copy_share=0.25, summary=f"{name} {revision}",
        drivers=Drivers(
            posts=[DrivingPost(id="p", copies=3, share=0.25)], authors=[Driver(value="test:ann", count=2, reach=900)]
        ),
    )  # fmt: skip


@pytest.fixture
def filled(store: Store) -> Store:
    store.write(Write(alerts=[alert("a"), alert("b", 1, closed=True), alert("c", 1, brand="zeta"), alert("d", 40)]))
    return store


def test_the_latest_come_first_with_all_that_they_say(filled: Store) -> None:
    assert filled.alerts(None, None, None, None, 10) == [
        alert("d", 40), alert("b", 1, closed=True), alert("c", 1, brand="zeta"), alert("a"),
    ]  # fmt: skip
    assert [one.id for one in filled.alerts(None, None, None, None, 2)] == ["d", "b"]


def test_they_are_asked_for_by_brand_time_and_status(filled: Store) -> None:
    def asked(brand: str | None, start: datetime | None, end: datetime | None, status: AlertStatus | None) -> list[str]:
        return [one.id for one in filled.alerts(brand, start, end, status, 10)]

    day = timedelta(days=1)
    assert asked("acme", None, None, None) == ["d", "b", "a"]
    assert asked("nobody", None, None, None) == []
    assert asked(None, T0 + day, None, None) == ["d", "b", "c"]
    assert asked(None, None, T0 + day, None) == ["a"]
    assert asked(None, T0 + day, T0 + 2 * day, None) == ["b", "c"]
    assert asked(None, None, None, "closed") == ["b"]
    assert asked("acme", None, None, "open") == ["d", "a"]


def test_what_drives_an_alert_about_one_post_is_in_that_post(store: Store) -> None:
    entity = Entity(text="Zeta", label="organisation", start=0, end=4)
    posts = [
        mention("1", published_at=T0, hashtags=["mine"], links=["https://a.example/1"], entities=[entity]),
        mention("2", published_at=T0, hashtags=["other"]),
    ]
    one = alert("a").replace(virality=virality(), drivers=Drivers(posts=[DrivingPost(id=posts[0].id)]))
    store.write(Write(mentions=posts, alerts=[one, alert("b")]))
    found = with_drivers(one, store).drivers
    assert [[driver.value for driver in kind] for kind in (found.entities, found.hashtags, found.links)] == [
        ["Zeta"], ["mine"], ["https://a.example/1"],
    ]  # fmt: skip
    assert [driver.value for driver in with_drivers(alert("b"), store).drivers.hashtags] == ["mine", "other"]


def test_an_alert_is_there_once_as_its_highest_revision(filled: Store) -> None:
    closed = alert("a", revision=3, closed=True)
    for later in (closed, alert("a", revision=2), closed):
        filled.write(Write(alerts=[later]))
    assert filled.alerts(None, None, T0 + timedelta(hours=1), None, 10) == [closed]
