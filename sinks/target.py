"""What a sink worker asks of the store it fills."""

from collections.abc import Sequence
from typing import Protocol

from schemas.brand import Brand
from sinks.elastic.documents import Indexable


class Refusal(Protocol):
    """A document that the store can never take: its position in what was given, and the store's word for why."""

    @property
    def position(self) -> int:
        """Where it stood."""
        ...

    @property
    def kind(self) -> str:
        """Why; never what it says."""
        ...


class Target(Protocol):
    """What is used of the store."""

    def index(self, documents: Sequence[Indexable]) -> Sequence[Refusal]:
        """Store everything but what can never be stored, and return that; safe to repeat.

        Blocks for seconds at most. Raises Transient when it may be tried again, UsageError or Fatal when not.
        """
        ...

    def save_brands(self, brands: Sequence[Brand]) -> None:
        """Keep the brands as they are now; raises as `index`."""
        ...

    def refresh(self) -> None:
        """See what other workers have written until now; raises as `index`."""
        ...
