"""The publisher: nothing is done before everything is acknowledged, and nothing that fails goes unnoticed."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from kafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError, TopicAuthorizationFailedError

from ingest.publisher import IN_FLIGHT_BYTES, Message, Publisher
from schemas.errors import Fatal, HearkenError, Transient


@dataclass
class Future:
    fate: Callable[[], None]

    def get(self, timeout: float | None = None) -> object:
        assert timeout
        self.fate()
        return None


@dataclass
class Broker:
    """Acknowledges messages when they are asked for; `faults` by the number of the message, from 0."""

    faults: dict[int, KafkaError] = field(default_factory=dict)
    sent: list[tuple[str, bytes | None, bytes | None]] = field(default_factory=list)
    acknowledged: int = 0
    in_flight: int = 0
    most_in_flight: int = 0

    def send(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        headers: list[tuple[str, bytes]] | None = None,
    ) -> Future:
        number, size = len(self.sent), len(value or b"")
        self.sent.append((topic, value, key))
        self.in_flight += size
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

        def fate() -> None:
            if number in self.faults:
                raise self.faults[number]
            self.acknowledged += 1
            self.in_flight -= size

        return Future(fate)

    def flush(self, timeout: float | None = None) -> None:
        """As the real one: no word of what failed."""


def test_it_returns_when_all_is_acknowledged() -> None:
    broker = Broker()
    Publisher(broker, lambda name: f"here.{name}").publish(
        [Message("mentions.raw.v1", "a", b"1"), Message("positions.v1", "b", None)]
    )
    assert broker.sent == [("here.mentions.raw.v1", b"1", b"a"), ("here.positions.v1", None, b"b")]
    assert broker.acknowledged == 2


@pytest.mark.parametrize(
    ("fault", "ours"),
    [
        (KafkaTimeoutError("secret words"), Transient),
        (MessageSizeTooLargeError("secret words"), Fatal),
        (TopicAuthorizationFailedError("secret words"), Fatal),
    ],
)
@pytest.mark.parametrize("number", [0, 4])
def test_one_failure_among_many_is_raised(fault: KafkaError, ours: type[HearkenError], number: int) -> None:
    messages = [Message("dead.v1", str(key), b"x") for key in range(5)]
    with pytest.raises(ours) as raised:
        Publisher(Broker({number: fault})).publish(messages)
    assert "secret" not in str(raised.value)


def test_only_topics_of_the_table_are_known() -> None:
    with pytest.raises(KeyError):
        Publisher(Broker()).publish([Message("mentions.raw.v2", "a", b"")])


def test_a_large_batch_is_held_back_until_the_broker_keeps_up() -> None:
    broker = Broker()
    Publisher(broker).publish(Message("dead.v1", str(key), bytes(2**20)) for key in range(50))
    assert (broker.acknowledged, broker.in_flight) == (50, 0)
    assert broker.most_in_flight <= IN_FLIGHT_BYTES
