"""What was heard, into the embedded pipeline: each batch with its positions in one transaction; alerts are delivered
beside it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from deploy.delivery import Delivery
from deploy.embedded import Embedded, Tally
from deploy.listening.signs import ChannelName
from deploy.listening.taker import Share, Taken
from deploy.memory import settle, tidy
from deploy.retention import Retention
from enrich.lanes import ASLEEP_MS, Lanes
from enrich.state import MemoryTable
from schemas.clock import Clock
from schemas.errors import Poison
from schemas.post import PostEvent
from schemas.settings import Settings
from schemas.wire import ms
from sinks.delivery.told import Told
from sinks.sqlite.store import SqliteStore


class StoreTaker:
    """Takes batches through the embedded pipeline into one SQLite file (the contract of `Taker`)."""

    def __init__(self, settings: Settings, path: str, clock: Clock, told: Told | None = None) -> None:
        """Open the store, then load the models; what is older than `settings.retention` is dropped and not taken in.

        `told` is where it is counted what became of notices. Raises StoreLocked when another process writes to the
        store, UsageError for a bad path, brand query or channel.
        """
        self._store = SqliteStore(path, clock=clock)
        self._retention = Retention(settings.retention, clock)
        self._clock, self._begun_ms = clock, ms(clock.now())
        self._lanes = Lanes(MemoryTable())
        self._delivery: Delivery | None = None
        try:
            self._pipeline = Embedded(settings, self._store)
            if settings.alerts.channels:
                self._delivery = Delivery(settings, path, clock, told=told)
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
        tally, too_old = Tally(), Counter[ChannelName]()
        with self._store.transaction():
            for share in shares:
                if share.reads:
                    before = self._retention.too_old
                    reads = self._retention.kept(share.reads)
                    too_old[share.channel] += self._retention.too_old - before
                    tally += self._pipeline.process(reads, str(share.channel), _no_position)
                    self._note(share)
                if share.cursor is not None:
                    self._store.save_position(share.channel.position, {"cursor": share.cursor})
        dead = Counter[str](
            str(outcome.reason) for share in shares for _, outcome in share.reads if isinstance(outcome, Poison)
        )
        return Taken(tally, {"store": tally.stored}, dead, too_old)

    def rest(self) -> None:
        """Judge what time alone has made due, and drop a little of what is not kept any more. Raises what ended the
        delivery of alerts, if something did."""
        if self._delivery is not None:
            self._delivery.check()
        now_ms = ms(self._clock.now())
        if now_ms - self._begun_ms >= ASLEEP_MS:  # before that nobody knows which channels are behind
            clock_ms = self._lanes.reached(now_ms)
            if clock_ms is not None:
                self._pipeline.pass_time(clock_ms)
        self._retention.forget(self._pipeline, self._store)
        tidy()

    def _note(self, share: Share) -> None:
        """Note how far a channel has come: to the newest post that it has shown, whether it is ours or not."""
        seen = [record.seen_at for record, _ in share.reads if record.seen_at is not None]
        shown = [
            one.observed_at
            for _, outcome in share.reads
            if not isinstance(outcome, Poison)
            for one in outcome
            if isinstance(one, PostEvent)
        ]
        if seen and shown:
            self._lanes.note(str(share.channel), ms(max(shown)), ms(max(seen)))

    def close(self) -> None:
        """End the delivery of alerts, and release the file."""
        if self._delivery is not None:
            self._delivery.stop()
        self._store.close()


def _no_position(tally: Tally) -> None:
    """Save nothing: the cursors are kept by channel."""
