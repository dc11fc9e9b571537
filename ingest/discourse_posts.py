"""Posts of a Discourse forum, in whichever answer or webhook they stand.

A post goes by its topic and its number in it: so replies name what they answer, and so a list of topics names the first
post of each, whose own id it does not have.
"""

import html
import re
from datetime import datetime
from typing import Any

from ingest.foreign import given, objects, post_event, whole_number, words
from ingest.markup import pointers
from ingest.plain_text import html_to_text
from ingest.source import Parsed, Skipped
from schemas.errors import Poison
from schemas.times import recorded_time
from schemas.wire import ms

NETWORK = "discourse"

Post = dict[str, Any]
Topic = dict[str, Any]

_UNSEEN = {3: "small_action", 4: "whisper"}  # types of posts: what the software notes, and what only the staff may read
_LIKE = 2  # the type of action
# What a post repeats of others stands in an aside; the inner of two is found first.
_QUOTE = re.compile(r'<aside\s[^<>]*?class="quote\b([^<>]*)>((?:(?!<aside\b).)*?)</aside>', re.DOTALL | re.IGNORECASE)
_NESTED = 5
_ENLARGED = re.compile(r'<a class="lightbox"[^<>]*>')
_QUOTE_PLACE = re.compile(r'data-(post|topic)="(\d{1,15})"')
_DECORATION = ("/images/emoji/", "/user_avatar/", "/letter_avatar")
_PRIVATE = "private_message"
_FIRST = 1


def private(topic: Topic) -> bool:
    """Say whether a topic, or that of a post, is a message between people."""
    return _PRIVATE in (topic.get("archetype"), topic.get("topic_archetype"))


def discourse_post(
    post: Post, site: str | None, seen_at: datetime | None, topic: Topic | None = None, *, destroyed: bool = False
) -> Parsed:
    """Return the event of one post; `topic` is the topic that it was shown in, `site` the address of the forum.

    What is hidden for the time being is an update with nothing to be seen in it. Raises Poison, and whatever odd shapes
    raise.
    """
    topic = topic or {}
    if private(post) or private(topic):
        return Skipped(_PRIVATE)
    if (unseen := _UNSEEN.get(post.get("post_type", _FIRST))) is not None:
        return Skipped(unseen)
    number, thread = post["post_number"], post.get("topic_id", topic.get("id"))
    made = recorded_time(post["created_at"])
    changed = max(made, recorded_time(post["updated_at"])) if post.get("updated_at") else made
    gone = destroyed or bool(post.get("deleted_at")) or post.get("user_deleted") is True
    if post.get("deleted_at"):
        changed = max(changed, recorded_time(post["deleted_at"]))
    refs = _references(post, thread)
    # An extract is a moment older than the whole, so that it never takes its place.
    whole = gone or "cooked" in post or "raw" in post
    seen, version = seen_at or changed, ms(changed) - (0 if whole else 1)
    if gone:
        return post_event(NETWORK, native_id(thread, number), seen, made, version, refs, op="delete")
    hidden = post.get("hidden") is True
    return post_event(
        NETWORK, native_id(thread, number), seen, made, version, refs,
        op="update" if hidden or changed > made or (whole_number(post.get("version")) or 1) > 1 else "create",
        title=_title(post, topic) if number == _FIRST else None,
        author=_author(post),
        url=_address(post, topic, site, thread, number),
        counts=_counts(post, topic if number == _FIRST else {}),
        flags=["hidden"] if hidden else [],
        **({} if hidden else _content(post, site)),
    )  # fmt: skip


def discourse_topic(topic: Topic, users: dict[Any, Post], site: str | None, seen_at: datetime | None) -> Parsed:
    """Return what a list of topics says of the first post of one; `users` are the people it names, by their ids."""
    if private(topic):
        return Skipped(_PRIVATE)
    native, made = native_id(topic["id"], _FIRST), recorded_time(topic["created_at"])
    if topic.get("deleted_at"):
        deleted = max(made, recorded_time(topic["deleted_at"]))
        return post_event(NETWORK, native, seen_at or deleted, made, ms(deleted), op="delete")
    active = max(
        (recorded_time(topic[name]) for name in ("last_posted_at", "bumped_at") if topic.get(name)), default=made
    )
    excerpt = words(topic.get("excerpt"))
    return post_event(
        NETWORK, native, seen_at or max(made, active), made,
        title=_title(topic, topic),
        text=(html_to_text(excerpt) or None) if excerpt else None,
        author=_author(topic.get("created_by") or _opener(topic, users)),
        url=_address({}, topic, site, topic["id"], _FIRST),
        media=[{"kind": "image", "url": topic["image_url"]}] if words(topic.get("image_url")) else [],
        counts=_counts({"like_count": topic.get("like_count")}, topic),
    )  # fmt: skip


