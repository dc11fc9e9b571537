"""What a sink tells of itself while it works."""

from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError

from schemas.clock import ManualClock
from schemas.codec import encode
from schemas.errors import Transient
from schemas.vitals import Phase, Vitals
from sinks.elastic.documents import Indexable
from sinks.intake import READ
from sinks.worker import SinkWorker
from tests.support.consumer import MemoryConsumer
from tests.support.mentions import T0, mention

MENTIONS, TOPIC = TopicPartition("here.mentions.enriched.v1", 0), "mentions.enriched.v1"
PATIENCE_S = 300


class Shelf:
    """A store that is away for some writes."""

    def __init__(self, away: int = 0) -> None:
        self.away = away

    def index(self, documents: list[Indexable]) -> list[Indexable]:
        if self.away:
            self.away -= 1
            raise Transient("the store does not answer")
        return []

    def save_brands(self, brands: object) -> None: ...

    def refresh(self) -> None: ...


class Unheard(MemoryConsumer):
    """A consumer whose commits are not answered."""

    def commit(self, offsets: object, timeout_ms: int) -> None:
        raise KafkaTimeoutError("no answer")


class Watched:
    """A worker of which somebody takes note at each poll."""

    def __init__(self, consumer: MemoryConsumer, shelf: Shelf) -> None:
        self.clock = ManualClock(T0)
        self.vitals = Vitals("sink", self.clock)
        self.phases: list[Phase] = []
        self.lags: list[int] = []
        self.deaths: list[str] = []
        consumer.before_poll = self._look
        names = {f"here.{name}": name for name in READ}
        worker = SinkWorker(consumer, shelf, lambda letters: None, names, self.clock, self.vitals)  # type: ignore[arg-type]
        worker.run(lambda: False, until_idle_s=20)

    def _look(self, consumer: MemoryConsumer) -> None:
        self.clock.advance(6)
        signs = self.vitals.read()
        self.phases += [signs.phase] if signs.phase not in self.phases[-1:] else []
        self.lags.append(sum(signs.lag.values()))
        self.deaths += [said for said in [self.vitals.stalled(PATIENCE_S)] if said]


def log(count: int) -> list[bytes | None]:
    return [encode(mention(str(number))) for number in range(count)]


def test_what_was_read_stored_and_buried_is_counted_and_the_lag_ends_at_nothing() -> None:
    watched = Watched(MemoryConsumer({MENTIONS: [*log(1500), b"{"]}), Shelf())
    signs = watched.vitals.read()
    assert (signs.taken, signs.sent, signs.dead) == ({TOPIC: 1501}, {TOPIC: 1500}, {"truncated": 1})
    assert max(watched.lags) > 1000
    assert watched.lags[-1] == 0
    assert watched.phases == ["joining", "working"]
    assert not watched.deaths


def test_a_store_that_is_away_for_long_does_not_kill_it() -> None:
    watched = Watched(MemoryConsumer({MENTIONS: log(3000)}), Shelf(away=200))
    assert watched.phases == ["joining", "working", "waiting", "working"]
    assert watched.vitals.read().retries == 200
    assert not watched.deaths
    assert watched.lags[-1] == 0


def test_one_whose_commits_are_never_taken_dies() -> None:
    watched = Watched(Unheard({MENTIONS: log(200)}, most=1), Shelf())
    assert watched.deaths
    assert "nothing finished" in watched.deaths[0]
