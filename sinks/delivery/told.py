"""What became of notices since the start, channel by channel, and what still waits: for metrics and the last line."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sinks.channel import Outcome


@dataclass(slots=True)
class ChannelTold:
    """Of one channel: attempts by outcome, notices that were given up and that nobody wanted told; and how many wait
    now, the longest since `waiting_since` (None when none may be told yet, or none waits)."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    given_up: int = 0
    silenced: int = 0
    waiting: int = 0
    waiting_since: datetime | None = None


@dataclass(slots=True)
class Told:
    """Of all channels by name. Written by the desk's thread; any other may read."""

    channels: dict[str, ChannelTold] = field(default_factory=dict)

    def of(self, channel: str) -> ChannelTold:
        """Return what was told to a channel, to be changed."""
        return self.channels.setdefault(channel, ChannelTold())

    @property
    def outcomes(self) -> Counter[Outcome]:
        """The attempts of all channels by outcome."""
        return sum((one.outcomes for one in self.channels.values()), Counter[Outcome]())

    @property
    def given_up(self) -> int:
        """The notices that were given up."""
        return sum(one.given_up for one in self.channels.values())

    @property
    def silenced(self) -> int:
        """The notices that nobody wanted told."""
        return sum(one.silenced for one in self.channels.values())
