"""Posts, comments, pictures and films of Facebook as nodes of the Graph API.

A post goes by the id that has its page before it (`page_post`), a comment by that of its post and its own
(`post_comment`), as webhooks name them. The time of an update is also that of the last comment on a post, so it orders
the states but does not say that a post was edited.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ingest import deeds
from ingest.facebook_media import SITE, attached
from ingest.foreign import given, point, post_event, whole_number, words
from ingest.graph_answers import Edge, Node, below, inner, kind_of, kinds, node_id, reference, total
from ingest.hyperlinks import text_links
from ingest.markup import address
from ingest.records import Record
from ingest.source import Parsed, Skipped
from schemas.errors import Poison
from schemas.post import AHEAD
from schemas.times import read_time, recorded_time
from schemas.wire import ms

NETWORK = "facebook"
_POSTS = ("posts", "feed", "published_posts", "visitor_posts", "tagged", "photos", "videos", "live_videos")
_TIMES = ("created_time", "creation_time", "broadcast_start_time", "tagged_time", "updated_time")
_SAID = {
    "message", "story", "attachments", "permalink_url", "status_type", "comment_count", "description", "picture",
    "images", "embed_html",
}  # fmt: skip
_IN_POST = re.compile(r"/(?:posts|videos|photos)(?:/[^/]{1,300})??/(\d{1,30})")
_OWNER = re.compile(r"/(\d{1,30})/")

# What else a node is, by the Graph API's own words.
_KINDS = kinds(
    """
    business verification_status
    conversation snippet
    conversation message_count
    event start_time
    insights period values
    page category
    page fan_count
    page access_token name
    group member_count
    group privacy name
    user first_name
    user email
    reaction id type
    profile id name
    picture url is_silhouette
    permission permission status
    token user_id is_valid
    token access_token token_type
    upload_session upload_session_id
    setting setting value
    success success
    id id
    app app_id
    """
)


def node_events(node: Node, edge: Edge, record: Record) -> Iterator[Parsed]:
    """Yield what a node of the answer to one request is, and what stands below it: comments, replies, a page's posts.

    `edge` is what the answer is a page of. Raises Poison, and whatever odd shapes raise.
    """
    owner = edge.owner if edge.name in ("comments", "replies") else None
    yield from _node(node, owner, record)


def _node(node: Node, post: str | None, record: Record, parent: str | None = None) -> Iterator[Parsed]:
    """`post` is the id of the post that a comment is below, `parent` that of the comment it answers, where known."""
    if "recommendation_type" in node or "review_text" in node:
        yield _review(node, record)
        return
    if not _is_said(node):
        edges = [child for name in _POSTS for child in inner(node, name)]
        if not edges:
            yield _undated(node, record)
        yield from below(edges, lambda child: _node(child, None, record))
        return
    place = _Comment(node, post, parent)
    native_id = place.native_id if place.is_comment else node_id(node["id"])
    refs = place.references if place.is_comment else _shared(node)
    comments = [*inner(node, "comments"), *inner(node, "replies")]
    if not comments:
        yield _event(node, native_id, refs, record, is_comment=place.is_comment)
        return
    root, above = (place.root, native_id) if place.is_comment else (native_id, None)
    yield from below([node], lambda one: [_event(one, native_id, refs, record, is_comment=place.is_comment)])
    yield from below(comments, lambda child: _node(child, root, record, above))


def _is_said(node: Node) -> bool:
    """Say whether a node is something that somebody published; private messages have ids of their own kind."""
    known = node.keys()
    if str(node.get("id")).startswith(("t_", "m_")) or "verification_status" in known or "start_time" in known:
        return False
    dated = any(node.get(name) for name in _TIMES)
    return dated and bool(known & _SAID or (known & {"name", "title", "source"} and "profile_picture_uri" not in known))


def _undated(node: Node, record: Record) -> Parsed:
    """Return what a node is of which nothing is said: perhaps the totals of a post, if that is all that was asked for.

    They are an observation, or skipped where a recording does not say when they were.
    """
    counts = _counts(node) if "id" in node and not node.keys() & {"name", "category"} else None
    if counts is None:
        return Skipped(kind_of(node, _KINDS))
    if record.seen_at is None:
        return Skipped("counts")
    return deeds.totals(NETWORK, node_id(node["id"]), counts, record.seen_at)


class _Comment:
    """Where a comment stands: by its address if it has one, else by where the answer has it."""

    def __init__(self, node: Node, post: str | None, parent: str | None) -> None:
        parts = urlsplit(address(node.get("permalink_url"), SITE) or "")
        query = parse_qs(parts.query)
        first, answer = query.get("comment_id", [None])[0], query.get("reply_comment_id", [None])[0]
        self.is_comment = bool(first or post or "comment_count" in node or node.get("parent"))
        story, owner = _IN_POST.search(parts.path), _OWNER.match(parts.path)
        local = story[1] if story else query.get("story_fbid", [None])[0]
        page = owner[1] if owner else query.get("id", [None])[0]
        whole = f"{page}_{local}" if local and page else None
        self.root = whole if answer and whole else post or whole  # a page of replies is below a comment
        if "id" in node:
            self.native_id = node_id(node["id"])
        elif local and (answer or first):
            self.native_id = f"{local}_{answer or first}"
        else:
            raise Poison("bad_shape", "no 'id'")
        above = reference(node.get("parent")) or parent or (f"{local}_{first}" if local and answer else None)
        self.references = given(parent=above or self.root, root=self.root)


def _review(node: Node, record: Record) -> Parsed:
    """Return a review of a page, which goes by its story as webhooks name it; one that was given without it is none."""
    story = reference(node.get("open_graph_story"))
    if story is None:
        return Skipped("rating")
    made = read_time(node["created_time"])
    return post_event(
        NETWORK, story, record.seen_at or recorded_time(made), made,
        kind="review", text=words(node.get("review_text")), author=author(node.get("reviewer")),
    )  # fmt: skip


def _shared(node: Node) -> dict[str, str] | None:
    """Return the post that one shares: with words of its own it is a quote."""
    original = reference(node.get("parent_id"))
    if original is None:
        return None
    return {"quote_of" if words(node.get("message")) else "repost_of": original}


def _event(node: Node, native_id: str, refs: dict[str, str] | None, record: Record, *, is_comment: bool) -> Parsed:
    times = [read_time(node[name]) for name in _TIMES if node.get(name)]
    made = times[0] if any(node.get(name) for name in _TIMES[:-1]) else None
    changed = max(times)
    seen = record.seen_at or recorded_time(changed)
    media, links, film = attached(node)
    hidden = node.get("is_hidden") is True
    title, text = _texts(node)
    return post_event(
        NETWORK, native_id, seen, made, ms(changed) if changed <= seen + AHEAD else None, refs,
        op="update" if hidden else "create",
        kind="reply" if is_comment else "repost" if "repost_of" in (refs or {}) else "quote" if refs else "post",
        title=None if hidden else title or film,
        text=None if hidden else text,
        author=None if hidden else author(node.get("from")),
        url=address(node.get("permalink_url"), SITE) or address(node.get("link")),
        media=[] if hidden else media,
        links=[] if hidden else list(dict.fromkeys((*links, *text_links(text or "")))),
        counts=None if hidden else _counts(node),
        place=_place(node.get("place")),
        flags=["hidden"] if hidden else [],
    )  # fmt: skip


def _texts(node: Node) -> tuple[str | None, str | None]:
    """Return title and text: of a film it has both, a picture's name is its text, a story is what Facebook says."""
    said = words(node.get("message")) or words(node.get("description"))
    name = words(node.get("title")) or words(node.get("name"))
    if said is None:
        return None, name or words(node.get("story"))
    return (None if "attachments" in node or "link" in node else name), said


