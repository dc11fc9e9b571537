"""Mastodon as its servers stream it: public timelines and hashtags, with edits and deletions as they happen."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar, Literal

import orjson
from pydantic import SecretStr

from ingest.event_stream import EventStream, ServerEvent
from ingest.history import Historical, Stretch
from ingest.live import Gap, Heard, LiveSource
from ingest.mastodon_answers import answer_events
from ingest.mastodon_single import statuses
from ingest.mastodon_statuses import NETWORK
from ingest.mastodon_timelines import Position, Timeline, TimelineReader, is_timeline
from ingest.records import Record
from ingest.revisit import Revisitable
from ingest.source import Parsed
from schemas.brand import Brand
from schemas.clock import AsyncClock, SystemClock
from schemas.errors import Refused, UsageError

if TYPE_CHECKING:
    from ingest.web import Web

_SECTION = "[sources.mastodon-stream]"
_SERVER = re.compile(r"(https?://)?([A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?)/?")
_STREAMING = re.compile(r"(?:ws|http)(s)?://([A-Za-z0-9.-]+(?::\d{1,5})?)/?")
_SILENCE_S = 60  # servers send a heartbeat every fifteen seconds


class MastodonStream(LiveSource, Historical, Revisitable):
    """Timelines of servers that speak as Mastodon does.

    At-least-once for posts: the stream cannot go back, so after a break what was missed is read from the timeline, with
    the minute before it again. Edits and deletions are seen while the stream stands: one of an older post that falls
    into a break is missed, and so is a post of another server that arrives in a break more than a minute late.

    `servers` are listened to, each on all `timelines`: "public", "public:local", "public:remote" or hashtags ("#acme").
    Most stream only to those who have a `token` of theirs; with several servers, `tokens` names one for each. With
    `mode` "poll" the timelines are read every `interval_s` seconds instead, without edits and deletions.
    A post that comes from two servers is two posts: "public:local" keeps several servers apart.
    """

    name = "mastodon-stream"
    network = NETWORK
    formats = "event stream, websocket messages, JSON: statuses one a line or an array; HTTP cassettes"
    credentials = ("token", "tokens")
    at_once: ClassVar[int] = 20
    hourly: ClassVar[float] = 3_000  # servers allow 300 in five minutes

    clock: ClassVar[AsyncClock] = SystemClock()

    def __init__(
        self,
        servers: str | Sequence[str] = (),
        timelines: str | Sequence[str] = ("public",),
        token: str | SecretStr | None = None,
        tokens: Mapping[str, str | SecretStr] | None = None,
        mode: Literal["stream", "poll"] = "stream",
        interval_s: float = 60,
    ) -> None:
        """Connect nothing yet. Raises UsageError for an option that cannot be."""
        names = [_server(server) for server in _listed("servers", servers)]
        self._timelines = {
            f"{timeline.server}/{timeline.name}": timeline
            for base in names
            for timeline in (Timeline(base, name) for name in _listed("timelines", timelines))
        }
        for timeline in self._timelines.values():
            if not is_timeline(timeline.name):
                raise UsageError(
                    f'{_SECTION} timelines: {timeline.name!r} is none; there are "public", "public:local", '
                    '"public:remote" and hashtags such as "#acme"'
                )
        if token and len(set(names)) > 1:
            raise UsageError(
                f'{_SECTION} token is for one server; name each with its own: tokens = {{"HOST" = "TOKEN"}}'
            )
        if mode not in ("stream", "poll"):
            raise UsageError(f'{_SECTION} mode: {mode!r} is none; there are "stream" and "poll"')
        if tokens is not None and not isinstance(tokens, Mapping):
            raise UsageError(f'{_SECTION} tokens: a table is expected, such as {{"mastodon.example" = "TOKEN"}}')
        given = {_server(server): value for server, value in (tokens or {}).items()} or dict.fromkeys(names, token)
        self._tokens = {server: _secret(value) for server, value in given.items() if value}
        self._mode, self._interval_s = mode, _seconds(interval_s)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the post, the deletion, or what an event is instead."""
        return answer_events(record)

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return one channel for each timeline of each server."""
        if not self._timelines:
            raise UsageError(f'{_SECTION} names no server: add servers = ["mastodon.example"]')
        return list(self._timelines)

    async def listen(
        self, channel: str, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Read what came since the cursor, then follow the stream, or read again and again."""
        timeline = self._timelines[channel]
        position = Position.read(cursor) if cursor is not None else None
        if cursor is not None and position is None:
            yield Gap("the position that was kept cannot be read")
        reader = TimelineReader(web, self.name, timeline, self._headers(timeline), position)
        if position is None:
            try:
                await reader.begin()
                yield Heard(b"", reader.cursor)
            except Refused:  # a stream may be open all the same
                if self._mode == "poll":
                    raise
        resumed = position is not None
        things = (
            self._polled(reader, resumed) if self._mode == "poll" else self._streamed(web, timeline, reader, resumed)
        )
        async with aclosing(things):
            async for thing in things:
                yield thing

    def chapters(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the timelines: each can be read as far back as its server keeps it."""
        return self.channels(brands)

    async def history(
        self, chapter: str, stretch: Stretch, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield what a timeline holds, oldest first, until it is past the stretch."""
        position = Position.read(cursor) if cursor else None
        timeline = self._timelines[chapter]
        reader = TimelineReader(
            web, self.name, timeline, self._headers(timeline), position or Position.of(stretch.since)
        )
        async for thing in reader.missed(overlapping=False):
            yield thing
            if reader.position is not None and reader.position.at and reader.position.at >= stretch.until:
                return

    def revisits(self, native_id: str) -> bool:
        """Say whether the post was given by one of the servers."""
        return native_id.partition("/")[0] in {timeline.server for timeline in self._timelines.values()}

    async def revisit(self, native_ids: Sequence[str], web: "Web") -> Sequence[bytes]:
        """Return the statuses as each server has them now."""
        servers = {timeline.server: timeline for timeline in self._timelines.values()}
        return [
            payload
            for server, timeline in servers.items()
            if (ids := [one.partition("/")[2] for one in native_ids if one.startswith(f"{server}/")])
            for payload in await statuses(web, self.name, timeline, self._headers(timeline), ids)
        ]

    async def _polled(self, reader: TimelineReader, resumed: bool) -> AsyncGenerator[Heard | Gap]:
        while True:
            async for thing in reader.missed(overlapping=resumed):
                yield thing
            yield Heard(b"")
            await self.clock.wait(self._interval_s)
            resumed = True

    async def _streamed(
        self, web: "Web", timeline: Timeline, reader: TimelineReader, resumed: bool
    ) -> AsyncGenerator[Heard | Gap]:
        if resumed:  # nearly all of it before the stream is opened, which then does not wait for long to be read
            async for thing in reader.missed_if_open(overlapping=True):
                yield thing
        events, opened = EventStream(), False
        async with aclosing(self._lines(web, timeline, await self._streaming(web, timeline))) as lines:
            async for line in lines:
                if not opened:
                    opened = True
                    async for thing in reader.missed_if_open(overlapping=False):
                        yield thing
                if line.startswith(b":"):
                    yield Heard(b"")  # a heartbeat
                for event in events.feed(line + b"\n"):
                    yield Heard(event.message(server=timeline.server), _cursor(event, reader))

    async def _lines(self, web: "Web", timeline: Timeline, base: str) -> AsyncGenerator[bytes]:
        path, params = timeline.streaming()
        headers = self._headers(timeline)
        try:
            async with aclosing(
                web.lines(base + path, source=self.name, params=params, headers=headers, silence_s=_SILENCE_S)
            ) as lines:
                async for line in lines:
                    yield line
        except Refused as refusal:
            if refusal.status not in (401, 403):
                raise
            if headers:
                text = f"{timeline.server} does not take its token in {_SECTION}"
            else:
                text = (
                    f"{timeline.server} streams only to those who have a token of it: set token in {_SECTION}, "
                    'or mode = "poll" to read its timeline instead'
                )
            raise Refused(text, refusal.status, refusal.body) from None

    async def _streaming(self, web: "Web", timeline: Timeline) -> str:
        """Return where the server streams: at the address that it names, if it names one, or at its own."""
        try:
            answer = await web.get(
                f"{timeline.base}/api/v2/instance", source=self.name, headers=self._headers(timeline)
            )
            named = orjson.loads(answer.body)["configuration"]["urls"]["streaming"]
            address = _STREAMING.fullmatch(named)
        except (KeyError, Refused, TypeError, ValueError):
            return timeline.base
        encrypted = timeline.base.startswith("https:")
        if address is None or (encrypted and not address[1]):  # a token must not go over an open line
            return timeline.base
        return f"{'https' if address[1] else 'http'}://{address[2]}"

    def _headers(self, timeline: Timeline) -> dict[str, str]:
        token = self._tokens.get(timeline.base)
        return {"authorization": f"Bearer {token.get_secret_value()}"} if token else {}


def _cursor(event: ServerEvent, reader: TimelineReader) -> str | None:
    """Return where to go on after an event: behind its post, if it is a new one."""
    if event.name != "update":
        return reader.cursor
    try:
        return reader.take(orjson.loads(event.data))
    except orjson.JSONDecodeError:
        return reader.cursor


def _listed(option: str, values: object) -> list[str]:
    """Return the texts of an option, which the environment gives as one."""
    found = values.split(",") if isinstance(values, str) else values
    if not isinstance(found, (list, tuple)) or not all(isinstance(value, str) for value in found):
        raise UsageError(f'{_SECTION} {option}: a list of texts is expected, such as ["a", "b"]')
    return [value.strip() for value in found]


def _seconds(value: object) -> float:
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        seconds = 0
    if not 1 <= seconds <= 240:  # a longer silence is reported as one
        raise UsageError(f"{_SECTION} interval_s: a number of seconds from 1 to 240 is expected")
    return seconds


def _server(name: str) -> str:
    """Return a server's address by its name, as people write it."""
    found = _SERVER.fullmatch(name.strip())
    if found is None:
        raise UsageError(f"{_SECTION} servers: {name!r} is no server's name; write it as mastodon.example")
    return f"{found[1] or 'https://'}{found[2].lower()}"


def _secret(value: str | SecretStr) -> SecretStr:
    return value if isinstance(value, SecretStr) else SecretStr(value)
