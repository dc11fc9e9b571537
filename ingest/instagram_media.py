"""Media, stories and comments of Instagram as nodes of the Graph API.

What was asked for without its time has it in its address, for that begins with it. Where there is neither, a recording
says nothing of when the totals were what they are.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ingest import deeds
from ingest.foreign import given, post_event, whole_number, words
from ingest.graph_answers import NO_EDGE, Edge, Node, below, inner, kind_of, kinds, node_id, reference
from ingest.instagram_ids import address_time
from ingest.markup import address
from ingest.records import Record
from ingest.source import Parsed, Skipped
from schemas.errors import Poison
from schemas.times import read_time, recorded_time

NETWORK = "instagram"
_KINDS_OF_MEDIA = {"IMAGE": "image", "VIDEO": "video", "REELS": "video", "STORY": "image", "CAROUSEL_ALBUM": "image"}
_MEDIA = {"media_type", "media_url", "caption", "comments_count", "media_product_type", "permalink", "shortcode"}
_ASKED_FOR = ("business_discovery", "mentioned_media", "mentioned_comment")
_EDGES = ("media", "stories", "tags", "live_media", "recent_media", "top_media")

# What else a node is, by the Graph API's own words.
_KINDS = kinds(
    """
    insights period
    product product_id
    catalog catalog_id
    user username
    user followers_count
    user instagram_business_account
    user biography
    hashtag id name
    container id status_code
    container id status
    content_publishing_limit quota_usage
    oembed html provider_name
    success success
    id id
    """
)


def node_events(node: Node, edge: Edge, record: Record) -> Iterator[Parsed]:
    """Yield what a node of the answer to one request is, and what was asked for with it: an account's media, comments.

    `edge` is what the answer is a page of. Raises Poison, and whatever odd shapes raise.
    """
    asked = [node[name] for name in _ASKED_FOR if isinstance(node.get(name), dict)]
    if asked:
        yield from below(asked, lambda one: node_events(one, NO_EDGE, record))
    elif "text" in node and not node.keys() & _MEDIA:
        above = edge.owner
        yield from comment_events(node, above if edge.name == "comments" else None, record, answered=edge)
    elif node.keys() & _MEDIA:
        yield from _medium(node, record)
    elif edges := [child for name in _EDGES for child in inner(node, name)]:
        owner = author(node)
        yield from below(edges, lambda child: _medium(child, record, owner))
    else:
        yield Skipped(kind_of(node, _KINDS))


def comment_events(
    node: Node, medium: str | None, record: Record, parent: str | None = None, answered: Edge = NO_EDGE
) -> Iterator[Parsed]:
    """Yield a comment and the replies to it. `medium` and `parent` are the ids of what it is below, where known.

    `answered` is the page that the comment stands on: of replies it names the comment that they are to.
    """
    native_id = node_id(node["id"])
    root = reference(node.get("media")) or medium
    above = reference(node.get("parent_id")) or parent or (answered.owner if answered.name == "replies" else None)
    made = read_time(node["timestamp"]) if node.get("timestamp") else None
    hidden = node.get("hidden") is True
    yield post_event(
        NETWORK, native_id, _seen(made, record), made,
        refs=given(parent=above or root, root=root),
        op="update" if hidden else "create",
        kind="reply",
        text=None if hidden else words(node.get("text")),
        author=None if hidden else author(node),
        counts=None if hidden else given(likes=whole_number(node.get("like_count"))),
        flags=["hidden"] if hidden else [],
    )  # fmt: skip
    yield from below(inner(node, "replies"), lambda child: comment_events(child, root, record, native_id))


def author(node: Node) -> dict[str, Any] | None:
    """Return who is behind a node, as far as the interface tells: under `from`, `user`, `owner`, or the node itself."""
    person: Node = next((node[name] for name in ("from", "user", "owner") if isinstance(node.get(name), dict)), {})
    own = node if node.keys() & {"followers_count", "biography"} or inner(node, "media") else {}
    return given(
        id=reference(person) or (reference(own) if not person else None),
        name=words(person.get("name")) or words(own.get("name")),
        handle=words(person.get("username")) or words(node.get("username")),
        followers=whole_number(person.get("followers_count", own.get("followers_count"))),
    )


def _medium(node: Node, record: Record, owner: dict[str, Any] | None = None) -> Iterator[Parsed]:
    native_id = node_id(node["id"])
    url = address(node.get("permalink"))
    code = words(node.get("shortcode"))
    url = url or (f"https://www.instagram.com/p/{code}/" if code else None)
    made = read_time(node["timestamp"]) if node.get("timestamp") else address_time(url)
    counts = given(
        likes=whole_number(node.get("like_count")),
        replies=whole_number(node.get("comments_count")),
        views=_views(node),
    )
    if made is None and not words(node.get("caption")):
        yield _observed(native_id, counts, record.seen_at)
    else:
        yield post_event(
            NETWORK, native_id, _seen(made, record), made,
            text=words(node.get("caption")),
            author=_both(owner, author({name: node[name] for name in node.keys() - {"media"}})),
            url=url,
            media=_media(node),
            counts=counts,
        )  # fmt: skip
    yield from below(inner(node, "comments"), lambda child: comment_events(child, native_id, record))


def _seen(made: datetime | None, record: Record) -> datetime:
    if record.seen_at is None and made is None:
        raise Poison("bad_time", "a medium or comment without time and address")
    return record.seen_at or recorded_time(made)


def _observed(native_id: str, counts: dict[str, Any] | None, seen_at: datetime | None) -> Parsed:
    if counts is None or seen_at is None:
        return Skipped("media" if counts is None else "counts")
    return deeds.totals(NETWORK, native_id, counts, seen_at)


def _both(owner: dict[str, Any] | None, own: dict[str, Any] | None) -> dict[str, Any] | None:
    return {**(owner or {}), **(own or {})} or None


def _views(node: Node) -> int | None:
    return whole_number(node.get("view_count", node.get("video_views")))


def _media(node: Node) -> list[dict[str, Any]]:
    """Return the media of a medium: of an album what is in it, if the answer says what that is."""
    inside = [child for child in inner(node, "children") if isinstance(child, dict) and child.keys() & _MEDIA]
    found = []
    for item in inside or [node]:
        kind = _KINDS_OF_MEDIA.get(str(item.get("media_type")))
        if kind is not None:
            source = address(item.get("media_url")) or address(item.get("thumbnail_url"))
            found.append({"kind": kind, "url": source, "alt": words(item.get("alt_text"))})
    return found
