"""Changes on Facebook pages, as their webhooks tell them: posts, comments, reviews, mentions, reactions.

Whatever was hidden, or blocked for its rights, can be shown again: that is an update with nothing to be seen in it. A
change other than an addition is as old as its notification, for `created_time` is when the post was made.
"""

from collections.abc import Iterator
from typing import Any

from ingest.deeds import like
from ingest.facebook_media import target
from ingest.facebook_posts import NETWORK, author
from ingest.foreign import given, post_event, words
from ingest.graph_answers import reference
from ingest.hyperlinks import text_links
from ingest.markup import address
from ingest.meta_notifications import Change, known_word
from ingest.source import Parsed, Skipped
from schemas.post import PostEvent
from schemas.times import read_time
from schemas.wire import ms

Value = dict[str, Any]

_FIELDS = {"feed", "ratings", "mention", "mentions", "group_feed"}
_POSTS = {"post", "status", "photo", "video", "share", "link", "note", "album", "event", "offer", "question"}
_VERBS = {"add": "create", "edit": "update", "edited": "update", "update": "update", "unhide": "update",
          "unblock": "update", "hide": "update", "block": "update", "remove": "delete", "delete": "delete"}  # fmt: skip
_UNSEEN = {"hide", "block"}


def page_events(change: Change) -> Iterator[Parsed]:
    """Yield what a change of a page is; what is neither a post nor a reaction to one is skipped by its name.

    Raises Poison, and whatever odd shapes raise.
    """
    value = change.value
    if change.field not in _FIELDS or not isinstance(value, dict):
        yield Skipped(change.field)
        return
    item, verb = known_word(value.get("item", "post")), known_word(value.get("verb", "add"))
    if item in ("like", "reaction"):
        yield _reaction(change, value, item, verb)
    elif item == "rating" and verb in _VERBS:
        yield _event(change, value, verb, reference(value.get("open_graph_story_id")), None)
    elif item == "comment" and verb in _VERBS:
        post = reference(value.get("post_id")) or reference(value.get("open_graph_story_id"))
        refs = given(parent=reference(value.get("parent_id")) or post, root=post)
        yield _event(change, value, verb, reference(value.get("comment_id")), refs)
    elif item in _POSTS and verb in _VERBS:
        # Older versions name a picture or a film by its own id alone, which is that of its node.
        yield _event(change, value, verb, reference(value.get("post_id")) or reference(value.get(f"{item}_id")), None)
    else:
        yield Skipped(verb if item in _POSTS else item)


def _event(
    change: Change, value: Value, verb: str, native_id: str | None, refs: dict[str, str] | None
) -> PostEvent | Skipped:
    if native_id is None:
        return Skipped(known_word(value["item"]))
    made = read_time(value["created_time"]) if value.get("created_time") else None
    nested = value.get("post")
    about = nested if isinstance(nested, dict) and refs is None else {}
    edited = read_time(about["updated_time"]) if about.get("updated_time") else None
    seen = change.observed(made, edited)
    op = _VERBS[verb]
    times = [time for time in (change.at, made, edited) if time is not None]
    version = ms(made) if op == "create" and made is not None else ms(max(times, default=seen))
    kind = {"rating": "review", "comment": "reply"}.get(str(value.get("item")), "post")
    unseen = verb in _UNSEEN or value.get("is_hidden") is True
    if op == "delete" or unseen:
        return post_event(
            NETWORK, native_id, seen, made, version, refs, op="delete" if op == "delete" else "update", kind=kind,
            flags=["hidden"] if op != "delete" else [],
        )  # fmt: skip
    media = _media(value)
    link = target(value.get("link"))
    text = words(value.get("message")) or words(value.get("review_text")) or words(value.get("story"))
    return post_event(
        NETWORK, native_id, seen, made, version, refs, op=op, kind=kind,
        text=text,
        title=words(value.get("title")),
        author=_author(value),
        url=address(value.get("permalink_url")) or address(about.get("permalink_url")),
        media=media,
        links=list(dict.fromkeys([*([link] if link and not media else []), *text_links(text or "")])),
    )  # fmt: skip


def _author(value: Value) -> Value | None:
    found = author(value.get("from"))
    return found or given(
        id=reference(value.get("sender_id")) or reference(value.get("reviewer_id")),
        name=words(value.get("sender_name")) or words(value.get("reviewer_name")),
    )


def _media(value: Value) -> list[Value]:
    """Return the pictures or the film of a post or comment; of those posted alone the link leads to them."""
    found = [{"kind": "image", "url": address(url)} for url in value.get("photos") or []]
    found += [{"kind": "image", "url": url} for url in (address(value.get("photo")),) if url]
    found += [{"kind": "video", "url": url} for url in (address(value.get("video")),) if url]
    alone = {"photo": "image", "video": "video"}.get(str(value.get("item")))
    if alone and not found:
        found.append({"kind": alone, "url": address(value.get("link"))})
    return found


def _reaction(change: Change, value: Value, item: str, verb: str) -> Parsed:
    """Return the like of a post or comment. One that changes or ends, or is the page's own, is skipped."""
    liked = reference(value.get("comment_id")) or reference(value.get("post_id"))
    by = _author(value) or {}
    if verb != "add" or liked is None or "id" not in by:
        return Skipped(item)
    made = read_time(value["created_time"]) if value.get("created_time") else None
    seen = change.observed(made)
    return like(NETWORK, liked, by["id"], min(made or seen, seen), seen)
