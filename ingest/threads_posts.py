"""Posts of Threads: as nodes of its Graph API, and as its webhooks tell of replies, mentions and deletions."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from ingest.foreign import given, parsed_page, point, post_event, whole_number, words
from ingest.graph_answers import Edge, Node, below, inner, kind_of, kinds, node_id, reference
from ingest.hyperlinks import text_links
from ingest.instagram_ids import address_time
from ingest.markup import address
from ingest.records import Record
from ingest.source import Parsed, Skipped
from schemas.errors import Poison
from schemas.post import EARLIEST, PostEvent
from schemas.times import read_time, recorded_time
from schemas.wire import ms

NETWORK = "threads"
_MEDIA = {"IMAGE": "image", "VIDEO": "video", "AUDIO": "audio", "CAROUSEL_ALBUM": "image"}
_HIDDEN = {"HIDDEN", "COVERED", "BLOCKED", "RESTRICTED"}  # by whoever began the thread, who may show it again
_SAID = {"text", "media_type", "media_product_type", "shortcode", "is_quote_post", "replied_to", "reposted_post"}
_EDGES = ("threads", "replies", "conversation", "mentions")
_DEEDS = {"hide", "unhide", "approve", "ignore"}

# What else a node is, by the words of Threads itself.
_KINDS = kinds(
    """
    insights period
    profile id username
    profile threads_biography
    profile username follower_count
    oembed html provider_name
    token is_valid
    publishing_limit quota_usage
    publishing_limit reply_quota_usage
    container id status
    location id latitude
    location id address
    location id name
    success success
    token access_token
    id id
    """
)


def node_events(node: Node, edge: Edge, record: Record) -> Iterator[Parsed]:
    """Yield what a node of the answer to one request is: a post, and before a repost its original if that is there.

    An answer that confirms a deletion names the post. Raises Poison, and whatever odd shapes raise.
    """
    if "deleted_id" in node:
        yield _deletion(node["deleted_id"], None, record)
    elif "id" in node and node.keys() & _SAID:
        yield from post_events(node, record)
    elif replies := [child for name in _EDGES for child in inner(node, name)]:
        yield from below(replies, lambda child: node_events(child, edge, record))
    else:
        yield Skipped(kind_of(node, _KINDS))


def post_events(node: Node, record: Record, notified: datetime | None = None) -> Iterator[PostEvent]:
    """Yield a post; `notified` is when a webhook told of it, for those that do not say when they were made."""
    original = node.get("reposted_post")
    if isinstance(original, dict) and original.keys() & {"text", "media_type"}:
        yield _post(original, record, notified, via="repost")
    yield _post(node, record, notified)


def change_events(message: dict[str, Any], record: Record) -> list[Parsed]:
    """Return what a notification tells of: `values` with a field and its value. Raises Poison, and as odd shapes do."""
    at = recorded_time(message["time"]) if message.get("time") else None
    changes = message["values"]
    return parsed_page(changes if isinstance(changes, list) else [changes], lambda one: _changed(one, record, at))


def _changed(change: dict[str, Any], record: Record, at: datetime | None) -> Iterator[Parsed]:
    field, value = change["field"], change["value"]
    if field == "delete":
        when = value.get("deleted_at") or value.get("timestamp")
        yield _deletion(value["id"], recorded_time(when) if when else at, record)
    elif field in ("replies", "mentions", "publish") and value.keys() & _SAID:
        yield from post_events(value, record, at)
    else:
        yield Skipped(field if field in _DEEDS | {"replies", "mentions", "publish"} else "another field")


def _deletion(native_id: object, at: datetime | None, record: Record) -> PostEvent:
    """Return a deletion. Where nobody says when, it was at some time: it stands however old it is."""
    seen = record.seen_at or at or EARLIEST
    return post_event(NETWORK, node_id(native_id), seen, version=ms(at or seen), op="delete")


def _post(node: Node, record: Record, notified: datetime | None, via: Literal["repost"] | None = None) -> PostEvent:
    url = address(node.get("permalink"))
    made = read_time(node["timestamp"]) if node.get("timestamp") else address_time(url)
    if made is None and notified is None and record.seen_at is None:
        raise Poison("bad_time", "a post without time and address")
    refs = _references(node)
    original = node.get("reposted_post")
    shown = original if isinstance(original, dict) and "text" in original else node
    hidden = node.get("hide_status") in _HIDDEN
    return post_event(
        NETWORK, node_id(node["id"]), record.seen_at or notified or recorded_time(made), made,
        refs=refs,
        op="update" if hidden else "create",
        kind="reply" if node.get("is_reply") is True or "parent" in (refs or {}) else
        "repost" if "repost_of" in (refs or {}) else
        "quote" if node.get("is_quote_post") is True or "quote_of" in (refs or {}) else "post",
        text=None if hidden else _text(shown),
        quoted_text=_text(node["quoted_post"]) if not hidden and isinstance(node.get("quoted_post"), dict) else None,
        author=None if hidden else _author(node),
        url=url,
        links=[] if hidden else _links(shown),
        media=[] if hidden else _media(shown),
        counts=None if hidden else _counts(node),
        place=None if hidden else _place(node.get("location")),
        flags=["hidden"] if hidden else [],
        via=via,
    )  # fmt: skip


def _references(node: Node) -> dict[str, str] | None:
    if original := reference(node.get("reposted_post")):
        return {"repost_of": original}
    parent, root = reference(node.get("replied_to")), reference(node.get("root_post"))
    return given(parent=parent, root=root, quote_of=reference(node.get("quoted_post")))


def _text(node: Node) -> str | None:
    """Return what a post says, the text attached to it, and what its poll lets people choose from."""
    attached, poll = node.get("text_attachment"), node.get("poll_attachment")
    longer = words(attached.get("plaintext")) if isinstance(attached, dict) else None
    options = [words(poll.get(f"option_{one}")) for one in "abcd"] if isinstance(poll, dict) else []
    return "\n".join(filter(None, (words(node.get("text")), longer, *options))) or None


def _author(node: Node) -> dict[str, Any] | None:
    verified = node.get("is_verified")
    return given(
        id=reference(node.get("owner")), name=words(node.get("name")), handle=words(node.get("username")),
        verified=verified if isinstance(verified, bool) else None,
    )  # fmt: skip


def _links(node: Node) -> list[str]:
    attached = node.get("text_attachment")
    inside = attached.get("link_attachment_url") if isinstance(attached, dict) else None
    attachments = [link for link in map(address, (node.get("link_attachment_url"), inside)) if link]
    return list(dict.fromkeys((*attachments, *text_links(words(node.get("text")) or ""))))


def _media(node: Node) -> list[dict[str, Any]]:
    """Return the media of a post: of an album what is in it, if the answer says what that is."""
    inside = [child for child in inner(node, "children") if isinstance(child, dict) and "media_type" in child]
    found = [
        {
            "kind": _MEDIA[item["media_type"]],
            "url": address(item.get("media_url")) or address(item.get("thumbnail_url")),
            "alt": words(item.get("alt_text")),
        }
        for item in inside or [node]
        if item.get("media_type") in _MEDIA
    ]
    gif = address(node.get("gif_url"))
    return [*found, {"kind": "gif", "url": gif}] if gif else found


def _counts(node: Node) -> dict[str, Any] | None:
    return given(
        likes=whole_number(node.get("like_count")),
        reposts=whole_number(node.get("repost_count")),
        replies=whole_number(node.get("reply_count")),
        quotes=whole_number(node.get("quote_count")),
        views=whole_number(node.get("view_count", node.get("views"))),
    )


def _place(location: Any) -> dict[str, Any] | None:
    if not isinstance(location, dict):
        return None
    country = words(location.get("country"))
    return given(
        name=words(location.get("name")) or words(location.get("city")),
        country=country.upper() if country and len(country) == 2 else None,
        **point(location.get("latitude"), location.get("longitude")),
    )
