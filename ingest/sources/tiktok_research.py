"""TikTok as its Research API answers: videos and the comments below them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from ingest.access import Access
from ingest.foreign import given, odd_shapes_refused, parsed_page, post_event, whole_number, words
from ingest.listed_past import PastSource
from ingest.options import Options
from ingest.records import Record, decode
from ingest.search_words import search_words
from ingest.source import Parsed, Skipped
from ingest.tiktok_lists import VideoSearch
from schemas.brand import Brand
from schemas.errors import Poison
from schemas.times import recorded_time

if TYPE_CHECKING:
    from ingest.web import Web

Item = dict[str, Any]

NETWORK = "tiktok"

_VIDEOS = ("videos", "user_liked_videos", "pinned_videos_list", "reposted_videos")
# What is no post: lists of it in `data`, or a field of the one thing that `data` is.
_OTHERS = {
    "user_followers": "user", "user_following": "user", "shops": "shop", "products": "product", "reviews": "review",
    "playlists": "playlist", "playlist_id": "playlist", "follower_count": "user", "display_name": "user",
    "access_token": "token",
}  # fmt: skip
_CONDITIONS = {"and", "or", "not"}
_QUERY = {"query", "max_count", "start_date", "end_date", "fields", "username"}


class TiktokResearch(PastSource):
    """Answers of the Research API.

    At-least-once: a page can be asked for again while its search is kept. Nothing tells of edits and deletions; the
    totals are those of the answer, whose time a recording does not give. The place is the country of the author's
    account. A video carries what is said in it as the alternative text of its medium.

    Listened to is what a search for each brand finds. TikTok may know of a video only after two days, so each round
    searches these again. Of the day's thousand questions a round takes one for each hundred videos. Its past is what
    the same searches find.
    """

    name = "tiktok-research"
    network = NETWORK
    formats = "JSON: answers about videos, comments and people, or single videos and comments; HTTP cassettes"
    credentials = ("client_key", "client_secret")

    def __init__(
        self,
        client_key: str | SecretStr | None = None,
        client_secret: str | SecretStr | None = None,
        interval_s: float = 1_800,
        base_url: str = "https://open.tiktokapis.com",
    ) -> None:
        """Connect nothing yet. The credentials are those of a research project at developers.tiktok.com."""
        options = self._options = Options(self.name)
        self._key = options.secret("client_key", client_key)
        self._secret = options.secret("client_secret", client_secret)
        self._interval_s = options.number("interval_s", interval_s, 60, 86_400)
        self._base = options.address("base_url", base_url)
        form = {
            "client_key": self._key.get_secret_value() if self._key else "",
            "client_secret": self._secret.get_secret_value() if self._secret else "",
            "grant_type": "client_credentials",
        }
        self._access = Access(self.name, f"{self._base}/v2/oauth/token/", form, {}, self.clock)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the videos or comments of an answer; a query, an error and people are skipped as what they are."""
        answer = decode(record)
        with odd_shapes_refused():
            if (_CONDITIONS | _QUERY) & answer.keys() and "create_time" not in answer:
                return [Skipped("query")]
            error = answer.get("error") or {}
            data = answer.get("data") or {}
            if not data and error:
                return [Skipped("error" if error.get("code") != "ok" else "empty")]
            return _page(data or answer, record.seen_at)

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return one channel for each brand."""
        if not (self._key and self._secret):
            self._options.needed("client_key and client_secret", '"...", those of a project at developers.tiktok.com')
        for brand in brands:
            search_words(brand)  # which says what is wrong with its query
        return [f"search {brand.id}" for brand in brands]

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> VideoSearch:
        """Return the search for a brand."""
        words = next(search_words(brand) for brand in brands if channel == f"search {brand.id}")
        return VideoSearch(web, self.name, self._base, self._access, words, self._interval_s, self.clock)


def _page(data: Item, seen_at: datetime | None) -> list[Parsed]:
    if videos := next((name for name in _VIDEOS if name in data), None):
        return parsed_page(data[videos] or [], lambda video: [_video(video, seen_at)]) or [Skipped("empty")]
    if "comments" in data:
        return parsed_page(data["comments"] or [], lambda one: [_comment(one, seen_at)]) or [Skipped("empty")]
    if "create_time" in data:
        return [_comment(data, seen_at) if "text" in data else _video(data, seen_at)]
    if data.keys() <= {"cursor", "has_more", "search_id"}:
        return [Skipped("empty")]
    other = next((field for field in _OTHERS if field in data), None)
    if other is None:
        raise Poison("unknown_kind", "neither videos, comments nor people")
    things = data[other]
    return [Skipped(_OTHERS[other])] * max(1, len(things) if isinstance(things, list) else 1)


def _video(video: Item, seen_at: datetime | None) -> Parsed:
    number = _id(video["id"] if "id" in video else video["video_id"])
    made = _made(video, number)
    handle = words(video.get("username"))
    url = f"https://www.tiktok.com/@{handle}/video/{number}" if handle else None
    return post_event(
        NETWORK, number, seen_at or made, made,
        text=words(video.get("video_description")),
        author=given(handle=handle),
        url=url,
        media=[{"kind": "video", "url": url, "alt": words(video.get("voice_to_text"))}],
        counts=given(
            likes=whole_number(video.get("like_count")),
            reposts=whole_number(video.get("share_count")),
            replies=whole_number(video.get("comment_count")),
            views=whole_number(video.get("view_count")),
        ),
        place=given(country=_country(video.get("region_code"))),
    )  # fmt: skip


def _comment(comment: Item, seen_at: datetime | None) -> Parsed:
    made = _made(comment, _id(comment["id"]))
    video, above = _reference(comment.get("video_id")), _reference(comment.get("parent_comment_id"))
    return post_event(
        NETWORK, _id(comment["id"]), seen_at or made, made,
        refs=given(parent=above or video, root=video),
        kind="reply",
        text=words(comment.get("text")),
        author=given(handle=words(comment.get("username"))),
        counts=given(
            likes=whole_number(comment.get("like_count")),
            replies=whole_number(comment.get("reply_count")),
        ),
    )  # fmt: skip


def _made(thing: Item, number: str) -> datetime:
    """Return when a video or comment was made: if that was not asked for, its number begins with the seconds."""
    return recorded_time(thing["create_time"] if thing.get("create_time") is not None else int(number) >> 32)


def _id(value: object) -> str:
    """Return an id, which has more digits than a program may keep that reads numbers as such."""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).isdecimal():
        raise Poison("bad_value", "the id of a video or comment is a whole number")
    return str(value)


def _reference(value: object) -> str | None:
    return _id(value) if value not in (None, "", 0, "0") else None


def _country(code: object) -> str | None:
    return code.upper() if isinstance(code, str) and len(code) == 2 and code.isalpha() else None
