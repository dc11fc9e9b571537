"""The Elasticsearch store on the real server: what only it has, and what its indices hold."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from elastic_transport import ConnectionTimeout, Urllib3HttpNode

from schemas.alert import Alert
from schemas.brand import Brand
from schemas.clock import ManualClock
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.errors import Fatal
from sinks.elastic.store import ElasticStore
from sinks.elastic.templates import MAX_FIELDS
from sinks.questions import Span
from sinks.store import Write
from tests.support.elastic import empty_store
from tests.support.mentions import T0, bucket, mention, stub

MONTH_HOURS = 24 * 31
HOUR = timedelta(hours=1)


@pytest.fixture
def store(each_elasticsearch: str) -> Iterator[ElasticStore]:
    with empty_store(each_elasticsearch) as made:
        made.check()
        yield made


def deed(name: str, days: int = 0) -> Engagement:
    at = T0 + timedelta(days=days)
    return Engagement(id=name, mention_id="m", source="test", kind="repost", at=at, observed_at=at)


def alert(name: str, revision: int = 1, brand: str = "acme", days: int = 0) -> Alert:
    at = T0 + timedelta(days=days)
    return Alert(
        id=name, revision=revision, brand=brand, kind="volume_spike", status="open", opened_at=at, updated_at=at,
        peak_at=at,
        observed=9.5, novelty=0.5, summary=f"{name} {revision}",
    )  # fmt: skip


def letter(position: str, days: int) -> DeadLetter:
    at = T0 + timedelta(days=days)
    return DeadLetter(
        origin="topic",
        position=position,
        reason="bad_json",
        detail="",
        stage="sink",
        at=at,
        payload_base64="A" * 50_000,
    )


def indices(store: ElasticStore) -> dict[str, Any]:
    prefix = store.settings.index_prefix
    there = store.client.indices.get(index=f"{prefix}*", features=["mappings", "aliases"])
    return {name.removeprefix(prefix): told for name, told in there.items()}


def test_documents_lie_in_months_and_the_alias_shows_only_what_is_live(store: ElasticStore) -> None:
    mentions = [mention("1"), mention("2", hours=MONTH_HOURS), stub("3"), mention("4", brand=None)]
    store.write(Write(mentions=mentions, trends=[bucket()]))
    assert sorted(indices(store)) == ["mentions-2024.03", "mentions-2024.04", "trends-2024.03"]
    alias = f"{store.settings.index_prefix}mentions"
    assert store.client.count(index=alias)["count"] == 2
    assert store.client.count(index=f"{alias}-*")["count"] == 4
    gone = store.document(stub("3").id)
    assert gone is not None
    assert (gone.deleted_at, gone.text) == (T0, None)
    assert store.document("unknown") is None


def test_no_post_adds_a_field(store: ElasticStore) -> None:
    store.write(Write(mentions=[mention("1")]))
    before = indices(store)
    keys: dict[str, Any] = {f"key_{n}": n for n in range(10_000)}
    strange = mention("2", **keys)
    store.write(Write(mentions=[strange]))
    assert indices(store) == before
    read = store.document(strange.id)
    assert read is not None
    assert read.replace(indexed_at=None) == strange
    told = store.client.field_caps(index=f"{store.settings.index_prefix}mentions-*", fields="*")
    assert len(told["fields"]) < MAX_FIELDS
    (mapped,) = (index["mappings"] for index in before.values())
    assert mapped["dynamic"] == "strict"


def test_a_document_that_does_not_fit_is_told_and_the_others_are_stored(store: ElasticStore) -> None:
    misfit = mention("2").model_copy(update={"engagement": 2**70})
    (rejected,) = store.index([mention("1"), misfit, mention("3")])
    assert (rejected.position, rejected.document, rejected.status) == (1, misfit, 400)
    store.refresh()
    assert sorted(m.native_id for m in store.mentions(None, None, None, None, "new", 9)) == ["1", "3"]
    with pytest.raises(Fatal, match=misfit.id):
        store.write(Write(mentions=[misfit]))


def test_what_is_kept_beside_mentions_comes_back(store: ElasticStore) -> None:
    deeds = [deed("b"), deed("a"), deed("c", -9)]
    alerts = [alert("x", 2), alert("x", 1), alert("y", days=1), alert("z", brand="zeta", days=40)]
    letters = [letter("0:1", 0), letter("0:2", 3)]
    for _ in range(2):
        store.write(Write(engagements=deeds, alerts=alerts, dead_letters=letters))
    assert [one.id for one in store.engagements("m")] == ["c", "a", "b"]
    assert [one.summary for one in store.alerts("acme", None, None, None, 9)] == ["y 1", "x 2"]
    assert [one.id for one in store.alerts(None, None, None, None, 1)] == ["z"]
    assert store.dead_letters(9) == letters[::-1]


def test_brands_are_kept_and_give_their_time_zone(store: ElasticStore) -> None:
    store.save_brands([Brand(name="Zeta", query="zeta"), Brand(name="Acme", query="a", aliases=("one", "two"))])
    # The clocks of Berlin went forward on 2024-03-31: the same hour of week is an hour earlier in UTC.
    weeks = [bucket(24 * 7 * week + 9 + (week < 4), count=6) for week in range(1, 5)]
    store.write(Write(trends=weeks))
    fourth = T0 + timedelta(weeks=4, hours=9)
    (utc,) = store.volume("acme", Span(fourth, fourth + HOUR, 3_600_000))
    store.save_brands([Brand(name="Acme", query="acme", timezone="Europe/Berlin")])
    (local,) = store.volume("acme", Span(fourth, fourth + HOUR, 3_600_000))
    assert [utc.expected, local.expected] == [pytest.approx(0), pytest.approx(6)]
    assert [(brand.id, brand.query) for brand in store.brands()] == [("acme", "acme"), ("zeta", "zeta")]


def test_retention_drops_whole_months(store: ElasticStore) -> None:
    months = [mention(str(n), hours=n * MONTH_HOURS) for n in range(3)]
    old = Write(mentions=[*months, stub("gone")], engagements=[deed("e")], trends=[bucket()], alerts=[alert("a")])
    store.write(old)
    assert store.retention(T0 + timedelta(days=40)) == 2
    assert sorted(indices(store)) == ["alerts-2024.03", "mentions-2024.04", "mentions-2024.05"]
    assert store.retention(T0 + timedelta(days=40)) == 0
    store.write(old)  # read again: it is stored again where it was
    assert [row.count for row in store.totals()] == [3]


def test_replies_that_are_lost_cost_nothing(store: ElasticStore) -> None:
    random, dropped = Random(5), []

    class Lossy(Urllib3HttpNode):
        """A way to the server on which every fifth answer to a bulk is lost, after it was carried out."""

        def perform_request(self, method: str, target: str, *rest: Any, **named: Any) -> Any:
            answer = super().perform_request(method, target, *rest, **named)
            if "_bulk" in target and random.random() < 0.2:
                dropped.append(target)
                raise ConnectionTimeout("the answer is lost")
            return answer

    clock = ManualClock(T0)  # nobody waits for real
    with ElasticStore(store.settings, clock, random=Random(1), node_class=Lossy) as lossy:
        for n in range(40):
            batch = [mention(str(n * 10 + k), version=v, hours=v * n * 40) for k in range(10) for v in (2, 1)]
            assert lossy.index(batch) == []
    store.refresh()
    assert dropped
    assert store.client.count(index=f"{store.settings.index_prefix}mentions-*")["count"] == 400
    assert {m.version for m in store.mentions("acme", None, None, None, "new", 999)} == {2}


def test_another_process_finds_where_a_document_is(store: ElasticStore) -> None:
    store.index([mention(version=1)])
    with ElasticStore(store.settings) as other:
        other.index([mention(version=2, hours=2 * MONTH_HOURS)])
    store.refresh()
    assert list(indices(store)) == ["mentions-2024.03"]
    assert [m.version for m in store.mentions("acme", None, None, None, "new", 9)] == [2]


def test_new_fields_reach_indices_that_are_there(store: ElasticStore) -> None:
    store.write(Write(mentions=[mention()]))
    store.prepare()
    store.prepare()


def test_answers_longer_than_a_page_are_whole(store: ElasticStore) -> None:
    many = [mention(str(n), hours=n / 100) for n in range(2_300)]
    store.write(Write(mentions=many))
    found = store.mentions("acme", None, None, None, "velocity", 5_000)
    assert [m.id for m in found] == sorted(m.id for m in many)
    assert len(store.mentions("acme", None, None, None, "new", 1_500)) == 1_500
