"""What is remembered of a feed between two polls: the whole of it is the cursor."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

from ingest.feed.item import Feed, own_version
from schemas.errors import Poison
from schemas.json_value import json_value
from schemas.wire import ms

_MAX_BYTES = 8 * 2**20
_LINGERING = 500  # items that have left the feed and are still known: servers behind one address do not agree at once


@dataclass(slots=True)
class FeedCursor:
    """`etag` and `modified` are what the server called the last document, `body` is its digest; `found_at` is the feed
    that a web page named, `moved_to` where the feed has moved for good; `due_ms` is when to ask again, `ttl_s` how long
    the feed wishes to be left alone; `trouble` is what was last reported, so that it is once.

    `items` holds, by a digest of its native id, what each item was last seen as: a digest of its content, one of its
    counts, and its version in ms.
    """

    etag: str | None = None
    modified: str | None = None
    body: str | None = None
    found_at: str | None = None
    moved_to: str | None = None
    due_ms: int = 0
    ttl_s: float | None = None
    trouble: str | None = None
    items: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: str | None) -> "FeedCursor":
        """Return what `text` wrote; nothing is remembered of what cannot be read."""
        if cursor is None:
            return cls()
        try:
            fields: dict[str, Any] = json_value(cursor.encode(), _MAX_BYTES)
            items = {
                key: (str(said), str(counted), int(version))
                for key, (said, counted, version) in fields.pop("items").items()
            }
            return cls(**fields, items=items)
        except (Poison, TypeError, ValueError, AttributeError, KeyError):
            return cls()

    def text(self) -> str:
        """Return it as the cursor that `read` reads."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return orjson.dumps({name: value for name, value in fields.items() if value not in (None, 0)}).decode()

    def changes(self, feed: Feed, native_ids: Iterable[str], now: datetime) -> dict[int, int | None]:
        """Return the places of the items that are new or changed since the last poll, and remember them.

        The version beside a place is None where the item's own time says it, being newer than what is known of it.
        Where it says none, or the content is another although the time is not, it is the moment of this poll; where
        only the counts are others, the version it had. Of several items under one id the newest is the one. What is
        not in the feed any more stays known for some time, and nothing is concluded from it.
        """
        found: dict[str, tuple[int, int | None]] = {}
        for place, native_id in enumerate(native_ids):
            item = feed.items[place]
            if item.empty:
                continue
            key, own = _digest(native_id), own_version(item, now)
            if key not in found or (own or 0) > (found[key][1] or 0):
                found[key] = (place, own)
        changed: dict[int, int | None] = {}
        seen: dict[str, tuple[str, str, int]] = {}
        for key, (place, own) in found.items():
            item = feed.items[place]
            said, counted = item.digest(), _digest(orjson.dumps(item.fields.get("counts")).decode())
            before = self.items.pop(key, None)
            version = ms(now) if own is None else own
            if before is None:
                changed[place] = version if own is None else None
            elif said != before[0]:
                newer = own is not None and own > before[2]
                version = version if newer else max(ms(now), before[2] + 1)
                changed[place] = None if newer else version
            else:
                version = before[2]
                if counted != before[1]:
                    changed[place] = version
            seen[key] = (said, counted, version)
        gone = list(self.items.items())[: max(0, _LINGERING - len(seen))]
        self.items = seen | dict(gone)
        return changed


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def body_digest(body: bytes) -> str:
    """Return by what a document is known again."""
    return blake2b(body, digest_size=12).hexdigest()
