"""Statuses and comments of Weibo's open interface to post events."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any, Literal

from ingest.foreign import given, objects, pair, point, post_event, whole_number, words
from ingest.hyperlinks import html_links, linked_media, media_kind, text_links
from ingest.plain_text import html_to_text
from schemas.errors import Poison
from schemas.post import EARLIEST, Op, PostEvent, claimed_time
from schemas.times import recorded_time
from schemas.wire import ms

NETWORK = "weibo"
_TIME = "%a %b %d %H:%M:%S %z %Y"
_APOLOGY = ("抱歉", "该微博", "此微博")
_MARKUP = re.compile(r"<(?:a|br|span|img|i)\b", re.IGNORECASE)
_ROUNDED = re.compile(r"(\d{1,6}(?:\.\d{1,4})?)([万萬亿億])\+?", re.ASCII)
_UNITS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_SAID_WHERE = re.compile(r"^(?:发布于|發佈於|来自|來自)\s*")

Status = dict[str, Any]


def identity(item: Status) -> str:
    """Return the id of a status or comment, whose digits are also given as text. Raises Poison bad_value."""
    for name in ("idstr", "id", "mid"):
        value = item.get(name)
        if (isinstance(value, str) and value) or (isinstance(value, int) and not isinstance(value, bool)):
            return str(value)
    raise Poison("bad_value", "the id of a status is a number")


def is_deleted(status: Status) -> bool:
    """Tell whether a status is only the notice of its deletion."""
    return status.get("deleted") in ("1", 1, True)


def is_shown(status: Status) -> bool:
    """Tell whether a status is there itself; where it may not be seen, an apology by nobody stands in its place."""
    return not (status.get("user") is None and str(status.get("text", "")).startswith(_APOLOGY))


def is_public(status: Status) -> bool:
    """Tell whether a status is for everybody; those for friends, fans or groups have another type."""
    return (status.get("visible") or {}).get("type") in (None, 0, "0")


def time_of(item: Status, name: str = "created_at") -> datetime | None:
    """Return a time, written as "Mon Dec 02 17:22:37 +0800 2013" or as a number. Raises Poison bad_time."""
    value = item.get(name)
    try:
        written = datetime.strptime(value, _TIME).astimezone(UTC) if isinstance(value, str) else value
    except (OverflowError, ValueError):
        written = value
    return recorded_time(written) if written else None


def status_event(status: Status, seen_at: datetime | None, *, via: Literal["repost"] | None = None) -> PostEvent:
    """Return the state that a status shows; of a repost `quoted_text` is what it repeats. Raises Poison."""
    created, edited = time_of(status), time_of(status, "edit_at")
    seen = seen_at or max(filter(None, (created, edited)), default=EARLIEST)
    native_id = identity(status)
    if is_deleted(status):
        return post_event(NETWORK, native_id, seen, version=ms(seen), op="delete")
    original = status.get("retweeted_status") or None
    repeated = _text(original)[0] if original and is_shown(original) and not is_deleted(original) else None
    answered = status.get("in_reply_to_status_id")
    text, markup = _text(status)
    links, media = _links(status, text, markup)
    op: Op = "update" if edited or whole_number(status.get("edit_count")) else "create"
    return post_event(
        NETWORK, native_id, seen, created,
        version=ms(claimed_time(edited, seen)[0]) if edited else None,
        refs=given(
            repost_of=identity(original) if original else None,
            parent=str(answered) if answered and not original else None,
        ),
        op=op,
        text=text,
        quoted_text=repeated,
        url=f"https://m.weibo.cn/status/{native_id}",
        links=links,
        media=_media(status, media),
        counts=given(
            likes=total(status.get("attitudes_count")),
            reposts=total(status.get("reposts_count")),
            replies=total(status.get("comments_count")),
            views=total(status.get("reads_count")),
        ),
        author=author(status.get("user") or {}),
        place=_place(status),
        via=via,
    )  # fmt: skip


def comment_event(comment: Status, status: Status | None, seen_at: datetime | None) -> PostEvent:
    """Return a comment: an answer to a status, or to another comment below it. Raises Poison."""
    created = time_of(comment)
    text, markup = _text(comment)
    links, media = _links(comment, text, markup)
    answered = comment.get("reply_comment") or status
    return post_event(
        NETWORK, identity(comment), seen_at or created or EARLIEST, created,
        refs=given(
            parent=identity(answered) if answered else None,
            root=identity(status) if status else None,
        ),
        kind="reply",
        text=text,
        links=links,
        media=_media(comment, media),
        counts=given(likes=whole_number(comment.get("like_counts")), replies=whole_number(comment.get("total_number"))),
        author=author(comment.get("user") or {}),
    )  # fmt: skip


def total(value: object) -> int | None:
    """Return a total, which the pages of Weibo round to ten thousands: "12.3万", "100万+"."""
    rounded = _ROUNDED.fullmatch(value) if isinstance(value, str) else None
    return round(float(rounded[1]) * _UNITS[rounded[2]]) if rounded else whole_number(value)


def author(user: Status) -> dict[str, Any] | None:
    """Return who a user is."""
    user_id, verified = user.get("idstr") or user.get("id"), user.get("verified")
    return given(
        id=str(user_id) if isinstance(user_id, (str, int)) and user_id else None,
        name=words(user.get("name")) or words(user.get("screen_name")),
        handle=words(user.get("screen_name")),
        followers=total(user.get("followers_count")),
        verified=verified if isinstance(verified, bool) else None,
    )


def _text(item: Status) -> tuple[str | None, str]:
    """Return the whole text without markup, and as it came; long texts stand beside a part of them."""
    long = item.get("longText") or {}
    markup = words(long.get("longTextContent")) or words(long.get("content")) or words(item.get("text_raw"))
    markup = markup or words(item.get("text")) or ""
    return words(html_to_text(markup) if _MARKUP.search(markup) else unescape(markup).strip()), markup


def _links(item: Status, text: str | None, markup: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Return where a text leads, with the short addresses resolved as far as they are told, and media among it."""
    found = html_links(markup) or text_links(text or "")
    long = {}
    for told in objects(item.get("url_struct") or item.get("url_objects")):
        told = told.get("info") or told
        long[told.get("short_url") or told.get("url_short")] = (
            words(told.get("long_url")) or words(told.get("url_long")) or words(told.get("ori_url"))
        )
    return linked_media(list(dict.fromkeys(long.get(link) or link for link in found)))