def author(person: Any) -> dict[str, Any] | None:
    """Return who is behind a node or a change, as far as the interface tells."""
    if not isinstance(person, dict):
        return None
    verified = person.get("verification_status") in ("blue_verified", "gray_verified")
    return given(
        id=reference(person), name=words(person.get("name")), handle=words(person.get("username")),
        followers=whole_number(person.get("followers_count")),
        verified=verified if "verification_status" in person else None,
    )  # fmt: skip


def _counts(node: Node) -> dict[str, Any] | None:
    shares = node.get("shares")
    found = {
        "likes": (total(node, "reactions"), total(node, "likes"), node.get("like_count")),
        "reposts": (shares.get("count") if isinstance(shares, dict) else None,),
        "replies": (total(node, "comments"), node.get("comment_count")),
        "views": (node.get("views"), node.get("live_views")),
    }
    return given(
        **{name: next((n for n in map(whole_number, values) if n is not None), None) for name, values in found.items()}
    )


def _place(place: Any) -> dict[str, Any] | None:
    if not isinstance(place, dict):
        return None
    location = place.get("location")
    located = location if isinstance(location, dict) else {}
    country = words(located.get("country_code")) or words(located.get("country"))
    return given(
        name=words(place.get("name")) or words(located.get("city")),
        country=country.upper() if country and len(country) == 2 else None,
        **point(located.get("latitude"), located.get("longitude")),
    )
