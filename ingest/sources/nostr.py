"""Nostr: messages of its relays, and bare events."""

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, ClassVar
from urllib.parse import urlsplit

import orjson

from ingest.capture import captured_records
from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.history import Historical, Stretch
from ingest.live import Gap, Heard, LiveSource
from ingest.nostr_events import checked
from ingest.nostr_past import relay_past
from ingest.nostr_posts import DELETION, NETWORK, POSTS, REACTION, REPOSTS, posts_of
from ingest.nostr_relays import OVERLAP_S, Authors, Windows, ended, event_of, message_of, seconds
from ingest.options import Options
from ingest.records import MAX_RECORD_BYTES, Record
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.clock import AsyncClock, SystemClock
from schemas.errors import Poison
from schemas.json_value import json_value

if TYPE_CHECKING:
    from ingest.web import Web

_MESSAGES = {"EVENT", "EOSE", "OK", "NOTICE", "CLOSED", "AUTH", "COUNT", "REQ", "CLOSE"}
_RELAYS = ("wss://relay.damus.io", "wss://nos.lol", "wss://relay.primal.net")
_SUBSCRIPTION = "hearken"
_QUIET_S = 900.0  # of a small relay


class Nostr(LiveSource, Historical):
    """Events of Nostr's relays.

    At-least-once: every relay sends an event, under the one id that its content gives it. Times are the author's own.
    Signatures are not checked, ids are: a post with a wrong one is flagged `id_mismatch`, and nothing is deleted by it.
    A deletion is its sender's request: whether the post is the sender's, only who holds the post can tell.

    Each of the `relays` is a channel. After a break what was missed is asked for by time, with a quarter of an hour
    before it, in ten stretches; one of which a relay may hold more than it gives is a Gap. A post that reaches a relay
    in a break, and is dated earlier, is missed there. Before a deletion is passed on the relays are asked who wrote the
    post, and nobody deletes what somebody else wrote. `reactions` are likes. Its past is the posts and reposts that the
    relays still hold.
    """

    name = "nostr"
    network = NETWORK
    formats = "JSON: messages of relays or events, one a line, one document or an array"

    silence_s = 2 * _QUIET_S
    clock: ClassVar[AsyncClock] = SystemClock()

    def __init__(self, relays: str | Sequence[str] = _RELAYS, reactions: bool = True) -> None:
        """Connect nothing yet. `relays` are hosts, or addresses that begin with wss://."""
        options = self._options = Options(self.name)
        listed = options.texts("relays", relays, r"(wss?://)?[A-Za-z0-9.-]+(:\d+)?(/[^?#\s]*)?", "a relay's address")
        addresses = [relay if "://" in relay else f"wss://{relay}" for relay in listed]
        self._relays = {urlsplit(address).netloc + urlsplit(address).path.rstrip("/"): address for address in addresses}
        liked = [REACTION] if options.flag("reactions", reactions) else []
        self._kinds = sorted([*POSTS, *REPOSTS, DELETION, *liked])
        self._authors = Authors()

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split messages and events: one message is a list itself, whose first value says what it is."""
        records = captured_records(stream)
        head = next(records, None)
        if head is None:
            return
        if isinstance(head.value, str) and head.value in _MESSAGES:
            message = [record.value for record in chain((head,), records)]
            yield Record(1, orjson.dumps(message), message)
        else:
            yield from chain((head,), records)

    def parse(self, record: Record) -> list[Parsed]:
        """Return what one message or event holds; what is no post is skipped by its kind's number."""
        value = record.value if record.value is not None else json_value(record.payload, MAX_RECORD_BYTES)
        with odd_shapes_refused():
            spared: list[str] = []
            if isinstance(value, list) and value and isinstance(value[0], dict):  # a page of the past
                return parsed_page(value, lambda event: posts_of(checked(event), record.seen_at))
            if isinstance(value, list):
                if not value or not isinstance(value[0], str) or value[0] not in _MESSAGES:
                    raise Poison("unknown_kind", "no message of a relay")
                events = [item for item in value if isinstance(item, dict)]
                if value[0] != "EVENT" or not events:
                    return [Skipped(value[0])]
                value = events[0]
                if len(events) > 1:  # as `listen` hands on a deletion
                    spared = events[1]["others"]
            return list(posts_of(checked(value), record.seen_at, spared))

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return one channel for each relay."""
        if not self._relays:
            self._options.needed("relays", '["relay.example"]')
        return list(self._relays)

    async def listen(
        self, channel: str, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Ask a relay for what was missed, then for all that comes."""
        now_s = seconds(self.clock.now())
        since_s = _position(cursor)
        if cursor is not None and since_s is None:
            yield Gap("the position that was kept cannot be read: listening from now on")
        windows = Windows.between(min(since_s - OVERLAP_S, now_s) if since_s is not None else now_s, now_s)
        if since_s is None:
            yield Heard(b"", str(now_s))
        asked = orjson.dumps(["REQ", _SUBSCRIPTION, *windows.filters(self._kinds)]).decode()
        current = False
        async with web.socket(self._relays[channel], source=self.name, opening=[asked], silence_s=_QUIET_S) as messages:
            async for payload in messages:
                message = message_of(payload)
                kind = message[0] if message else None
                if kind == "CLOSED":
                    ended(self.name, channel, str(message[-1]))
                if kind == "EOSE" and not current:
                    current = True
                    for gap in windows.gaps():
                        yield gap
                event = event_of(message)
                if event is not None:
                    payload = await self._looked_into(event, payload, web)
                    if not current:
                        windows.count(event)
                yield Heard(payload, str(seconds(self.clock.now())) if current else None)

    def chapters(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the relays."""
        return self.channels(brands)

    async def history(
        self, chapter: str, stretch: Stretch, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield what a relay holds, newest first."""
        kinds = sorted([*POSTS, *REPOSTS])
        async for thing in relay_past(web, self.name, self._relays[chapter], kinds, stretch, cursor):
            yield thing

    async def _looked_into(self, event: dict[str, object], payload: bytes, web: "Web") -> bytes:
        """Return a message with, if it is a deletion, what it may not delete."""
        self._authors.note(event)
        if event["kind"] != DELETION:
            return payload
        others = await self._authors.others(event, web, self.name, self._relays.values())
        return orjson.dumps(["EVENT", _SUBSCRIPTION, event, {"others": others}])


def _position(cursor: str | None) -> int | None:
    """Return the second up to which a relay was listened to; None for none, and for what is no number."""
    if cursor is None or not (cursor.isascii() and cursor.isdigit()) or not 9 <= len(cursor) <= 10:
        return None
    return int(cursor)
