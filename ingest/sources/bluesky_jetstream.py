"""Bluesky's Jetstream: every public record of the network as it is written, changed and deleted."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from ingest.bluesky_events import NETWORK, read_event
from ingest.bluesky_records import LIKE, POST, REPOST
from ingest.foreign import odd_shapes_refused
from ingest.jetstream_positions import Course, read_position
from ingest.live import Gap, Heard, LiveSource
from ingest.records import Record, decode
from ingest.source import Parsed
from schemas.brand import Brand
from schemas.errors import Refused, Transient, UsageError

if TYPE_CHECKING:
    from ingest.web import Web

_SERVERS = tuple(f"jetstream{n}.us-{coast}.bsky.network" for n in (1, 2) for coast in ("east", "west"))
_COLLECTION = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)+(\.\*)?")
_MOST_COLLECTIONS = 100  # the server's own limit
_LARGEST = 2**20  # bytes; records are a few thousand, and the server passes over what is larger
_TOO_OLD = b"CursorTooOld"


class BlueskyJetstream(LiveSource):
    """Bluesky as Jetstream sends it: posts, reposts and likes, with their edits and deletions.

    At-least-once: a resumed stream begins with the last event again, another server with half a minute of them. So the
    version is the repository's own revision, which every server sends alike, and only without a credible one the
    server's time. A repost is a post of its own, whose engagement follows from it; a like is engagement and no post.
    To take a like back names no post, so it is skipped. An account that was deleted or taken down takes with it all
    that it had written, for good. While one is suspended or deactivated its posts are not shown; when it is active
    again, they are, as they were.

    Positions are moments, on both wires: they hold on every server, and none answers that they are too old; it begins
    with what it still has, usually 36 hours, and what is missing is a Gap. Jetstream's own compression needs a
    dictionary that no package brings, so there is none but what the websocket itself agrees on.
    """

    name = "bluesky-jetstream"
    network = NETWORK
    formats = "JSON: one event a line, of either wire"

    def __init__(self, servers: Sequence[str] = _SERVERS, collections: Sequence[str] = (POST, REPOST, LIKE)) -> None:
        """Listen to one of `servers` at a time: host names, or addresses whose path says which wire is spoken.

        `collections` are the kinds of record to be sent, `app.bsky.feed.*` for all that begin so.
        """
        self._servers = [_address(server) for server in ([servers] if isinstance(servers, str) else servers)]
        self._collections = tuple(collections)
        self._turn: int | None = None
        self._refusals = 0  # in a row

    def parse(self, record: Record) -> list[Parsed]:
        """Return the one thing that an event is; what is no post, repost or like is skipped by its collection."""
        event = decode(record)
        with odd_shapes_refused():
            return [read_event(event)]

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the one channel: every server has the whole network. Raises UsageError for options that cannot be."""
        for server in self._servers:
            address = urlsplit(server)
            if address.scheme not in ("ws", "wss") or not address.hostname or address.query:
                raise UsageError(f"[sources.{self.name}] servers: {server!r} is neither a host nor a ws:// address")
        for collection in self._collections:
            if not _COLLECTION.fullmatch(collection):
                raise UsageError(f"[sources.{self.name}] collections: {collection!r} is no name such as {POST}")
        if not self._servers or not 0 < len(self._collections) <= _MOST_COLLECTIONS:
            raise UsageError(f"[sources.{self.name}] names 1 or more servers and 1 to {_MOST_COLLECTIONS} collections")
        return ("",)

    async def listen(
        self, channel: str, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncGenerator[Heard | Gap]:
        """Yield events behind `cursor`, as `LiveSource` says: from the server that it belongs to while that one has
        anything new to say, else from the next. Raises Refused when all servers did so, one after the other."""
        saved = read_position(cursor)
        if cursor is not None and saved is None:
            yield Gap("the saved position cannot be read: listening from now on")
        server = self._choose(saved.server if saved else None)
        course = Course(server, saved)
        try:
            async with web.socket(self._request(server, course.asked_us), source=self.name) as messages:
                self._refusals = 0
                async for payload in messages:
                    behind, gap = course.take(payload)
                    if gap is not None:
                        yield gap
                    yield Heard(payload, behind)
        except Refused as refused:
            if saved is None or _TOO_OLD not in refused.body:
                self._refusals += 1
                if self._refusals >= len(self._servers):
                    raise
                raise Transient(str(refused)) from None
            course.new = True
            yield Gap("the server no longer has what came before: listening from now on", saved.moment)
            async with aclosing(self.listen(channel, web, brands, None)) as now:
                async for heard in now:
                    yield heard
        finally:
            if not course.new:
                self._turn = (self._servers.index(server) + 1) % len(self._servers)

    def _choose(self, last: str | None) -> str:
        if self._turn is None:
            self._turn = self._servers.index(last) if last in self._servers else 0
        return self._servers[self._turn]

    def _request(self, server: str, cursor: int | None) -> str:
        name = "wantedCollections" if server.endswith("/subscribe") else "collections"
        asked: dict[str, Any] = {name: self._collections, "maxMessageSizeBytes": _LARGEST}
        if cursor is not None:
            asked["cursor"] = cursor
        return f"{server}?{urlencode(asked, doseq=True)}"


def _address(server: str) -> str:
    """Return where a server is asked: of a host, and where no path is given, on the first wire."""
    address = server if "://" in server else f"wss://{server}"
    return address if urlsplit(address).path.strip("/") else f"{address.rstrip('/')}/subscribe"
