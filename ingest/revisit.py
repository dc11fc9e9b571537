"""The contract of a source whose posts can be looked at again by their ids: for their counts, edits and deletions."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from ingest.source import Source

if TYPE_CHECKING:
    from ingest.web import Web


class Revisitable(Source):
    """A source that can be asked for posts by their ids.

    `at_once` is how many it is asked for at a time, `hourly` how many times an hour. `forget_after` is for how long
    what it gave may be kept without a look at whether it is still there, where its terms say so; None is no such term.
    """

    at_once: ClassVar[int]
    hourly: ClassVar[float]
    forget_after: ClassVar[timedelta | None] = None

    def revisits(self, native_id: str) -> bool:
        """Say whether it can be asked for a post of its network with this id."""
        return True

    @abstractmethod
    async def revisit(self, native_ids: Sequence[str], web: "Web") -> Sequence[bytes]:
        """Return what it answers about these posts, `at_once` of them at most, as payloads that `parse` reads.

        A post that is in no payload is not there any more: what is not known for certain raises. Raises Transient for
        what may pass, Fatal and UsageError where there is no use in trying again.
        """


def revisitable_names() -> list[str]:
    """Return the names of all sources whose posts can be looked at again."""
    from ingest.source import sources

    return [name for name, kind in sources().items() if issubclass(kind, Revisitable)]