def native_id(topic: object, number: object) -> str:
    """Return what identifies a post of a forum. Raises Poison bad_value."""
    for value in (topic, number):
        if isinstance(value, bool) or not isinstance(value, int):
            raise Poison("bad_value", "topics and posts have whole numbers")
    return f"{topic}/{number}"


def _content(post: Post, site: str | None) -> dict[str, Any]:
    """Return what a post says and shows, and what it quotes: cooked, or as it was written, or an extract."""
    markup = words(post.get("cooked")) or words(post.get("excerpt")) or words(post.get("blurb"))
    if markup is None:
        return {"text": (words(post.get("raw")) or "").strip() or None}
    quotes, markup = _quotes(markup)
    links, media = pointers(markup, site or "https:")
    enlarged = pointers("".join(_ENLARGED.findall(markup)), site or "https:")[0]  # a picture in its full size
    people = (f"{site}/u/", f"{site}/users/", f"{site}/tag/", f"{site}/c/", f"{site}/groups/")
    quoted = [html_to_text(said.partition("<blockquote>")[2]) for _, said in quotes]  # before it stands by whom
    return {
        "text": html_to_text(markup) or None,
        "quoted_text": "\n".join(filter(None, quoted)) or None,
        "links": [link for link in links if not link.startswith(people) and link not in enlarged],
        "media": [one for one in media if not any(part in one["url"] for part in _DECORATION)],
    }


def _quotes(markup: str) -> tuple[list[tuple[str, str]], str]:
    """Return what a text quotes, each with its attributes, the outer before the inner, and the text without it."""
    quotes: list[tuple[str, str]] = []
    for _ in range(_NESTED):
        found = _QUOTE.findall(markup) if "<aside" in markup else []
        if not found:
            break
        quotes, markup = found + quotes, _QUOTE.sub("", markup)
    return quotes, markup


def _references(post: Post, thread: object) -> dict[str, str] | None:
    """Return what a post answers, if nothing else the topic, and the first post that it quotes."""
    quotes, _ = _quotes(post.get("cooked") or "")
    place = {name: int(number) for name, number in _QUOTE_PLACE.findall(quotes[0][0])} if quotes else {}
    quote = native_id(place.get("topic", thread), place["post"]) if "post" in place else None
    if post["post_number"] == _FIRST:
        return given(quote_of=quote)
    answered = post.get("reply_to_post_number") or _FIRST
    return given(parent=native_id(thread, answered), root=native_id(thread, _FIRST), quote_of=quote)


def _title(post: Post, topic: Topic) -> str | None:
    title = topic.get("title") or post.get("topic_title") or post.get("title")
    return words(html.unescape(title)) if isinstance(title, str) else None


def _counts(post: Post, topic: Topic) -> dict[str, Any] | None:
    """Return the totals of a post. What a topic counts is that of its first post: all its replies and its views."""
    actions = [one for one in objects(post.get("actions_summary")) if one.get("id") == _LIKE]
    posts = whole_number(topic.get("posts_count"))
    liked = [actions[0].get("count")] if actions else [post.get("reaction_users_count"), post.get("like_count")]
    liked = [topic.get("op_like_count"), *liked]
    return given(
        likes=next((total for total in map(whole_number, liked) if total is not None), None),
        replies=posts - 1 if posts else whole_number(post.get("reply_count")),
        quotes=whole_number(post.get("quote_count")),
        views=whole_number(topic["views"] if "views" in topic else post.get("reads")),
    )


def _opener(topic: Topic, users: dict[Any, Post]) -> Post:
    """Return who opened a topic: among those who posted in it, the one who is said to have, else the first."""
    posters = objects(topic.get("posters"))
    opener = next((one for one in posters if "Original Poster" in str(one.get("description"))), None)
    return users.get((opener or (posters or [{}])[0]).get("user_id")) or {}


def _author(person: Post) -> dict[str, Any] | None:
    number = person.get("user_id", person.get("id") if "post_number" not in person else None)
    return given(
        id=str(number) if number is not None else None,
        name=words(person.get("name")) or words(person.get("display_username")),
        handle=words(person.get("username")),
    )


def _address(post: Post, topic: Topic, site: str | None, thread: object, number: object) -> str | None:
    """Return the address of a post; without that of the forum nobody knows it."""
    if (path := words(post.get("post_url")) or words(post.get("url"))) and path.startswith(("https://", "http://")):
        return path
    if site is None:
        return None
    slug = words(post.get("topic_slug")) or words(topic.get("slug")) or "-"
    return f"{site}/t/{slug}/{thread}" + (f"/{number}" if number != _FIRST else "")
