"""Weibo as its open interface answers: timelines, reposts, comments, single statuses and users."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from ingest.foreign import objects, odd_shapes_refused, parsed_page
from ingest.listing import ListedSource
from ingest.options import Options, bearer
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped
from ingest.weibo_lists import TIMELINES, Timeline
from ingest.weibo_statuses import NETWORK, Status, comment_event, is_deleted, is_public, is_shown, status_event, time_of
from schemas.brand import Brand
from schemas.errors import Poison

if TYPE_CHECKING:
    from ingest.web import Web

_PAGES = ("statuses", "reposts", "comments", "users", "hot_comments")
_OTHERS = {"phrase": "emotion", "urls": "url", "ids": "id", "access_token": "token"}  # by a field of each


class WeiboOpenApi(ListedSource):
    """Statuses and comments of Weibo.

    At-least-once: a page can be asked for again. A repost keeps what its author added as its text. Times carry their
    offset; a status that was edited says when. Of a deleted status nothing is left but the notice, without the time: it
    has that of the answer, or of the repost that shows it.

    Listened to are `timelines`, those that the account of the `access_token` may read: "home", "mentions", "comments",
    "public". Weibo has closed its search, so that no word can be asked for.
    """

    name = "weibo-open-api"
    network = NETWORK
    formats = "JSON: pages of statuses, reposts, comments or users, or single ones; HTTP cassettes"
    credentials = ("access_token",)

    def __init__(
        self,
        access_token: str | SecretStr | None = None,
        timelines: str | Sequence[str] = ("mentions", "comments", "home"),
        interval_s: float = 120,
        base_url: str = "https://api.weibo.com/2",
    ) -> None:
        """Connect nothing yet. `access_token` is that of an account which has let an app of yours in."""
        options = self._options = Options(self.name)
        self._token = options.secret("access_token", access_token)
        self._timelines = options.texts("timelines", timelines, "|".join(TIMELINES), f"one of {', '.join(TIMELINES)}")
        self._interval_s = options.number("interval_s", interval_s, 10, 86_400)
        self._base = options.address("base_url", base_url)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts of one answer, in order; what is no post is skipped by what it is."""
        answer = decode(record)
        with odd_shapes_refused():
            answer = _unpacked(answer)
            pages = [name for name in _PAGES if isinstance(answer.get(name), list)]
            items = [item for name in pages for item in answer[name]]
            if not pages:
                return list(_item(answer, record.seen_at))
            shown = [item for item in items if isinstance(item, dict)]
            numbers: list[Parsed] = [Skipped("id") for _ in range(len(items) - len(shown))]
            found = parsed_page(shown, lambda item: _item(item, record.seen_at)) + numbers
            return found or [Skipped("empty")]

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the timelines."""
        if self._token is None:
            self._options.needed("access_token", '"...", that of an account at open.weibo.com')
        return self._timelines

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> Timeline:
        """Return a timeline."""
        headers = bearer(self._token, "OAuth2")
        return Timeline(web, self.name, self._base, headers, channel, self._interval_s)


def _unpacked(answer: Status) -> Status:
    """Return the answer inside the envelope that Weibo's own pages ask for, its cards as the statuses on them."""
    inside = answer.get("data")
    if "ok" not in answer or not isinstance(inside, dict):
        return answer
    cards = [card.get("mblog") for card in objects(inside.get("cards"))]
    listed = objects(inside.get("statuses") or inside.get("list") or inside.get("data")) + objects(cards)
    return {"statuses": listed} if listed or "id" not in inside else inside


def _item(item: Status, seen_at: datetime | None) -> Iterator[Parsed]:
    if "error_code" in item or "error" in item or "ok" in item:
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
    elif kind := next((name for field, name in _OTHERS.items() if field in item), None):
        yield Skipped(kind)
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
