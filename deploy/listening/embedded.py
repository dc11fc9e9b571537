"""What was heard, into the embedded pipeline: each batch with its positions in one transaction; alerts are delivered
beside it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from deploy.delivery import Delivery
from deploy.embedded import Embedded, Tally
from deploy.listening.signs import ChannelName
from deploy.listening.taker import Share, Taken
from deploy.memory import settle
from deploy.retention import Retention
from schemas.clock import Clock
from schemas.errors import Poison
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore


class StoreTaker:
    """Takes batches through the embedded pipeline into one SQLite file (the contract of `Taker`)."""

    def __init__(self, settings: Settings, path: str, clock: Clock) -> None:
        """Open the store, then load the models; what is older than `settings.retention` is dropped and not taken in.

        Raises StoreLocked when another process writes to it, UsageError for a bad path, brand query or channel.
        """
        self._store = SqliteStore(path, clock=clock)
        self._retention = Retention(settings.retention, clock)
        self._delivery: Delivery | None = None
        try:
            self._pipeline = Embedded(settings, self._store)
            if settings.alerts.channels:
                self._delivery = Delivery(settings, path, clock)
        except BaseException:
            self._store.close()
            raise
        settle()
        if self._delivery is not None:
            self._delivery.start()

    def cursors(self, channels: Iterable[ChannelName]) -> dict[ChannelName, str]:
        """Return the cursors that the store keeps."""
        kept = {channel: self._store.position(channel.position) for channel in channels}
        return {channel: position["cursor"] for channel, position in kept.items() if position is not None}

    def take(self, shares: Sequence[Share]) -> Taken:
        """Match, analyse, merge and store, and keep the cursors, all in one transaction."""
        tally = Tally()
        with self._store.transaction():
            for share in shares:
                if share.reads:
                    reads = self._retention.kept(share.reads)
                    tally += self._pipeline.process(reads, str(share.channel), _no_position)
                if share.cursor is not None:
                    self._store.save_position(share.channel.position, {"cursor": share.cursor})
        dead = Counter[str](
            str(outcome.reason) for share in shares for _, outcome in share.reads if isinstance(outcome, Poison)
        )
        return Taken(tally, {"store": tally.stored}, dead)

    def rest(self) -> None:
        """Drop a little of what is not kept any more. Raises what ended the delivery of alerts, if something did."""
        if self._delivery is not None:
            self._delivery.check()
        self._retention.forget(self._pipeline, self._store)

    def close(self) -> None:
        """End the delivery of alerts, and release the file."""
        if self._delivery is not None:
            self._delivery.stop()
        self._store.close()


def _no_position(tally: Tally) -> None:
    """Save nothing: the cursors are kept by channel."""
