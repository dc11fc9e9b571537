"""Hacker News by its own interface: every item by its number, and what has changed of late."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.hackernews_items import NETWORK, TYPES, Change, Gone, is_id, item_event
from ingest.hackernews_walk import Walk
from ingest.live import Gap, Heard, LiveSource
from ingest.records import MAX_RECORD_BYTES, Record
from ingest.revisit import Revisitable
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.clock import AsyncClock, SystemClock
from schemas.errors import Poison, Transient
from schemas.json_value import json_value
from schemas.times import read_time, recorded_time

if TYPE_CHECKING:
    from ingest.web import Web

_AT_ONCE = 8  # items that are asked for at the same time
_NOTED = 5 * _AT_ONCE  # after so many, where to go on is noted
_ROUND = 800  # items of the walk between two looks at what has changed
_BEHIND = 50  # so many new items mean minutes without us, in which changes may have come and gone unseen
_MARKS: dict[str, Change] = {"edited": "certain", "updated": "unsure"}


class HackernewsFirebase(LiveSource, Revisitable):
    """Hacker News, item by item.

    At-least-once: items are walked by their numbers from where listening ended, so that a break loses none. Changes are
    told of by the network only for some minutes; after a break the last two thousand items are looked at again, and a
    change to an older one may be missed. `base_url` is where the interface is, `interval_s` the time between rounds.
    """

    name = "hackernews-firebase"
    network = NETWORK
    formats = "JSON: items one a line, in an array or by their ids; event stream; HTTP cassette"

    at_once: ClassVar[int] = _AT_ONCE
    hourly: ClassVar[float] = 1_800  # there is no limit; four items in a second are a small part of what listening asks
    clock: ClassVar[AsyncClock] = SystemClock()  # what the time between rounds is waited by

    def __init__(self, base_url: str = "https://hacker-news.firebaseio.com/v0", interval_s: float = 30) -> None:
        """Connect nothing yet."""
        self._base_url = base_url.rstrip("/")
        self._interval_s = interval_s

    def parse(self, record: Record) -> list[Parsed]:
        """Return the item, or the items, that a record holds; lists of ids, users and missing items are skipped."""
        value = record.value if record.value is not None else json_value(record.payload, MAX_RECORD_BYTES)
        with odd_shapes_refused():
            return self._parsed(value, record)

    def _parsed(self, value: Any, record: Record, change: Change = "none") -> list[Parsed]:
        if isinstance(value, list) and any(isinstance(one, dict) for one in value):
            return parsed_page(value, lambda item: self._parsed(item, record))
        if not isinstance(value, dict):
            return [Skipped(_bare(value))]
        if set(value) == {"event", "payload"}:  # one event of the interface's own stream
            if value["event"] not in ("put", "patch"):
                return [Skipped(str(value["event"])[:40])]
            return self._parsed(json_value(value["payload"].encode(), MAX_RECORD_BYTES)["data"], record)
        mark = next((name for name in _MARKS if name in value), None) if len(value) == 1 else None
        if mark is not None:  # as `listen` hands on what has changed
            return self._parsed(value[mark], record, _MARKS[mark])
        if value and all(key.isdigit() for key in value):
            return parsed_page(value.values(), lambda item: self._parsed(item, record))
        if "profiles" in value:
            return [Skipped("updates")]
        if "karma" in value:
            return [Skipped("user")]
        return [_item(value, record, change)]

    async def listen(
        self, channel: str, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Walk all items behind the cursor, then what has changed, and again every `interval_s` seconds."""
        walk = Walk.read(cursor) if cursor is not None else None
        if walk is None:
            walk = Walk(await self._newest(web))
            yield Heard(b"", walk.cursor())
        again: list[int] = []
        while True:
            newest = await self._newest(web)
            if newest - walk.last > _BEHIND and not again:
                again = list(walk.states)
            until = min(newest, walk.last + _ROUND)
            async for heard in self._round(web, walk, [*walk.missing, *range(walk.last + 1, until + 1)]):
                yield heard
            if until == newest:
                changed = dict.fromkeys([*again, *await self._changed(web, newest)])
                again = []
                async for heard in self._round(web, walk, changed):
                    yield heard
                yield Heard(b"", walk.cursor())  # nothing new is a sign of life too
                await self.clock.wait(self._interval_s)

    def revisits(self, native_id: str) -> bool:
        """Say whether it is the number of an item."""
        return is_id(native_id)

    async def revisit(self, native_ids: Sequence[str], web: "Web") -> Sequence[bytes]:
        """Return the items as they are now; null and 404 are the answers for none, of a network that has others."""
        found: list[bytes] = []
        for native_id in native_ids:
            answer = await web.get(f"{self._base_url}/item/{native_id}.json", source=self.name)
            state = _read(answer.body) if answer.status == 200 else None
            if isinstance(state, dict) and str(state.get("id")) == native_id:
                found.append(answer.body)
            elif answer.status not in (404, 410) and answer.body.strip() != b"null":
                raise Transient(f"{self.name}: the answer about an item is none ({answer.status})")
        if len(found) < len(native_ids):
            await self._newest(web)
        return found

    async def _round(self, web: "Web", walk: Walk, items: Collection[int]) -> AsyncIterator[Heard]:
        """Yield what is new of these items, and now and then where to go on."""
        waiting = list(items)
        for at in range(0, len(waiting), _AT_ONCE):
            some = waiting[at : at + _AT_ONCE]
            for item, body in zip(some, await self._bodies(web, some), strict=True):
                heard = _heard(walk, item, body)
                if heard is not None:
                    yield heard
            if at % _NOTED == 0 or at + _AT_ONCE >= len(waiting):
                yield Heard(b"", walk.cursor())

    async def _bodies(self, web: "Web", items: Sequence[int]) -> list[bytes]:
        """Return what is answered for each of these items, asked for together; if one fails, none is waited for."""
        try:
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(self._item(web, item)) for item in items]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return [task.result() for task in asked]

    async def _newest(self, web: "Web") -> int:
        newest = _read(await self._get(web, "maxitem"))
        if not isinstance(newest, int):
            raise Transient(f"{self.name}: the newest item is not a number")
        return newest

    async def _changed(self, web: "Web", newest: int) -> list[int]:
        """Return the items that have changed of late, oldest first, but those that the walk has yet to come to."""
        updates = _read(await self._get(web, "updates"))
        listed = updates.get("items") if isinstance(updates, dict) else None
        if not isinstance(listed, list):
            raise Transient(f"{self.name}: the list of changes is none")
        return sorted(item for item in listed if isinstance(item, int) and 0 < item <= newest)

    async def _item(self, web: "Web", item: int) -> bytes:
        try:
            return await self._get(web, f"item/{item}")
        except Poison:  # larger than anything that people write: one that is not there
            return b""

    async def _get(self, web: "Web", path: str) -> bytes:
        answer = await web.get(f"{self._base_url}/{path}.json", source=self.name)
        return answer.body if answer.status == 200 else b""


