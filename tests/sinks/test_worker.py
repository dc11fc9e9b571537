"""The sink's loop: what it commits, when it waits, what it buries, and when it gives up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from kafka import TopicPartition
from kafka.errors import CommitFailedError, KafkaConnectionError, KafkaTimeoutError, TopicAuthorizationFailedError

from schemas.brand import Brand
from schemas.clock import ManualClock
from schemas.codec import encode
from schemas.dead_letter import DeadLetter
from schemas.errors import Fatal, Transient
from schemas.mention import Mention
from sinks.elastic.documents import Indexable
from sinks.intake import READ
from sinks.worker import MOST_MESSAGES, SinkWorker, Tally
from tests.support.consumer import MemoryConsumer
from tests.support.mentions import T0, mention

MENTIONS = TopicPartition("here.mentions.enriched.v1", 0)
OTHERS = TopicPartition("here.mentions.enriched.v1", 1)
NAMES = {f"here.{name}": name for name in READ}


@dataclass
class No:
    position: int
    kind: str = "document_parsing_exception"


@dataclass
class Shelf:
    """A store in memory that can be away, and can refuse documents by id."""

    documents: dict[str, Indexable] = field(default_factory=dict)
    brands: list[Brand] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    away: int = 0
    writes: int = 0
    refreshes: int = 0

    def index(self, documents: Sequence[Indexable]) -> list[No]:
        if self.away:
            self.away -= 1
            raise Transient("the store does not answer")
        self.writes += 1
        no = [No(at) for at, one in enumerate(documents) if one.id in self.refused]
        self.documents |= {one.id: one for one in documents if one.id not in self.refused}
        return no

    def save_brands(self, brands: Sequence[Brand]) -> None:
        self.brands += brands

    def refresh(self) -> None:
        self.refreshes += 1


def values(*numbers: int) -> list[bytes | None]:
    return [encode(mention(str(number))) for number in numbers]


def run(
    consumer: MemoryConsumer,
    shelf: Shelf,
    bury: Callable[[Sequence[DeadLetter]], None] = lambda letters: pytest.fail("nothing is dead"),
    stopping: Callable[[], bool] = lambda: False,
    pace_s: float = 1,
) -> Tally:
    """Run a worker until it is idle, with a clock on which each poll takes so many seconds."""
    clock = ManualClock(T0)
    given = consumer.before_poll

    def poll(one: MemoryConsumer) -> None:
        clock.advance(pace_s)
        given(one)

    consumer.before_poll = poll
    worker = SinkWorker(consumer, shelf, bury, NAMES, clock)
    try:
        worker.run(stopping, until_idle_s=5)
    finally:
        assert consumer.closed
    return worker.tally


def test_everything_is_stored_and_committed() -> None:
    consumer = MemoryConsumer({MENTIONS: values(*range(1200)), OTHERS: values(*range(1200, 1900))})
    shelf = Shelf()
    assert run(consumer, shelf) == Tally(read=1900, stored=1900)
    assert len(shelf.documents) == 1900
    assert consumer.stored == {MENTIONS: 1200, OTHERS: 700}
    assert shelf.refreshes == 1


def test_brands_are_kept_and_a_key_taken_back_is_passed_over() -> None:
    brands = TopicPartition("here.brands.v1", 0)
    log = [Brand(name="Acme", query="acme").model_dump_json().encode(), None, b"{}"]
    buried: list[DeadLetter] = []
    consumer, shelf = MemoryConsumer({brands: log}), Shelf()
    assert run(consumer, shelf, buried.extend) == Tally(read=3, stored=1, dead=1)
    assert [brand.id for brand in shelf.brands] == ["acme"]
    assert (consumer.stored, buried[0].reason) == ({brands: 3}, "bad_value")


def test_poison_is_buried_whole_before_it_is_committed_over() -> None:
    log = values(*range(1000))
    log[417] = b"\xff no mention"
    consumer, shelf = MemoryConsumer({MENTIONS: log}), Shelf(refused={mention("500").id})
    buried: list[DeadLetter] = []

    def bury(letters: Sequence[DeadLetter]) -> None:
        assert consumer.stored.get(MENTIONS, 0) <= 417
        buried.extend(letters)

    assert run(consumer, shelf, bury) == Tally(read=1000, stored=998, dead=2)
    first, second = buried
    assert (first.payload, first.origin, first.position) == (b"\xff no mention", MENTIONS.topic, "0:417")
    assert (first.stage, first.reason) == ("sink", "bad_encoding")
    assert (second.payload, second.reason) == (log[500], "bad_value")
    assert "document_parsing_exception" in second.detail
    assert consumer.stored == {MENTIONS: 1000}


def test_a_dead_letter_that_cannot_be_stored_is_not_buried_again() -> None:
    dead = TopicPartition("here.dead.v1", 0)
    consumer = MemoryConsumer({dead: [b"no letter"]})
    assert run(consumer, Shelf()) == Tally(read=1, dead=1)
    assert consumer.stored == {dead: 1}


def test_nothing_is_committed_past_a_dead_letter_that_is_refused() -> None:
    log = values(*range(700))
    log[600] = b"{"
    consumer = MemoryConsumer({MENTIONS: log})

    def refuse(letters: Sequence[DeadLetter]) -> None:
        raise Fatal("Kafka refuses a message")

    with pytest.raises(Fatal, match="refuses"):
        run(consumer, Shelf(), refuse)
    assert consumer.stored.get(MENTIONS, 0) <= 600


def test_too_much_poison_ends_the_worker_with_nothing_buried_or_committed() -> None:
    consumer = MemoryConsumer({MENTIONS: values(1) + [b"{"] * 200})
    with pytest.raises(Fatal, match="in a row"):
        run(consumer, Shelf())
    assert consumer.stored == {}


def test_a_store_that_is_away_stops_the_reading_but_not_the_polling() -> None:
    consumer, shelf = MemoryConsumer({MENTIONS: values(*range(5000))}), Shelf(away=300)
    places: set[int] = set()
    consumer.before_poll = lambda one: places.add(one.places[MENTIONS]) if shelf.away else None
    assert run(consumer, shelf) == Tally(read=5000, stored=5000)
    assert consumer.polls > 300
    assert max(places) <= MOST_MESSAGES + consumer.most
    assert consumer.stored == {MENTIONS: 5000}
    assert not consumer.idle


def test_after_a_rebalance_everything_uncommitted_is_read_again() -> None:
    consumer, shelf = MemoryConsumer({MENTIONS: values(*range(1500))}, most=100), Shelf()

    def now_and_then(one: MemoryConsumer) -> None:
        if one.polls in (3, 14, 15, 22):
            one.rebalance()

    consumer.before_poll = now_and_then
    tally = run(consumer, shelf, pace_s=0.01)
    assert len(shelf.documents) == 1500
    assert tally.read > 1500
    assert consumer.stored == {MENTIONS: 1500}


def test_a_rebalance_while_the_store_is_away_ends_the_pause() -> None:
    consumer, shelf = MemoryConsumer({MENTIONS: values(*range(2500))}), Shelf(away=10)
    consumer.before_poll = lambda one: one.rebalance() if one.polls in (6, 9) else None
    run(consumer, shelf)
    assert (len(shelf.documents), consumer.stored) == (2500, {MENTIONS: 2500})


def test_a_rebalance_that_takes_its_time_is_asked_for_until_it_is_over() -> None:
    consumer, shelf = MemoryConsumer({MENTIONS: values(*range(900))}, most=100), Shelf()

    def slowly(one: MemoryConsumer) -> None:
        if one.polls == 3:
            one.listener.on_partitions_revoked([MENTIONS])
        if one.polls == 6:
            one.listener.on_partitions_assigned([MENTIONS])

    consumer.before_poll = slowly
    assert run(consumer, shelf).stored >= 900
    assert (len(shelf.documents), consumer.stored) == (900, {MENTIONS: 900})
    assert consumer.rejoins == 3
    assert shelf.refreshes == 2


def test_a_commit_that_comes_too_late_is_no_loss() -> None:
    consumer, shelf = MemoryConsumer({MENTIONS: values(*range(300))}), Shelf()
    consumer.commit_error = CommitFailedError()
    assert run(consumer, shelf).read == 600
    assert (len(shelf.documents), consumer.stored) == (300, {MENTIONS: 300})


def test_a_commit_that_is_not_answered_is_made_up_for() -> None:
    consumer, shelf = MemoryConsumer({MENTIONS: values(*range(2000))}), Shelf()
    consumer.commit_error = KafkaTimeoutError("no answer")
    assert run(consumer, shelf) == Tally(read=2000, stored=2000)
    assert consumer.stored == {MENTIONS: 2000}


def test_brokers_that_are_away_are_waited_for() -> None:
    def away(consumer: MemoryConsumer) -> None:
        if 1 < consumer.polls < 20:
            raise KafkaConnectionError("refused")

    consumer, shelf = MemoryConsumer({MENTIONS: values(*range(2000))}, before_poll=away), Shelf()
    assert run(consumer, shelf) == Tally(read=2000, stored=2000)
    assert consumer.stored == {MENTIONS: 2000}


def test_it_is_not_idle_before_it_has_partitions() -> None:
    consumer, shelf = MemoryConsumer({MENTIONS: values(*range(300))}, joins_at=20), Shelf()
    assert run(consumer, shelf) == Tally(read=300, stored=300)


def test_brokers_that_refuse_end_it() -> None:
    def refused(consumer: MemoryConsumer) -> None:
        raise TopicAuthorizationFailedError("refused")

    with pytest.raises(TopicAuthorizationFailedError):
        run(MemoryConsumer({MENTIONS: values(1)}, before_poll=refused), Shelf())


def test_told_to_stop_it_writes_and_commits_what_it_holds() -> None:
    consumer, shelf = MemoryConsumer({MENTIONS: values(*range(900))}, most=400), Shelf()
    assert run(consumer, shelf, stopping=lambda: consumer.polls == 2) == Tally(read=800, stored=800)
    assert consumer.stored == {MENTIONS: 800}


def test_told_to_stop_while_the_store_is_away_it_leaves_with_nothing_committed() -> None:
    consumer, shelf = MemoryConsumer({MENTIONS: values(*range(900))}), Shelf(away=10**6)
    run(consumer, shelf, stopping=lambda: consumer.polls == 8)
    assert consumer.stored == {}


def test_a_newer_version_of_a_mention_keeps_its_place_in_the_batch() -> None:
    versions = [encode(mention("1", version=version)) for version in (1, 2, 3)]
    consumer, shelf = MemoryConsumer({MENTIONS: list(versions)}), Shelf()
    run(consumer, shelf)
    stored = shelf.documents[mention("1").id]
    assert isinstance(stored, Mention)
    assert stored.version == 3
