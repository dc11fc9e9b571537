"""Dcard as its interface answers: posts whole or in excerpts, and the comments below them by floors."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingest.dcard_lists import NewestPosts
from ingest.foreign import given, language_tag, odd_shapes_refused, parsed_page, post_event, whole_number, words
from ingest.hyperlinks import linked_media, media_kind, text_links
from ingest.listing import ListedSource
from ingest.options import Options
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.errors import Poison
from schemas.post import Op, PostEvent
from schemas.times import recorded_time
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

NETWORK = "dcard"
_ANSWERED = re.compile(r"\s*[Bb]([1-9]\d{0,5})(?![A-Za-z\d])")
_GONE = ("hidden", "withheld", "hiddenByAuthor", "isHidden")

Item = dict[str, Any]


class Dcard(ListedSource):
    """Posts and comments of Dcard.

    At-least-once: a page can be asked for again. People are nameless there: an author's name is the school, or the
    nickname that is shown instead. `updatedAt` moves with every like, so it tells no edit. An excerpt is no newer than
    the post itself, so that it never takes the place of the whole text. What is hidden or withheld is deleted: nothing
    is left of it.

    Listened to are the new posts of `forums`, and the newest comments below some of them each round. Dcard documents no
    interface and may turn programs away.
    """

    name = "dcard"
    network = NETWORK
    formats = (
        "JSON: posts, comments, or posts with their comments, one a line, one document or an array; HTTP cassettes"
    )

    def __init__(
        self,
        forums: str | Sequence[str] = (),
        interval_s: float = 180,
        base_url: str = "https://www.dcard.tw/service/api/v2",
    ) -> None:
        """Connect nothing yet."""
        options = self._options = Options(self.name)
        self._forums = options.texts("forums", forums, r"[a-z0-9_]{1,60}", "a forum as its address has it")
        self._interval_s = options.number("interval_s", interval_s, 30, 86_400)
        self._base = options.address("base_url", base_url)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the post or comment that a record is, or what a page of them holds."""
        answer = decode(record)
        with odd_shapes_refused():
            return _answer(answer, record.seen_at)

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return one channel for each forum."""
        if not self._forums:
            self._options.needed("forums", '["mood"]')
        return self._forums

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> NewestPosts:
        """Return a forum's list."""
        return NewestPosts(web, self.name, self._base, channel, self._interval_s)


def _answer(answer: Item, seen_at: datetime | None) -> list[Parsed]:
    if isinstance(answer.get("content"), dict):  # a post beside its comments
        post = answer["content"]
        return _page([post, *(answer.get("comments") or [])], seen_at, post.get("forumAlias"))
    for name in ("items", "posts", "comments"):
        if isinstance(answer.get(name), list) and "id" not in answer:
            return _page(answer[name], seen_at) or [Skipped("empty")]
    return [_parsed(answer, seen_at, {})]


def _page(items: list[Any], seen_at: datetime | None, forum: object = None) -> list[Parsed]:
    floors = {item.get("floor"): item.get("id") for item in items if isinstance(item, dict)}
    return parsed_page(items, lambda item: [_parsed(item, seen_at, floors, forum)])


def _parsed(item: Item, seen_at: datetime | None, floors: dict[Any, Any], forum: object = None) -> Parsed:
    """Return what an item is; `floors` are the ids of the comments beside it, `forum` the name of theirs."""
    if "postId" in item and "floor" in item:
        return _comment(item, seen_at, floors, forum)
    if "id" in item and "createdAt" in item and item.keys() & {"title", "excerpt", "content", *_GONE}:
        return _post(item, seen_at)
    if "error" in item or "message" in item:
        return Skipped("error")
    if "alias" in item:
        return Skipped("forum")
    raise Poison("unknown_kind", "neither a post nor a comment of Dcard")


def _post(post: Item, seen_at: datetime | None) -> PostEvent:
    native_id, forum = _id(post["id"]), words(post.get("forumAlias"))
    answered = post.get("replyId")
    return _event(
        post, native_id, seen_at, given(parent=_id(answered) if answered else None),
        title=words(post.get("title")),
        url=f"https://www.dcard.tw/f/{forum}/p/{native_id}" if forum else None,
        replies=post.get("totalCommentCount", post.get("commentCount")),
    )  # fmt: skip


def _comment(comment: Item, seen_at: datetime | None, floors: dict[Any, Any], forum: object) -> PostEvent:
    """Return a comment; it answers another one whose floor it begins with, if that is known, else the post."""
    post = _id(comment["postId"])
    text = comment.get("content")
    floor = _ANSWERED.match(text) if isinstance(text, str) else None
    answered = comment.get("parentId") or (floors.get(int(floor[1])) if floor else None)
    if answered == comment["id"]:
        answered = None
    return _event(
        comment, _id(comment["id"]), seen_at, {"parent": _id(answered) if answered else post, "root": post},
        url=f"https://www.dcard.tw/f/{forum}/p/{post}/b/{comment['floor']}" if words(forum) else None,
        replies=comment.get("subCommentCount"),
    )  # fmt: skip


def _event(
    item: Item, native_id: str, seen_at: datetime | None, refs: dict[str, str] | None, *, replies: object, **fields: Any
) -> PostEvent:
    created = recorded_time(item["createdAt"])
    changed = max(created, recorded_time(item.get("updatedAt") or created))
    if item.get("deletedAt") or any(item.get(name) is True for name in _GONE):
        gone = recorded_time(item.get("deletedAt") or changed)
        return post_event(NETWORK, native_id, seen_at or gone, version=ms(gone), refs=refs, op="delete")
    content = words(item.get("content"))
    text = (content or words(item.get("excerpt")) or "").strip()
    links, media = linked_media(text_links(text))
    media = _media(item, media)
    known = {medium["url"] for medium in media}
    op: Op = "update" if item.get("edited") is True else "create"
    return post_event(
        NETWORK, native_id, seen_at or changed, created,
        version=ms(changed if content or "excerpt" not in item else created),
        refs=refs,
        op=op,
        text=words(text),
        links=[link for link in links if link not in known],
        media=media,
        counts=given(likes=whole_number(item.get("likeCount")), replies=whole_number(replies)),
        author=_author(item),
        lang=language_tag(item.get("language")),
        flags=["sensitive"] if item.get("nsfw") is True else [],
        **fields,
    )  # fmt: skip


def _author(item: Item) -> Item | None:
    """Return who wrote: with a nickname it stands where the school does, and its handle where the department does."""
    named = item.get("withNickname") is True
    return given(
        id=words(item.get("personaUid")),
        name=words(item.get("personaNickname")) or words(item.get("school")),
        handle=words(item.get("department")) if named else None,
        verified=item["verifiedBadge"] if isinstance(item.get("verifiedBadge"), bool) else None,
    )


def _media(item: Item, linked: list[Item]) -> list[Item]:
    """Return the media of a post, which are told apart from its text only in newer answers."""
    found = {}
    for medium in item.get("mediaMeta") or item.get("media") or []:
        address = words(medium.get("url")) or words(medium.get("normalizedUrl"))
        kind = words(medium.get("type"))
        if address and not (kind and "thumbnail" in kind):
            found[address] = {"kind": media_kind(address, kind) or media_kind(address) or "image", "url": address}
    return list({medium["url"]: medium for medium in (*found.values(), *linked)}.values())


def _id(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise Poison("bad_value", "an id is a number or a text")
    return str(value)
