"""Lists of a platform that can be asked for their past as well as followed."""

from abc import abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import TYPE_CHECKING

from ingest.history import Historical, Stretch
from ingest.listing import ListedSource, Listing
from ingest.live import Gap, Heard
from schemas.brand import Brand
from schemas.clock import AsyncClock

if TYPE_CHECKING:
    from ingest.web import Web


class PastListing(Listing):
    """A list that can be asked for what it held in a stretch of time."""

    @abstractmethod
    def past(self, stretch: Stretch, cursor: str | None, clock: AsyncClock) -> AsyncGenerator[Heard | Gap]:
        """Yield it from a cursor on, as `Historical.history` does."""


class PastSource(ListedSource, Historical):
    """A source of such lists: its chapters are its channels."""

    @abstractmethod
    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> PastListing:
        """Return the list that a channel is."""

    def chapters(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the channels."""
        return self.channels(brands)

    async def history(
        self, chapter: str, stretch: Stretch, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield what one list held."""
        async for thing in self.listing(chapter, web, brands).past(stretch, cursor, self.clock):
            yield thing
