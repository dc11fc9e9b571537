"""The bulk loop, item by item, against a scripted server: nothing lost, nothing doubled, nothing good refused."""

from collections import deque
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.clock import ManualClock
from schemas.errors import Fatal, HearkenError, Transient, UsageError
from schemas.settings import ElasticsearchSettings
from sinks.elastic.bulk import MAX_BYTES, MAX_DOCUMENTS, Item, chunks
from sinks.elastic.store import ElasticStore
from sinks.store import Write
from tests.support.elastic_fake import Away, FakeElastic, Items, Told, Whole
from tests.support.mentions import T0, mention, stub

HUNDRED = [mention(str(n)) for n in range(100)]
IDS = [one.id for one in HUNDRED]


def store(fake: FakeElastic, clock: ManualClock | None = None, deadline_s: float = 120) -> ElasticStore:
    return ElasticStore(
        ElasticsearchSettings(), clock or ManualClock(T0), deadline_s, Random(7), node_class=fake.node_class()
    )


def scripted(*told: Told) -> FakeElastic:
    return FakeElastic(deque(told))


def waited(clock: ManualClock, since: datetime = T0) -> float:
    return (clock.now() - since) / timedelta(seconds=1)


def test_refused_and_busy_items_leave_the_others_alone() -> None:
    refused, busy = IDS[10:13], IDS[50:55]
    fake = scripted(Items(dict.fromkeys(refused, 400) | dict.fromkeys(busy, 429)))
    rejected = store(fake).index(HUNDRED)
    assert [(one.position, one.document.id, one.status) for one in rejected] == [
        (n, IDS[n], 400) for n in range(10, 13)
    ]
    assert {one for _, one in fake.stored} == set(IDS) - set(refused)
    assert fake.bulks == [IDS, busy]


def test_a_busy_item_that_is_refused_at_last_is_told_by_its_place() -> None:
    fake = scripted(Items({IDS[3]: 503}), Items({IDS[3]: 400}))
    (rejected,) = store(fake).index(HUNDRED)
    assert (rejected.position, rejected.document) == (3, HUNDRED[3])


def test_a_conflict_is_done() -> None:
    fake = FakeElastic()
    newer, older = mention(version=2), mention(version=1)
    assert store(fake).index([newer, older]) == store(fake).index([older]) == []
    assert [version for version, _ in fake.stored.values()] == [2]
    assert len(fake.bulks) == 2


@pytest.mark.parametrize("fault", [Whole(429), Whole(503), Away(), Away(applied=True)])
def test_a_request_that_fails_is_sent_again_after_a_pause(fault: Told) -> None:
    fake, clock = scripted(*[fault] * 4), ManualClock(T0)
    assert store(fake, clock).index(HUNDRED) == []
    assert fake.bulks == [IDS] * 5
    assert len(fake.stored) == 100
    assert 0 < waited(clock) < 0.25 + 0.5 + 1 + 2


@pytest.mark.parametrize("fault", [Whole(429), Away(), Items(dict.fromkeys(IDS, 429))])
def test_at_the_deadline_it_may_be_tried_again(fault: Told) -> None:
    fake, clock = FakeElastic(always=fault), ManualClock(T0)
    with pytest.raises(Transient):
        store(fake, clock, 60).index(HUNDRED)
    assert waited(clock) < 60


def test_a_request_that_is_too_large_is_halved() -> None:
    large = mention("large", text="word " * 4000)
    fake = FakeElastic(max_bytes=10_000)
    rejected = store(fake).index([*HUNDRED[:40], large, *HUNDRED[40:]])
    assert [(one.position, one.status) for one in rejected] == [(40, 413)]
    assert {one for _, one in fake.stored} == set(IDS)


def test_what_a_server_never_has_room_for_is_refused() -> None:
    large, clock = mention("large", text="word " * 300_000), ManualClock(T0)
    fake = FakeElastic(room=2**20)
    rejected = store(fake, clock).index([*HUNDRED[:40], large, *HUNDRED[40:]])
    assert [(one.position, one.status, one.kind) for one in rejected] == [(40, 429, "too_large")]
    assert {one for _, one in fake.stored} == set(IDS)
    assert waited(clock) < 60


