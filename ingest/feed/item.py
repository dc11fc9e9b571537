"""One item of a feed, whatever the feed is written in, and the post event that it is."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b, sha256
from typing import Any

import orjson

from ingest.foreign import given, post_event
from schemas.errors import Poison
from schemas.post import AHEAD, EARLIEST, PostEvent
from schemas.times import LATEST
from schemas.wire import ms

# Ids that are unique in the world by the way they are made; any other is unique in its feed only.
_GLOBAL = re.compile(r"(?i)(https?://|tag:|urn:|yt:)\S{3,}")
_SCHEME = re.compile(r"(?i)^https?://(www\.)?")


@dataclass(frozen=True, slots=True)
class FeedItem:
    """What an item says. `guid` is its own id as it stands there; `fields` are fields of PostEvent, as JSON has them.

    `published` and `updated` may lie in any year, and are None where the item does not say them. An item that was
    `deleted` has its `guid` and the time of that in `updated`.
    """

    guid: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    parent: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    deleted: bool = False

    @property
    def empty(self) -> bool:
        """Say whether there is nothing in it that could be a post: not even a time, or who wrote it."""
        return not (
            self.guid
            or self.deleted
            or self.times
            or any(self.fields.get(name) for name in ("title", "text", "url", "media", "place", "author"))
        )

    @property
    def times(self) -> list[datetime]:
        """The times that it says and that can be."""
        return [time for time in (self.published, self.updated) if time and EARLIEST <= time <= LATEST]

    def digest(self) -> str:
        """Return what changes when the item is edited. Counts are no part of it: they change by themselves."""
        said = [self.guid, self.published, self.updated, self.parent, self.deleted, {**self.fields, "counts": None}]
        return blake2b(orjson.dumps(said, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Feed:
    """A document: `identity` is what makes ids unique that are so only in this feed; `updated` is when it says it was
    written; `ttl_s` is how long it asks to be left alone."""

    items: list[FeedItem]
    identity: str = ""
    updated: datetime | None = None
    ttl_s: float | None = None

    def native_ids(self) -> Iterator[str]:
        """Yield the native id of every item: its own id, its address, or else a digest of its title and time.

        An id of which one feed alone knows the meaning has the feed's in front. Where several items at different
        addresses bear one id it is none, and their addresses are.
        """
        places = Counter(
            item.guid for item in {(item.guid, item.fields.get("url")): item for item in self.items}.values()
        )
        for item in self.items:
            guid, url = item.guid, item.fields.get("url")
            if guid is not None and (places[guid] == 1 or url is None):
                yield self.native_id(guid)
            elif url is not None:
                yield url
            else:
                named = [item.fields.get("title"), str(item.published or item.updated)]
                said = named if all(named) else [*named, orjson.dumps({**item.fields, "counts": None}).decode()]
                yield self.native_id(sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:32])

    def native_id(self, guid: str) -> str:
        """Return the native id of the item that this feed calls `guid`."""
        if _GLOBAL.fullmatch(guid) or not self.identity:
            return guid
        return f"{_SCHEME.sub('', self.identity).rstrip('/')}#{guid}"

    def seen_at(self, item: FeedItem) -> datetime:
        """Return when an item was seen if nobody says so: not before the newest time that it or its feed says.

        Where no time stands anywhere it is the earliest there is; the item's event is flagged then. Raises Poison
        bad_time where the only times are impossible.
        """
        of_feed = [self.updated] if self.updated and EARLIEST <= self.updated <= LATEST else []
        times = of_feed + item.times or [time for other in self.items for time in other.times]
        if not times and (item.published or item.updated):
            raise Poison("bad_time", "an item with no time that can be")
        return max(times, default=EARLIEST)


def item_event(
    item: FeedItem, feed: Feed, native_id: str, network: str, kind: str, seen: datetime | None, changed_ms: int | None
) -> PostEvent:
    """Return the post event of an item: `seen` is when it was seen if somebody says so, `changed_ms` the version
    that it gets where its own times do not say that it was changed. Raises Poison bad_time, bad_value."""
    observed_at = seen or feed.seen_at(item)
    version = changed_ms if changed_ms is not None else own_version(item, observed_at)
    if item.deleted:
        return post_event(
            network, native_id, observed_at, version=ms(observed_at) if version is None else version, op="delete"
        )
    fields = dict(item.fields)
    if seen is None and observed_at == EARLIEST:
        fields["flags"] = ["time_unknown"]
    return post_event(
        network,
        native_id,
        observed_at,
        item.published or item.updated,
        version,
        given(parent=feed.native_id(item.parent) if item.parent else None),
        kind="reply" if item.parent else kind,
        **fields,
    )


def own_version(item: FeedItem, seen: datetime) -> int | None:
    """Return the item's own time of its last change in ms, None where it says none that can be."""
    return max((ms(time) for time in item.times if time <= seen + AHEAD), default=None)
