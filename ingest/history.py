"""The contract of a source that can be asked for history: what was said in a stretch of time."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ingest.live import Gap, Heard
from ingest.source import Source
from schemas.brand import Brand

if TYPE_CHECKING:
    from ingest.web import Web


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time: `since` inclusive, `until` exclusive, both aware, in UTC."""

    since: datetime
    until: datetime

    def holds(self, moment: datetime) -> bool:
        """Say whether a moment lies in it."""
        return self.since <= moment < self.until


class Historical(Source):
    """A source whose past can be asked for, apart from listening to it, over chapters: its searches, servers, files.

    Each chapter has a cursor of its own, which has nothing to do with that of listening.
    """

    @abstractmethod
    def chapters(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the names of the chapters, fit to be shown; the same for the same options and brands.

        Raises UsageError when an option or a credential is missing: what, where, what to do.
        """

    @abstractmethod
    def history(
        self, chapter: str, stretch: Stretch, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield what a chapter holds of a stretch, as `listen` does, and return when that is all.

        It goes on behind `cursor`; None is from the beginning. What lies outside the stretch may come with it, and is
        left out by the caller. Raises Transient for what may pass: it is asked again from the last cursor. Raises Fatal
        where there is no use in that.
        """


def historical_names() -> list[str]:
    """Return the names of all sources that can be asked for history."""
    from ingest.source import sources

    return [name for name, kind in sources().items() if issubclass(kind, Historical)]
