"""What can be told of the channels that are listened to, for the status line, the log and the metrics."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from ingest.parsing import Outcome
from ingest.source import Skipped
from schemas.errors import Poison
from schemas.post import PostEvent
from schemas.wire import ms

State = Literal["connecting", "listening", "waiting", "silent", "stopped"]
"""waiting: the connection broke, and is tried again. stopped: there is no use in trying again."""

_WORST_FIRST: tuple[State, ...] = ("stopped", "silent", "waiting", "connecting", "listening")


class ChannelName(NamedTuple):
    """A channel of a source; the name is "" where the source has only one."""

    source: str
    name: str

    @property
    def position(self) -> str:
        """The key that its position is kept under."""
        return f"live:{self.source}:{self.name}"

    def __str__(self) -> str:
        """Return what people read."""
        return f"{self.source} {self.name}".rstrip()


@dataclass(slots=True)
class ChannelSigns:
    """The signs of one channel, counted since the process began.

    Each field has one writer: what is heard and how the connection fares, the loop; what came of it, the thread that
    takes it. `too_old` counts posts and engagement that were heard and are from before what is kept; `newest_ms` is the
    highest event time so far, 0 before the first.
    """

    state: State = "connecting"
    reconnects: int = 0
    gaps: int = 0
    silences: int = 0
    records: int = 0
    skipped: int = 0
    bad: int = 0
    too_old: int = 0
    newest_ms: int = 0

    def account(self, outcome: Outcome) -> None:
        """Count one record by what it holds. A record is skipped when all that it holds is no post."""
        self.records += 1
        if isinstance(outcome, Poison):
            self.bad += 1
            return
        self.skipped += all(isinstance(parsed, Skipped) for parsed in outcome)
        for parsed in outcome:
            if isinstance(parsed, PostEvent):
                # The author's claim may be minutes ahead of the moment at which the source saw the post.
                moment = min(parsed.published_at or parsed.observed_at, parsed.observed_at)
                self.newest_ms = max(self.newest_ms, ms(moment))


@dataclass(frozen=True, slots=True)
class SourceSigns:
    """The signs of a source: the sums of its channels, and the worst state among them."""

    source: str
    state: State
    channels: int
    silent: int
    stopped: int
    reconnects: int
    gaps: int
    records: int
    skipped: int
    bad: int
    too_old: int
    newest_ms: int

    def lag_s(self, now: datetime) -> float | None:
        """Return how many seconds the newest event is behind `now`; None before the first."""
        if not self.newest_ms:
            return None
        return max(0.0, (now - datetime.fromtimestamp(self.newest_ms / 1000, UTC)).total_seconds())


Signs = dict[ChannelName, ChannelSigns]


def by_source(signs: Signs) -> list[SourceSigns]:
    """Return the signs of each source, in the order in which the sources came."""
    grouped: dict[str, list[ChannelSigns]] = {}
    for name, channel in signs.items():
        grouped.setdefault(name.source, []).append(channel)
    return [_summed(source, channels) for source, channels in grouped.items()]


def _summed(source: str, channels: Iterable[ChannelSigns]) -> SourceSigns:
    listed = list(channels)
    states = [channel.state for channel in listed]
    return SourceSigns(
        source=source,
        state=min(states, key=_WORST_FIRST.index),
        channels=len(listed),
        silent=states.count("silent"),
        stopped=states.count("stopped"),
        reconnects=sum(channel.reconnects for channel in listed),
        gaps=sum(channel.gaps for channel in listed),
        records=sum(channel.records for channel in listed),
        skipped=sum(channel.skipped for channel in listed),
        bad=sum(channel.bad for channel in listed),
        too_old=sum(channel.too_old for channel in listed),
        newest_ms=max(channel.newest_ms for channel in listed),
    )
