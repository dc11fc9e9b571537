"""A live source that says what a script tells it to, and a taker that remembers what it took."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import ClassVar

from deploy.embedded import Tally
from deploy.listening.signs import ChannelName
from deploy.listening.taker import Share, Taken
from ingest.live import Gap, Heard, LiveSource
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped
from ingest.web import Web
from schemas.brand import Brand
from schemas.errors import Fatal, Transient

Step = Heard | Gap | Exception | float
"""What comes next: something said, an error, or a wait of so many seconds."""

CUT = Transient("the connection broke")
REFUSED = Fatal("the credentials are refused")
FOREVER = 3_600.0


def said(number: int) -> Heard:
    """Return one record; its cursor is its number."""
    return Heard(b'{"number": %d}' % number, str(number))


class Scripted(LiveSource):
    """Plays one script for each connection of each channel, and ends; the last one is played again and again.

    It says everything from the kept cursor on, that one included, as streams do that resume.
    """

    network = "scripted"
    formats = "nothing"
    silence_s: ClassVar[float | None] = None
    asked: list[tuple[str, str | None]]

    def __init__(self, name: str, scripts: Mapping[str, Sequence[Iterable[Step]]]) -> None:
        self.name = name  # type: ignore[misc]
        self._scripts = scripts
        self.asked = []
        self.told = 0

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        return list(self._scripts)

    def parse(self, record: Record) -> list[Parsed]:
        number = decode(record)["number"]
        if number < 0:
            raise KeyError("a fault of ours")
        return [Skipped(str(number))]

    async def listen(
        self, channel: str, web: Web, brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        played = sum(one == channel for one, _ in self.asked)
        self.asked.append((channel, cursor))
        scripts = self._scripts[channel]
        for step in scripts[min(played, len(scripts) - 1)]:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, float):
                await asyncio.sleep(step)
            else:
                if isinstance(step, Gap) or cursor is None or int(step.cursor or "0") >= int(cursor):
                    self.told += 1
                    yield step


@dataclass
class MemoryTaker:
    """Takes batches into lists, and calls each record of a batch too old that `too_old` says. `before_take` may hold it
    up, or raise."""

    kept: dict[ChannelName, str] = field(default_factory=dict)
    payloads: list[bytes] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    before_take: Callable[["MemoryTaker"], object] = lambda taker: None
    too_old: Callable[[Record], bool] = lambda record: False
    opened: Event = field(default_factory=Event)
    closed: bool = False

    def cursors(self, channels: Iterable[ChannelName]) -> dict[ChannelName, str]:
        self.opened.set()
        return {channel: self.kept[channel] for channel in channels if channel in self.kept}

    def take(self, shares: Sequence[Share]) -> Taken:
        self.before_take(self)
        reads = [record for share in shares for record, _ in share.reads]
        too_old = {share.channel: sum(self.too_old(record) for record, _ in share.reads) for share in shares}
        self.payloads += [record.payload for record in reads]
        self.kept |= {share.channel: share.cursor for share in shares if share.cursor is not None}
        self.batches.append(len(reads))
        return Taken(Tally(read=len(reads)), {}, {}, too_old)

    def rest(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True
