"""Publishing to Kafka: whole batches, and none is done before the brokers have acknowledged every message of it."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from kafka.errors import KafkaError

from schemas.errors import Fatal, Transient
from schemas.topics import TOPICS

IN_FLIGHT_BYTES = 16 * 2**20  # unacknowledged at most; the package itself sets no limit


class Message(NamedTuple):
    """What is to be published: `topic` as the topic table names it; `value` None takes the key back."""

    topic: str
    key: str
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Acknowledgement(Protocol):
    """What a producer gives for a message that it has taken."""

    def get(self, timeout: float | None = None) -> object:
        """Return when the brokers have the message; raise KafkaError when they will not."""
        ...


class Producer(Protocol):
    """What is used of kafka-python's producer, which is to be idempotent and to wait for all replicas."""

    def send(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        headers: list[tuple[str, bytes]] | None = None,
    ) -> Acknowledgement:
        """Take a message; the acknowledgement tells its fate."""
        ...

    def flush(self, timeout: float | None = None) -> None:
        """Send what waits for company, and return when the fate of everything is known; says nothing of it."""
        ...


class Publisher:
    """Publishes through one producer. At-least-once: what `publish` did not finish may be there all the same."""

    def __init__(self, producer: Producer, named: Callable[[str], str] = str, patience_s: float = 180.0) -> None:
        """Publish through `producer`, to topics that the cluster calls `named(topic)`.

        `patience_s` is the longest wait for one acknowledgement, and longer than the producer's own delivery timeout.
        """
        self._producer = producer
        self._names = {topic: named(topic) for topic in TOPICS}
        self._patience_s = patience_s

    def publish(self, messages: Iterable[Message]) -> None:
        """Publish messages in their order, and return when every single one is acknowledged.

        Blocks as long as the brokers are slow or away, which is how a source is held back. Raises Transient when
        they did not acknowledge in time, Fatal when they refuse a message; nothing may be saved as done then.
        The producer's `flush` alone would not do: it returns without a word when messages failed.
        """
        waiting: deque[tuple[Acknowledgement, int]] = deque()
        held = 0
        try:
            for topic, key, value, headers in messages:
                size = len(value or b"")
                while waiting and held + size > IN_FLIGHT_BYTES:
                    oldest, its_size = waiting.popleft()
                    oldest.get(self._patience_s)
                    held -= its_size
                sent = self._producer.send(self._names[topic], value=value, key=key.encode(), headers=list(headers))
                waiting.append((sent, size))
                held += size
            self._producer.flush(self._patience_s)
            for acknowledgement, _ in waiting:
                acknowledgement.get(self._patience_s)
        except KafkaError as error:
            if error.retriable:
                raise Transient(f"Kafka did not acknowledge in time: {type(error).__name__}") from None
            raise Fatal(f"Kafka refuses a message: {type(error).__name__}") from None