def _media(item: Status, linked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    pictures = item.get("pic_urls") or item.get("pics") or []
    addresses = [_picture(picture) for picture in objects(pictures)]
    if not addresses:
        one = words(item.get("original_pic")) or words(item.get("bmiddle_pic")) or words(item.get("thumbnail_pic"))
        addresses = [one] if one else []
    found: list[Status] = [{"kind": media_kind(address) or "image", "url": address} for address in addresses if address]
    page = item.get("page_info")
    if isinstance(page, dict) and page.get("type") in ("video", 11, "11"):
        stream = page.get("media_info")
        found.append({"kind": "video", "url": words(stream.get("stream_url")) if isinstance(stream, dict) else None})
    return found + linked


def _picture(picture: Status) -> str | None:
    large = picture.get("large")
    whole = words(large.get("url")) if isinstance(large, dict) else None
    return whole or words(picture.get("url")) or words(picture.get("thumbnail_pic"))


def _place(status: Status) -> dict[str, Any] | None:
    """Return where a status says it is from: a point is written latitude first."""
    lat, lon = pair((status.get("geo") or {}).get("coordinates"))
    notes = [note["place"] for note in objects(status.get("annotations")) if note.get("place")]
    region = words(status.get("region_name"))
    named = next((words(note.get("title")) for note in notes if isinstance(note, dict)), None)
    return given(name=named or (words(_SAID_WHERE.sub("", region)) if region else None), **point(lat, lon))
