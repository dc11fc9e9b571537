"""ActivityPub: what servers of the network send to an inbox, keep in an outbox, or answer for one object."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ingest.activitypub_objects import NETWORK, POSTS, author, identity, object_event
from ingest.activitypub_values import (
    ACTORS,
    COLLECTIONS,
    Thing,
    address_of,
    each,
    is_public,
    things,
    time_of,
    type_of,
)
from ingest.foreign import odd_shapes_refused, parsed_page, post_event, words
from ingest.records import Record, decode
from ingest.source import AuthorRemoval, Parsed, Skipped, Source
from schemas.codec import model_of
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import EARLIEST, post_id
from schemas.wire import ms

_WORD = re.compile(r"[A-Za-z:]{1,40}")
_LIKES = {"Like", "EmojiReact"}


class ActivityPub(Source):
    """Activities, collections and bare objects of Mastodon, Lemmy, PeerTube, Friendica, Misskey and their like.

    At-least-once: servers send an activity again until it is accepted; ids are addresses, the same wherever a post is
    seen. Only what is addressed to everybody is taken. Whether the sender may say what it says is a matter of the
    inbox that checks its signature, not of reading it. Where a recording does not tell when a deletion or a repost
    was, it has the earliest time there is.
    """

    name = "activitypub"
    network = NETWORK
    formats = "JSON: activities, collections or objects, one a line, one document or an array; HTTP cassettes"

    def parse(self, record: Record) -> list[Parsed]:
        """Return what one activity, object or collection holds; what is no post is skipped by its type."""
        message = decode(record)
        with odd_shapes_refused():
            return list(_parsed({}, message, record.seen_at))


def _parsed(around: Thing, thing: Thing, seen_at: datetime | None) -> Iterator[Parsed]:
    """Yield what a thing is; `around` is the activity or collection that it stands in."""
    kind = type_of(thing)
    if kind in COLLECTIONS:
        yield from _collection(thing, seen_at)
    elif kind in POSTS:
        yield from _post(around, thing, seen_at)
    elif kind == "Create":
        inside = list(things(thing.get("object")))
        yield from (parsed for one in inside for parsed in _created(thing, one, seen_at))
        yield from () if inside else (Skipped(kind),)
    elif kind == "Update":
        inside = [one for one in things(thing.get("object")) if type_of(one) in POSTS]
        yield from (parsed for one in inside for parsed in _post(thing, one, seen_at))
        yield from () if inside else (Skipped(kind),)
    elif kind == "Announce":
        yield from _announced(thing, seen_at)
    elif kind == "Delete":
        yield from (_deleted(thing, one, seen_at) for one in each(thing.get("object")))
    elif kind == "Tombstone":
        yield _deleted({}, thing, seen_at)
    elif kind in _LIKES:
        yield from _liked(thing, seen_at)
    elif kind == "Undo":
        yield from _undone(thing, seen_at)
    elif kind is not None:
        yield Skipped(kind if _WORD.fullmatch(kind) else "another type")
    elif thing.keys() == {"@context"} or "error" in thing:
        yield Skipped("error" if "error" in thing else "@context")
    else:
        raise Poison("unknown_kind", "neither an activity, an object nor a collection")


def _collection(collection: Thing, seen_at: datetime | None) -> list[Parsed]:
    first = collection.get("first")
    pages = [collection, first] if isinstance(first, dict) else [collection]
    items = [item for page in pages for name in ("orderedItems", "items") for item in each(page.get(name))]
    shown = [item for item in items if isinstance(item, dict)]
    named: list[Parsed] = [Skipped("address") for _ in range(len(items) - len(shown))]
    found = parsed_page(shown, lambda item: _parsed({}, item, seen_at)) + named
    return found or [Skipped(str(type_of(collection)))]


def _created(activity: Thing, thing: Thing, seen_at: datetime | None) -> Iterator[Parsed]:
    if type_of(thing) in POSTS:
        yield from _post(activity, thing, seen_at)
    else:
        yield from _parsed(activity, thing, seen_at)


def _post(activity: Thing, thing: Thing, seen_at: datetime | None) -> Iterator[Parsed]:
    if not is_public(activity, thing):
        yield Skipped("not public")
    else:
        yield object_event(activity, thing, seen_at, op="update" if type_of(activity) == "Update" else "create")


def _announced(announce: Thing, seen_at: datetime | None) -> Iterator[Parsed]:
    """Yield the repost that an announcement is, after the original if that is shown.

    A group of Lemmy's kind passes on, in announcements, whatever its members do: that is no repost.
    """
    for one in each(announce.get("object")):
        if isinstance(one, dict) and type_of(one) not in POSTS:
            yield from _parsed(announce, one, seen_at)
            continue
        if not is_public(announce):
            yield Skipped("not public")
            continue
        at = time_of(announce, "published")
        seen = seen_at or at or EARLIEST
        original = address_of(one)
        if original is None:
            raise Poison("bad_value", "the id of an object is an address")
        if isinstance(one, dict):
            if not is_public(announce, one):
                yield Skipped("not public")
                continue
            yield object_event({}, one, seen_at, via="repost")
        yield post_event(
            NETWORK, identity(announce), seen, at, refs={"repost_of": original}, author=author(announce.get("actor"))
        )


def _deleted(activity: Thing, one: object, seen_at: datetime | None) -> Parsed:
    """Return the deletion of a post, or of an author with all that is theirs."""
    native_id = address_of(one)
    if native_id is None:
        raise Poison("bad_value", "the id of what is deleted is an address")
    thing = one if isinstance(one, dict) else {}
    at = (
        time_of(thing, "deleted") or time_of(activity, "published") or seen_at or time_of(thing, "updated", "published")
    )
    former = thing.get("formerType")
    if native_id == address_of(activity.get("actor")) or {type_of(thing), former if words(former) else None} & ACTORS:
        return AuthorRemoval("Delete", NETWORK, native_id, at) if at else Skipped("Delete")
    at = at or EARLIEST
    return post_event(NETWORK, native_id, seen_at or at, version=ms(at), op="delete")


def _liked(activity: Thing, seen_at: datetime | None) -> Iterator[Parsed]:
    at = time_of(activity, "published") or seen_at
    for one in each(activity.get("object")):
        liked = address_of(one)
        if liked is None or at is None:
            yield Skipped(str(type_of(activity)))
            continue
        deed = address_of(activity) or f"{address_of(activity.get('actor'))} {liked}"
        fields: dict[str, Any] = {
            "id": post_id("like", post_id(NETWORK, deed)),
            "mention_id": post_id(NETWORK, liked),
            "source": NETWORK,
            "kind": "like",
            "at": at,
            "observed_at": seen_at or at,
        }
        yield model_of(Engagement, fields)


def _undone(activity: Thing, seen_at: datetime | None) -> Iterator[Parsed]:
    """Yield the deletion of a repost that is taken back; a deletion is final, and of a like nothing is remembered."""
    for one in each(activity.get("object")):
        if isinstance(one, dict) and type_of(one) == "Announce" and not any(things(one.get("object"))):
            at = time_of(activity, "published") or seen_at or time_of(one, "published") or EARLIEST
            yield post_event(NETWORK, identity(one), seen_at or at, version=ms(at), op="delete")
        else:
            yield Skipped("Undo")