def _heard(walk: Walk, item: int, body: bytes) -> Heard | None:
    """Return what is to be handed on of an item that was asked for: None for nothing new, or not there yet.

    What the walk has judged brings its cursor, so that it is judged once: the next state is held against this one.
    """
    new = item > walk.last or item in walk.missing
    walk.last = max(walk.last, item)
    state = _read(body)
    if not isinstance(state, dict) or state.get("id") != item:
        return Heard(body or b"null", walk.cursor()) if walk.miss(item) else None
    look = walk.look(item, state, new=new)
    if look == "same":
        return None
    mark = {"changed": b"edited", "unknown": b"updated"}.get(look)
    return Heard(body) if mark is None else Heard(b'{"%s":%s}' % (mark, body), walk.cursor())


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _bare(value: object) -> str:
    """Name what is no object: an item that is not there, the newest one's number, a list of ids."""
    if value is None:
        return "null"
    if isinstance(value, list) and all(isinstance(one, (int, str)) for one in value):
        return "ids"
    if isinstance(value, int):
        return "maxitem"
    raise Poison("bad_shape", "neither an item nor a list of ids")


def _item(item: dict[str, Any], record: Record, change: Change) -> Parsed:
    item_id = item["id"]
    if not is_id(item_id):
        raise Poison("bad_value", "the id of an item is a whole number")
    kind = item.get("type")
    gone: Gone | None = "deleted" if item.get("deleted") is True else "dead" if item.get("dead") is True else None
    if kind not in TYPES and gone is None:
        raise Poison("unknown_kind", "neither story, comment, job nor poll")
    time = item.get("time")
    claim = read_time(time) if time is not None or record.seen_at is None else None
    return item_event(
        item_id,
        seen=record.seen_at or recorded_time(claim),
        claim=claim,
        author=item.get("by"),
        title=item.get("title"),
        markup=item.get("text"),
        link=item.get("url"),
        parent=item.get("parent"),
        root=item.get("poll"),
        points=item.get("score"),
        replies=item.get("descendants"),
        gone=gone,
        change=change if record.seen_at is not None or change == "none" else "unsure",
    )
