"""The contract of a worker: messages of one or more topics in, messages out, state per partition."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from enrich.state import State
from schemas.codec import decode, encode
from schemas.dead_letter import dead_letter
from schemas.errors import Poison
from schemas.wire import Wire, from_ms

W = TypeVar("W", bound=Wire)


@dataclass(frozen=True, slots=True)
class Input:
    """One message as it was read; `topic` is its name in the topic table, `at_ms` when it was published.

    `attempt` is 2 or more for one that was a dead letter before and was sent back. `history`: it tells of the past.
    """

    topic: str
    partition: int
    offset: int
    at_ms: int
    value: bytes
    key: bytes | None = None
    attempt: int = 1
    history: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """One message to publish; `topic` is its name in the topic table."""

    topic: str
    key: str
    value: bytes

    @classmethod
    def of(cls, topic: str, key: str, model: Wire) -> "Send":
        """Return the message that carries a model."""
        return cls(topic, key, encode(model))


@dataclass(frozen=True, slots=True)
class Share:
    """What one partition has in a batch: its messages in order, and its tables.

    `level` says that every topic of the worker is read to its end there: none has anything older in store.
    """

    inputs: Sequence[Input]
    state: State
    level: bool


class Worker(ABC):
    """What is done with the messages of the topics in `reads`, which have equally many partitions.

    The runner calls one method at a time, from any thread.
    """

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    remembered: ClassVar[int] = 0
    """How many values each table of a partition keeps live."""
    rest_s: ClassVar[float | None] = None
    """How often `rest` is called, None for never."""

    @abstractmethod
    def apply(self, batch: Mapping[int, Share]) -> dict[int, list[Send]]:
        """Take in messages by partition, and return what to publish for them, by partition.

        The runner keeps what was put and publishes what was returned as one: a kill at any moment leaves both or
        neither. What cannot be read becomes a dead letter among what is returned.
        """

    def rest(self, quiet: Mapping[int, Share], now_ms: int) -> dict[int, list[Send]]:
        """Do what time alone makes due at `now_ms`, on partitions that are read to their end, and return what to
        publish for them; kept and published as what `apply` does."""
        return {}

    @abstractmethod
    def forget(self) -> None:
        """Drop what is remembered beside the tables: partitions may have changed hands."""


def read(kind: type[W], message: Input, stage: str) -> W | Send:
    """Return the model that a message holds, or the dead letter that it becomes."""
    try:
        return decode(kind, message.value)
    except Poison as poison:
        letter = dead_letter(
            poison, message.value, origin=message.topic, position=f"{message.partition}:{message.offset}",
            stage=stage, at=from_ms(message.at_ms), key=message.key, attempts=message.attempt,
            history=message.history,
        )  # fmt: skip
        return Send.of("dead.v1", letter.id, letter)
