"""The contract of the book of notices: what each channel was told of each episode, kept over a kill."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from sinks.delivery.silence import Silence
from sinks.delivery.telling import Telling


class Waiting(NamedTuple):
    """How many tellings of a channel wait to be sent, and since when the oldest of them might have been."""

    number: int
    since: datetime | None


class Book(Protocol):
    """Kept by one process at a time; silences may be written by others. All raise Transient or Fatal."""

    def telling(self, alert_id: str, channel: str) -> Telling | None:
        """Return what is known of an episode and a channel."""
        ...

    def save(self, tellings: Iterable[Telling]) -> None:
        """Keep these instead of what was known; when this returns, they survive a kill."""
        ...

    def due(self, channel: str, now: datetime) -> Telling | None:
        """Return the telling of this channel that has waited longest for its moment, if the moment has come."""
        ...

    def waiting(self, channel: str) -> Waiting:
        """Return what of this channel is still to be told."""
        ...

    def silences(self) -> Sequence[Silence]:
        """Return what is not to be told, as it stands now."""
        ...
