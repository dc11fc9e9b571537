"""Weibo as its open interface answers: timelines, reposts, comments, single statuses and users."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from ingest.capture import captured_records
from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped, Source
from ingest.weibo_statuses import NETWORK, Status, comment_event, is_deleted, is_public, is_shown, status_event, time_of
from schemas.errors import Poison

_PAGES = ("statuses", "reposts", "comments", "users", "hot_comments")


class WeiboOpenApi(Source):
    """Statuses and comments of Weibo.

    At-least-once: a page can be asked for again. A repost keeps what its author added as its text. Times carry their
    offset; a status that was edited says when. Of a deleted status nothing is left but the notice, without the time: it
    has that of the answer, or of the repost that shows it.
    """

    name = "weibo-open-api"
    network = NETWORK
    formats = "JSON: pages of statuses, reposts, comments or users, or single ones; HTTP cassettes"

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split JSON, or a cassette of answers."""
        return captured_records(stream)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts of one answer, in order; what is no post is skipped by what it is."""
        answer = decode(record)
        with odd_shapes_refused():
            pages = [name for name in _PAGES if isinstance(answer.get(name), list)]
            items = [item for name in pages for item in answer[name]]
            if not pages:
                return list(_item(answer, record.seen_at))
            shown = [item for item in items if isinstance(item, dict)]
            numbers: list[Parsed] = [Skipped("id") for _ in range(len(items) - len(shown))]
            found = parsed_page(shown, lambda item: _item(item, record.seen_at)) + numbers
            return found or [Skipped("empty")]


def _item(item: Status, seen_at: datetime | None) -> Iterator[Parsed]:
    if "error_code" in item or "error" in item:
        yield Skipped("error")
    elif "screen_name" in item:
        yield from _user(item, seen_at)
    elif isinstance(item.get("status"), dict) and "text" in item:
        yield comment_event(item, item["status"], seen_at)
    elif "rootid" in item or "reply_comment" in item or "floor_number" in item:
        yield comment_event(item, None, seen_at)
    elif "text" in item or is_deleted(item):
        yield from _status(item, seen_at)
    elif "id" in item and ("reposts" in item or "comments" in item):
        yield Skipped("count")
    else:
        raise Poison("unknown_kind", "neither a status, a comment nor a user of Weibo")


def _user(user: Status, seen_at: datetime | None) -> Iterator[Parsed]:
    """Yield the last status of a user, where it is shown with him."""
    status = user.get("status")
    if isinstance(status, dict) and "text" in status:
        yield from _status({**status, "user": user}, seen_at)
    else:
        yield Skipped("user")


def _status(status: Status, seen_at: datetime | None) -> Iterator[Parsed]:
    """Yield a status, after the one that it repeats."""
    original: dict[str, Any] = status.get("retweeted_status") or {}
    if not is_public(status) or not is_public(original):
        yield Skipped("not public")
        return
    if original and not is_deleted(original) and not is_shown(original):
        yield Skipped("not shown")
    elif original:
        # It is shown with its totals as they stood when the repost was made, or the answer given.
        seen = seen_at or time_of(status)
        yield status_event(original, seen, via=None if is_deleted(original) else "repost")
    yield status_event(status, seen_at)
