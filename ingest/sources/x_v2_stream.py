"""X, formerly Twitter, as its filtered stream (interface v2) sends it."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from pydantic import SecretStr

from ingest.foreign import odd_shapes_refused
from ingest.history import Historical, Stretch
from ingest.live import Gap, Heard, LiveSource
from ingest.options import Options, bearer
from ingest.records import Record, decode
from ingest.revisit import Revisitable
from ingest.source import Parsed
from ingest.x_past import recent_past
from ingest.x_posts import NETWORK, id_time
from ingest.x_recent import FIELDS, RECENT, SETTLED, RecentPosts, event_number, number_at, post_number
from ingest.x_rules import rules, synchronise
from ingest.x_single import AT_ONCE, posts_by_id
from ingest.x_v2 import events_of
from schemas.brand import Brand
from schemas.clock import AsyncClock, SystemClock

if TYPE_CHECKING:
    from ingest.web import Web

_SILENCE_S = 50.0  # X sends a line every twenty seconds, empty if there is nothing to say
_COMPLIANCE = {"compliance ": "/2/tweets/compliance/stream", "compliance of users ": "/2/users/compliance/stream"}
_PARTITIONS = 4
_LOOK_BACK = timedelta(hours=24) - timedelta(minutes=2)


class XV2Stream(LiveSource, Historical, Revisitable):
    """X's filtered stream in the shape of its interface v2.

    At-least-once: a recording can be read again from any record, and the stream itself may repeat a post. Counts are
    those of the moment of sending, so nearly always nought.

    Listened to is what meets our rules, which are made of the brand queries (`longest_rule` characters each at most)
    and are kept at X under the tag "hearken". After a break the posts of the last seven days are searched for what was
    missed, unless `catch_up` is off; who has it asks X for `backfill_minutes` (1 to 5) first. With `compliance` X's
    streams of what is to be forgotten are listened to as well: deletions of posts and people, which the filtered stream
    does not tell. Its past is what X finds of the last seven days.
    """

    name = "x-v2-stream"
    network = NETWORK
    formats = "JSON: one message a line, `data` with `includes`; pages of results"
    credentials = ("bearer_token",)
    at_once: ClassVar[int] = AT_ONCE
    hourly: ClassVar[float] = 1_200  # X allows an app 300 in a quarter of an hour
    forget_after: ClassVar[timedelta | None] = timedelta(hours=24)  # what its terms give to whoever keeps posts

    clock: ClassVar[AsyncClock] = SystemClock()

    def __init__(
        self,
        bearer_token: str | SecretStr | None = None,
        longest_rule: int = 512,
        backfill_minutes: int = 0,
        catch_up: bool = True,
        compliance: bool = False,
        base_url: str = "https://api.x.com",
    ) -> None:
        """Connect nothing yet. `bearer_token` is that of an app."""
        options = self._options = Options(self.name)
        self._token = options.secret("bearer_token", bearer_token)
        self._longest = int(options.number("longest_rule", longest_rule, 64, 4_096))
        self._backfill = int(options.number("backfill_minutes", backfill_minutes, 0, 5))
        self._catch_up = options.flag("catch_up", catch_up)
        self._compliance = options.flag("compliance", compliance)
        self._base = options.address("base_url", base_url)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the post of a message, preceded by the original of a retweet; errors that X reports are skipped."""
        message = decode(record)
        with odd_shapes_refused():
            return events_of(message)

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the one channel of the filtered stream, and with `compliance` the four of each of those streams."""
        if self._token is None:
            self._options.needed("bearer_token", '"...", that of an app at developer.x.com')
        rules(brands, self._longest)  # which says what is wrong with them
        partitions = range(1, _PARTITIONS + 1 if self._compliance else 1)
        return ["", *(f"{stream}{number}" for stream in _COMPLIANCE for number in partitions)]

    async def listen(
        self, channel: str, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """See to the rules, fill what was missed, and follow the stream."""
        position = _position(cursor)
        if cursor is not None and position is None:
            yield Gap("the position that was kept cannot be read: listening from now on")
        resumed = position is not None
        position = position or number_at(self.clock.now())
        if not resumed:
            yield Heard(b"", str(position))
        things = (
            self._complied(web, channel, position)
            if channel
            else self._filtered(web, rules(brands, self._longest), position, resumed)
        )
        async with aclosing(things):
            async for thing in things:
                yield thing

    def chapters(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return a name for each rule."""
        self.channels(brands)  # which says what is missing
        return [f"rule {number}" for number, _ in enumerate(rules(brands, self._longest), 1)]

    async def history(
        self, chapter: str, stretch: Stretch, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield what meets one rule, newest first."""
        rule = rules(brands, self._longest)[int(chapter.removeprefix("rule ")) - 1]
        url, headers, now = f"{self._base}{RECENT}", bearer(self._token), self.clock.now()
        async for thing in recent_past(web, self.name, url, headers, rule, stretch, now, cursor):
            yield thing

    async def revisit(self, native_ids: Sequence[str], web: "Web") -> Sequence[bytes]:
        """Return the posts as they are now."""
        return await posts_by_id(web, self.name, self._base, bearer(self._token), native_ids, self.clock.now())

    async def _filtered(
        self, web: "Web", asked: Sequence[str], position: int, resumed: bool
    ) -> AsyncGenerator[Heard | Gap]:
        headers = bearer(self._token)
        await synchronise(web, self.name, self._base, headers, asked)
        recent = RecentPosts(web, self.name, self._base, headers, asked)
        begun, params = self.clock.now(), dict(FIELDS)
        if resumed:  # nearly all of it before the stream is opened, which then does not wait for long to be read
            async for thing in self._missed(recent, id_time(str(position))):
                yield thing
            position = max(position, recent.newest)
            if self._backfill:
                params["backfill_minutes"] = str(self._backfill)
        opened, filled = self.clock.now(), not (resumed and self._catch_up)
        async with aclosing(self._lines(web, "/2/tweets/search/stream", params)) as lines:
            async for line in lines:
                if not filled and self.clock.now() - opened >= SETTLED:
                    filled = True
                    async for thing in recent.since(begun, self.clock.now()):
                        yield thing
                number = post_number(line) if line else None
                position = max(position, number or 0)
                # What was missed while the stream was opened is not filled yet: the position stays before it.
                yield Heard(line, str(position) if filled else None)  # an empty one is a sign of life

    async def _missed(self, recent: RecentPosts, since: datetime) -> AsyncGenerator[Heard | Gap]:
        now = self.clock.now()
        if (now - since).total_seconds() < self._backfill * 60:
            return
        if not self._catch_up:
            yield Gap("the stream does not go back", since, now)
            return
        async for thing in recent.since(since, now):
            yield thing

    async def _complied(self, web: "Web", channel: str, position: int) -> AsyncGenerator[Heard | Gap]:
        """Follow a part of what X wants forgotten, from the moment at which listening ended, up to a day ago."""
        path, partition = _COMPLIANCE[channel[:-1]], channel[-1]
        since, earliest = id_time(str(position)), self.clock.now() - _LOOK_BACK
        if since < earliest:
            yield Gap("X tells no more than a day back what is to be forgotten", since, earliest)
        params = {"partition": partition, "start_time": f"{max(since, earliest):%Y-%m-%dT%H:%M:%SZ}"}
        async with aclosing(self._lines(web, path, params)) as lines:
            async for line in lines:
                position = max(position, event_number(line) or 0)
                yield Heard(line, str(position))

    def _lines(self, web: "Web", path: str, params: Mapping[str, str]) -> AsyncGenerator[bytes]:
        return web.lines(
            self._base + path, source=self.name, params=params, headers=bearer(self._token), silence_s=_SILENCE_S
        )


def _position(cursor: str | None) -> int | None:
    """Return the number of the newest post that was taken; None for none, and for what is no number."""
    if cursor is None or not cursor.isascii() or not cursor.isdigit() or len(cursor) > 19:
        return None
    return int(cursor)
