"""The contract of a live source: how it is listened to, and what it yields."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from ingest.source import Source
from schemas.brand import Brand

if TYPE_CHECKING:
    from ingest.web import Web  # it loads an HTTP client, which reading a recording does not need


@dataclass(frozen=True, slots=True)
class Heard:
    """One payload as it came over the wire, which `Source.parse` reads as it would from a recording.

    `cursor` is where to go on after it; None where listening cannot begin again right there, so that the cursor before
    it stays the one to keep. An empty `payload` carries a cursor alone.
    """

    payload: bytes
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time that the source could not give, whatever was tried: it is reported, never hidden.

    `since` and `until` are the moments between which posts may be missing, None where they are not known.
    """

    reason: str
    since: datetime | None = None
    until: datetime | None = None


class LiveSource(Source):
    """A source that can also be listened to, over channels: its servers, feeds, boards.

    Each channel has a position and a connection of its own. `silence_s` is how long a channel may say nothing at all,
    not even a heartbeat, before it is reported as silent; None where silence is no news.
    """

    silence_s: ClassVar[float | None] = 300

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the names of the channels, fit to be shown and to be part of a position's key; no secret in them.

        Raises UsageError when an option or a credential is missing: what, where, what to do.
        """
        return ("",)

    @abstractmethod
    def listen(
        self, channel: str, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield what the channel says behind `cursor` (None: from now on) until the connection ends.

        One connection, or one endless round of polling. When it is over it returns, or raises Transient; the caller
        waits as the one reconnect policy says and listens again from the last cursor that it keeps, so that the first
        of what comes may have come before. Raises Fatal when there is no use in trying again (credentials refused).
        May be cancelled at any await; reads on only when it is asked for the next, which is the back-pressure.
        """

    def kept(self, channel: str, cursor: str) -> None:
        """Hear that all up to a cursor is safe: for those who tell a server what need not come again.

        Called on another thread than `listen`, and not for every cursor.
        """
