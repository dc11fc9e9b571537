"""The contract of a spool: where pushed requests are safe until they are taken in."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from deploy.reception.push import Push


class Waiting(NamedTuple):
    """A request that waits: `place` is where to go on after it."""

    place: str
    push: Push


class Spool(Protocol):
    """Keeps requests in the order in which they came. Used by one thread, which opens it."""

    def keep(self, pushes: Sequence[Push]) -> list[bool]:
        """Keep requests, all or none, and say of each whether it is new: one whose key is remembered is not kept again.

        Blocks until they are safe: when this returns, no kill and no power cut loses them. Raises Transient when they
        cannot be kept now, Fatal when not at all.
        """
        ...

    def after(self, place: str | None, limit: int) -> list[Waiting]:
        """Return the requests that wait behind a place, the oldest first; None is the first that there is."""
        ...

    def tidy(self) -> None:
        """Let go of what was taken in, and of keys that are not remembered any longer."""
        ...

    def close(self) -> None:
        """Release what is held."""
        ...
