"""From the messages of a topic to what a store writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import ValidationError

from schemas.alert import Alert
from schemas.brand import Brand
from schemas.click import Click
from schemas.codec import decode
from schemas.dead_letter import DeadLetter, attempts_of
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.mention import Mention
from schemas.topics import TOPICS
from schemas.trend import TrendBucket
from sinks.elastic.documents import Indexable

_MODELS: dict[str, type[Indexable]] = {
    "mentions.enriched.v1": Mention,
    "engagement.v1": Engagement,
    "brands.trends.v1": TrendBucket,
    "alerts.v1": Alert,
    "clicks.v1": Click,
    "dead.v1": DeadLetter,
}
_BRANDS, BURIED = "brands.v1", "dead.v1"

READ = (_BRANDS, *_MODELS)
"""The topics that are stored."""


class Partition(Protocol):
    """A partition of a topic, as the client names it."""

    def __hash__(self) -> int:
        """Return the same for the same partition."""
        ...

    @property
    def topic(self) -> str:
        """The topic's name on the cluster."""
        ...

    @property
    def partition(self) -> int:
        """The number of the partition."""
        ...


@dataclass(slots=True)
class Entry:
    """One message on its way into the store: `topic` as the topic table names it; it holds a `model` or a `brand`, or
    takes its key back (`payload` None), or is `poison`. `attempt` counts how often it was sent back, and 1."""

    partition: Partition
    offset: int
    topic: str
    payload: bytes | None
    model: Indexable | None = None
    brand: Brand | None = None
    poison: Poison | None = None
    key: bytes | None = None
    attempt: int = 1


def entry(
    partition: Partition,
    offset: int,
    topic: str,
    payload: bytes | None,
    key: bytes | None = None,
    headers: Sequence[tuple[str, bytes | None]] = (),
) -> Entry:
    """Return a message with the model that it holds, or why it holds none."""
    made = Entry(partition, offset, topic, payload, key=key, attempt=attempts_of(headers))
    if payload is not None:
        try:
            if topic == _BRANDS:
                made.brand = Brand.model_validate_json(payload)
            else:
                made.model = decode(_MODELS[topic], payload, TOPICS[topic].max_bytes)
        except Poison as poison:
            made.poison = poison
        except ValidationError:
            made.poison = Poison("bad_value", "Brand: its fields")
    return made