def test_a_small_document_is_waited_for() -> None:
    fake = FakeElastic(room=100)  # it takes what has next to nothing in it
    with pytest.raises(Transient):
        store(fake).index(HUNDRED[:1])
    assert len(fake.bulks) > 5


def test_a_request_that_a_server_has_no_room_for_goes_in_parts() -> None:
    fake = FakeElastic(room=20_000)
    assert store(fake).index(HUNDRED) == []
    assert len(fake.stored) == 100


def test_what_a_server_fails_at_while_it_takes_others_is_refused() -> None:
    fake = FakeElastic(always=Items({IDS[3]: 500, IDS[7]: 500}))
    assert [(one.position, one.kind) for one in store(fake).index(HUNDRED)] == [(3, "unfit"), (7, "unfit")]
    assert len(fake.stored) == 98


@pytest.mark.parametrize(("status", "kind"), [(401, UsageError), (403, Fatal), (404, Fatal)])
@pytest.mark.parametrize("whole", [True, False])
def test_what_is_no_documents_fault_rejects_no_document(status: int, kind: type[HearkenError], whole: bool) -> None:
    fake = scripted(Whole(status) if whole else Items({IDS[0]: status}))
    with pytest.raises(kind, match=r"Elasticsearch at 127\.0\.0\.1:9200"):
        store(fake).index(HUNDRED)


def test_a_cluster_that_is_full_rejects_no_document() -> None:
    fake = scripted(Items({IDS[0]: 400}, "validation_exception"))
    with pytest.raises(Fatal, match="validation_exception"):
        store(fake).index(HUNDRED)


def test_write_raises_for_what_it_cannot_store_and_quotes_nothing() -> None:
    fake = scripted(Items({IDS[0]: 400}))
    with pytest.raises(Fatal, match=f"1 documents cannot be stored, the first is Mention {IDS[0]}") as caught:
        store(fake).write(Write(mentions=HUNDRED))
    assert "words of" not in str(caught.value)


def test_versions_of_one_id_go_to_the_month_that_was_seen_first() -> None:
    fake = FakeElastic()
    states = [mention(version=1, hours=0), mention(version=2, hours=24 * 60), stub(version=3, published_at=None)]
    written = store(fake)
    written.index(states[:1])
    written.index(states[1:])
    assert store(fake).index(states) == []  # another process, later
    assert list(fake.stored) == [("mentions-2024.03", states[0].id)]


@given(
    st.permutations(list(range(6)) * 2),
    st.lists(st.sampled_from([Whole(503), Away(), Away(applied=True), Items({mention().id: 429})]), max_size=6),
)
def test_whatever_comes_and_fails_in_whatever_order_the_newest_stays(versions: list[int], told: list[Told]) -> None:
    fake = scripted(*told)
    written = store(fake)
    for version in versions:
        assert written.index([mention(version=version, hours=version * 24 * 10, text=f"state {version}")]) == []
    ((version, body),) = fake.stored.values()
    assert (version, body["text"]) == (5, "state 5")


@given(st.lists(st.integers(1, 3 * 2**20), max_size=40), st.integers(1, 3))
def test_chunks_keep_order_and_bounds(sizes: list[int], times: int) -> None:
    items = [Item(n, b"", bytes(1) * size) for n, size in enumerate(sizes * times)]
    made = list(chunks(items))
    assert [one for chunk in made for one in chunk] == items
    for chunk in made:
        assert len(chunk) <= MAX_DOCUMENTS
        assert len(chunk) == 1 or sum(one.size for one in chunk) <= MAX_BYTES


def test_chunks_hold_a_thousand_documents_at_most() -> None:
    assert [len(chunk) for chunk in chunks([Item(n, b"", b"") for n in range(2500)])] == [1000, 1000, 500]
