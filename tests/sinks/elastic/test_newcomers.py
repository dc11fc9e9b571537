"""New mentions in Elasticsearch, where several workers store by clocks of their own."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from schemas.clock import ManualClock
from schemas.errors import Transient
from schemas.settings import ElasticsearchSettings
from sinks.elastic import newcomers
from sinks.elastic.indices import Names
from sinks.elastic.newcomers import OVERLAP_MS, Newcomers
from sinks.elastic.reader import Clause, Reader
from sinks.elastic.store import ElasticStore
from tests.support.elastic import elastic_store
from tests.support.elastic_fake import Away, FakeElastic
from tests.support.mentions import T0, mention


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Iterator[ElasticStore]:
    with elastic_store(request) as made:
        yield made


@pytest.mark.services
def test_a_worker_whose_clock_is_behind_is_heard_too(store: ElasticStore) -> None:
    slow, fast = (ElasticStore(store.settings, ManualClock(T0 + timedelta(seconds=after))) for after in (0, 10))
    with slow, fast:
        cursor = store.arrivals(None, 10).cursor
        heard: list[str] = []
        for number in range(6):
            (fast, slow)[number % 2].index([mention(str(number))])
            store.refresh()
            arrived = store.arrivals(cursor, 10)
            cursor, heard = arrived.cursor, heard + [one.native_id for one in arrived.mentions]
    assert heard == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.services
def test_the_moment_of_the_first_storing_stays(store: ElasticStore) -> None:
    clock = ManualClock(T0)
    with ElasticStore(store.settings, clock) as writer:
        writer.index([mention(version=1)])
        clock.advance(3_600)
        writer.index([mention(version=2)])
        writer.refresh()
        clock.advance(3_600)
        writer.index([mention(version=3, hours=24 * 60)])
    store.refresh()
    (hit,) = store.client.search(index=f"{store.settings.index_prefix}mentions")["hits"]["hits"]
    assert (hit["_source"]["version"], hit["_source"]["facts"]["first"]) == (3, T0.timestamp() * 1000)


def test_what_could_not_be_stored_is_first_stored_when_it_is() -> None:
    server, clock = FakeElastic(), ManualClock(T0)
    store = ElasticStore(ElasticsearchSettings(), clock, deadline_s=4, node_class=server.node_class())
    server.always = Away()
    with pytest.raises(Transient):
        store.index([mention()])
    server.always = None
    clock.advance(3_600)
    store.index([mention()])
    ((_, body),) = server.stored.values()
    assert body["facts"]["first"] >= (T0.timestamp() + 3_600) * 1000


def settled(known: dict[str, int], after_s: float) -> tuple[list[Clause], str]:
    """Return what the server is asked so long after these came, and the cursor then, where nothing else came."""
    asked: list[list[Clause]] = []

    def hits(_: str, conditions: list[Clause], *__: object) -> Iterator[dict[str, Any]]:
        asked.append(conditions)
        return iter(())

    clock = ManualClock(T0)
    one = Newcomers(cast(Reader, SimpleNamespace(hits=hits)), Names(), clock)
    cursor = one._cursor(known)
    clock.advance(after_s)
    arrived = one.behind(cursor, 10)
    assert arrived.mentions == []
    return asked[0], arrived.cursor


def test_the_cursor_holds_the_last_seconds_and_when_nothing_more_comes_the_last_alone() -> None:
    known = {str(number): number * 1_000 for number in range(100)} | {"with the last": 99_000}
    (since, without), held = settled(known, 1)
    assert since["range"]["facts.first"]["gte"] == 99_000 - OVERLAP_MS
    assert len(without["bool"]["must_not"][0]["terms"]["id"]) == OVERLAP_MS // 1_000 + 2
    (since, without), later = settled(known, OVERLAP_MS / 1_000 + 1)
    assert since["range"]["facts.first"]["gte"] == 99_000
    assert without["bool"]["must_not"][0]["terms"]["id"] == ["99", "with the last"]
    assert len(later) < len(held)


def test_of_very_many_the_latest_are_known_and_nothing_is_asked_for_that_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(newcomers, "_MOST", 5)
    (since, without), _ = settled({str(number): 99_000 + number // 2 for number in range(20)}, 1)
    assert since["range"]["facts.first"]["gte"] == 99_008
    assert without["bool"]["must_not"][0]["terms"]["id"] == ["16", "17", "18", "19"]
    (since, without), _ = settled(dict.fromkeys("abcdefg", 99_000), 1)
    assert since["range"]["facts.first"]["gte"] == 99_001
    assert without["bool"]["must_not"][0]["terms"]["id"] == []
