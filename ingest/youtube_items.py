"""YouTube's videos and comments, in whichever resource of its interface they stand."""

import html
import re
from datetime import datetime
from typing import Any

from ingest import deeds
from ingest.foreign import given, language_tag, point, post_event, whole_number, words
from ingest.hyperlinks import text_links
from ingest.markup import pointers
from ingest.plain_text import html_to_text
from ingest.source import Parsed, Skipped
from schemas.errors import Poison
from schemas.post import AHEAD
from schemas.times import read_time, recorded_time
from schemas.wire import ms

NETWORK = "youtube"
_WATCH = "https://www.youtube.com/watch?v="
_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_HANDLE = re.compile(r"(?:https?://(?:www\.)?youtube\.com/)?@([^\s/]{1,60})")
_OWN_LINK = re.compile(r"https?://(?:www\.|m\.)?youtube\.com/(?:results\?|hashtag/|@|channel/)")

Item = dict[str, Any]


def video_event(
    video_id: object, item: Item, seen_at: datetime | None, published: object, channel: Item, *, escaped: bool = False
) -> Parsed:
    """Return the post that a video is. `item` is a resource with the parts that were asked for, of it or about it.

    `published` is when the video was, None if the resource does not say; `channel` has the `id` and `title` of its
    author's; `escaped` that the texts are written as in HTML. A video of which only the totals were asked for is an
    observation of these, or skipped where a recording does not say when they were. Raises Poison, and whatever odd
    shapes raise.
    """
    snippet, status, native_id = item.get("snippet"), item.get("status") or {}, _id(video_id)
    if snippet is None:
        return _observed(native_id, _totals(item), seen_at)
    if status.get("privacyStatus") == "private":
        return Skipped("private")
    claim = None if published is None else read_time(published)
    seen = seen_at or recorded_time(claim or snippet["publishedAt"])
    url = _WATCH + native_id
    if status.get("uploadStatus") == "deleted":
        return post_event(NETWORK, native_id, seen, claim, op="delete", url=url)
    return post_event(
        NETWORK, native_id, seen, claim,
        title=_plain(snippet.get("title"), escaped),
        text=(description := _plain(snippet.get("description"), escaped)),
        lang=language_tag(snippet.get("defaultLanguage")) or language_tag(snippet.get("defaultAudioLanguage")),
        author=given(id=words(channel.get("id")), name=_plain(channel.get("title"), escaped)),
        url=url,
        links=text_links(description or ""),
        media=[{"kind": "video", "url": url}],
        counts=_totals(item),
        place=_place(item.get("recordingDetails") or {}),
    )  # fmt: skip


def gone_video(video_id: object, seen_at: datetime | None, listed: object) -> Parsed:
    """Return the deletion of a video that a playlist still lists; `listed` is since when."""
    return post_event(NETWORK, _id(video_id), seen_at or recorded_time(listed), op="delete")


def comment_event(item: Item, seen_at: datetime | None, video: object = None, replies: object = None) -> Parsed:
    """Return the post that a comment is: a reply to its video, or to the comment that began the thread.

    `video` is the thread's, for comments that do not say it; `replies` how many the comment has.
    """
    snippet, native_id = item["snippet"], _id(item["id"])
    if (standing := snippet.get("moderationStatus")) in ("heldForReview", "likelySpam", "rejected"):
        return Skipped(standing)
    made = read_time(snippet["publishedAt"])
    changed = max(made, read_time(snippet["updatedAt"])) if snippet.get("updatedAt") else made
    seen = seen_at or recorded_time(changed)
    edited = made < changed <= seen + AHEAD
    video_id, text = words(snippet.get("videoId")) or words(video), _text(snippet)
    thread = words(snippet.get("parentId")) or words(native_id.rpartition(".")[0])  # a reply's id begins with it
    return post_event(
        NETWORK, native_id, seen, made, ms(changed) if edited else None,
        given(parent=thread or video_id, root=video_id),
        op="update" if edited else "create",
        kind="reply",
        text=text,
        author=_author(snippet),
        url=f"{_WATCH}{video_id}&lc={native_id}" if video_id else None,
        links=_links(snippet, text, video_id),
        counts=given(likes=whole_number(snippet.get("likeCount")), replies=whole_number(replies)),
    )  # fmt: skip


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Poison("bad_value", "the id of a video or comment is a text of letters, digits, - and _")
    return value


def _observed(native_id: str, totals: Item | None, seen_at: datetime | None) -> Parsed:
    if totals is None or seen_at is None:
        return Skipped("video" if totals is None else "counts")
    return deeds.totals(NETWORK, native_id, totals, seen_at)


def _totals(item: Item) -> Item | None:
    """Return a video's totals, which the interface writes as texts; a channel may hide its likes and comments."""
    totals = item.get("statistics") or {}
    return given(
        likes=whole_number(totals.get("likeCount")),
        replies=whole_number(totals.get("commentCount")),
        views=whole_number(totals.get("viewCount")),
    )


def _place(details: Item) -> Item | None:
    location = details.get("location") or {}
    return given(
        name=words(details.get("locationDescription")), **point(location.get("latitude"), location.get("longitude"))
    )


def _plain(text: object, escaped: bool) -> str | None:
    return words(html.unescape(text) if escaped and isinstance(text, str) else text)


def _author(snippet: Item) -> Item | None:
    name, channel = words(snippet.get("authorDisplayName")), snippet.get("authorChannelId")
    channel_id = channel.get("value") if isinstance(channel, dict) else channel
    handle = _HANDLE.fullmatch(name or "") or _HANDLE.fullmatch(words(snippet.get("authorChannelUrl")) or "")
    return given(id=words(channel_id), name=name, handle=handle[1] if handle else None)


def _text(snippet: Item) -> str | None:
    """Return what a comment says: as it was written if that is given, else as it is shown, mostly in HTML."""
    shown = words(snippet.get("textOriginal"))
    if shown is None and (shown := words(snippet.get("textDisplay"))) and ("\n" not in shown or "<br" in shown):
        shown = html_to_text(shown)
    return shown or None


def _links(snippet: Item, text: str | None, video_id: str | None) -> list[str]:
    """Return where a comment points to, but for hashtags, people, and moments in its own video."""
    shown = words(snippet.get("textDisplay"))
    found = pointers(shown, "")[0] if shown and "<a" in shown else text_links(text or "")
    return [link for link in found if not _OWN_LINK.match(link) and not (video_id and f"v={video_id}" in link)]
