"""YouTube as its Data API answers: searches, videos, comment threads, comments, playlists."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from pydantic import SecretStr

from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.listed_past import PastSource
from ingest.options import Options
from ingest.records import Record, decode
from ingest.revisit import Revisitable
from ingest.search_words import quoted, search_words
from ingest.source import Parsed, Skipped
from ingest.youtube_items import NETWORK, Item, comment_event, gone_video, video_event
from ingest.youtube_lists import YoutubeSearch
from ingest.youtube_single import AT_ONCE, resources_by_id
from schemas.brand import Brand
from schemas.errors import Poison

if TYPE_CHECKING:
    from ingest.web import Web

_PREFIX = "youtube#"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,59}")
_DAY_S = 86_400
_PAGES = 2  # of results that a round may take


class YoutubeDataApi(PastSource, Revisitable):
    """Answers of version 3: videos, wherever they are listed, and the comments below them.

    At-least-once: an answer can be read again from any record. A video has the same id as in its channel's feed.
    Channels, playlists, ratings and the like are skipped by their kind, errors by the reason that YouTube gives.

    Listened to is what a search for each brand finds from now on, and the newest hundred threads of comments below each
    of the videos found, `threads` videos a round, with their first replies. YouTube gives `searches` searches a day;
    the brands share them evenly, so the more brands, the longer between two rounds. Its past is what the same searches
    find, out of the same hundred a day, without the comments.
    """

    name = "youtube-data-api"
    network = NETWORK
    formats = "JSON: answers one a line, one document or an array; HTTP cassettes"
    credentials = ("key",)
    at_once: ClassVar[int] = AT_ONCE
    hourly: ClassVar[float] = 200  # of 10,000 a day, the same for videos and for comments
    forget_after: ClassVar[timedelta | None] = timedelta(days=30)  # its terms: refreshed or deleted by then

    def __init__(
        self,
        key: str | SecretStr | None = None,
        searches: int = 100,
        threads: int = 50,
        base_url: str = "https://www.googleapis.com/youtube/v3",
    ) -> None:
        """Connect nothing yet. `key` is an API key of a project at console.cloud.google.com."""
        options = self._options = Options(self.name)
        self._key = options.secret("key", key)
        self._searches = options.number("searches", searches, 2, 1_000_000)
        self._threads = int(options.number("threads", threads, 0, 1_000))
        self._base = options.address("base_url", base_url)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the videos and comments of an answer, in order, each comment before the replies to it."""
        answer = decode(record)
        with odd_shapes_refused():
            if "error" in answer:
                return [Skipped(_reason(answer["error"]))]
            if "items" not in answer and not _kind(answer).endswith("Response"):
                return list(_parsed(answer, record))
            items = answer.get("items") or []
            listed = _kind(answer)
            return parsed_page(items, lambda item: _parsed(item, record, listed)) if items else [Skipped("empty")]

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return one channel for each brand."""
        if self._key is None:
            self._options.needed("key", '"...", an API key of a project at console.cloud.google.com')
        for brand in brands:
            search_words(brand)  # which says what is wrong with its query
        return [f"search {brand.id}" for brand in brands]

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> YoutubeSearch:
        """Return the search for a brand, which is asked for as often as the day's searches allow."""
        brand = next(brand for brand in brands if channel == f"search {brand.id}")
        interval_s = _DAY_S * _PAGES * len(brands) / self._searches
        words = "|".join(map(quoted, search_words(brand)))
        key = self._key.get_secret_value() if self._key else ""
        return YoutubeSearch(web, self.name, self._base, key, words, interval_s, self._threads)

    async def revisit(self, native_ids: Sequence[str], web: "Web") -> Sequence[bytes]:
        """Return the videos and comments as they are now."""
        key = self._key.get_secret_value() if self._key else ""
        return await resources_by_id(web, self.name, self._base, {"x-goog-api-key": key}, native_ids)


def _reason(error: object) -> str:
    """Return YouTube's own word for an error."""
    errors = error.get("errors") if isinstance(error, dict) else None
    reason = errors[0].get("reason") if isinstance(errors, list) and errors and isinstance(errors[0], dict) else None
    return reason if isinstance(reason, str) and _WORD.fullmatch(reason) else "error"


def _parsed(item: Item, record: Record, listed: str = "") -> Iterator[Parsed]:
    """Yield what one resource holds; `listed` is the kind of the list it stands in."""
    snippet, seen = item.get("snippet") or {}, record.seen_at
    kind = _kind(item)
    if kind == "searchResult":
        found = item["id"]
        if "videoId" in found and snippet:
            author = {"id": snippet.get("channelId"), "title": snippet.get("channelTitle")}
            yield video_event(found["videoId"], item, seen, snippet["publishedAt"], author, escaped=True)
        else:
            yield Skipped(_known(_kind(found) or kind))
    elif kind == "video":
        author = {"id": snippet.get("channelId"), "title": snippet.get("channelTitle")}
        yield video_event(item["id"], item, seen, snippet.get("publishedAt"), author)
    elif kind == "commentThread" and snippet:
        yield from _thread(item, record)
    elif kind == "comment" and snippet:
        yield comment_event(item, seen)
    elif kind == "playlistItem" and snippet:
        yield _entry(item, record)
    elif kind == "activity" and snippet.get("type") == "upload" and item.get("contentDetails"):
        author = {"id": snippet.get("channelId"), "title": snippet.get("channelTitle")}
        video_id = item["contentDetails"]["upload"]["videoId"]
        yield video_event(video_id, item, seen, snippet["publishedAt"], author)
    else:
        yield Skipped(_known(kind or listed))


def _thread(item: Item, record: Record) -> Iterator[Parsed]:
    snippet = item["snippet"]
    if snippet.get("isPublic") is False:
        yield Skipped("private")
        return
    video = snippet.get("videoId")
    first, replies = snippet["topLevelComment"], snippet.get("totalReplyCount")
    comments = [first, *((item.get("replies") or {}).get("comments") or [])]
    yield from parsed_page(
        comments, lambda one: [comment_event(one, record.seen_at, video, replies if one is first else None)]
    )


def _entry(item: Item, record: Record) -> Parsed:
    """Return the video that an entry of a playlist is. Its own time and channel are those of who has listed it."""
    snippet, details = item["snippet"], item.get("contentDetails") or {}
    video_id = details.get("videoId") or (snippet.get("resourceId") or {}).get("videoId")
    if video_id is None:
        return Skipped("playlistItem")
    if not snippet.get("thumbnails") and snippet.get("title") in ("Deleted video", "Private video"):
        if snippet["title"] == "Private video":
            return Skipped("private")
        return gone_video(video_id, record.seen_at, snippet["publishedAt"])
    owner = {"id": snippet.get("videoOwnerChannelId"), "title": snippet.get("videoOwnerChannelTitle")}
    return video_event(video_id, item, record.seen_at, details.get("videoPublishedAt"), owner)


def _kind(resource: Item) -> str:
    """Return what a resource is called, or what it must be by what it holds; "" for what cannot be told."""
    kind = resource.get("kind")
    if isinstance(kind, str) and kind:
        return kind.removeprefix(_PREFIX)
    snippet = resource.get("snippet")
    known = snippet.keys() if isinstance(snippet, dict) else ()
    if isinstance(resource.get("id"), dict):
        return "searchResult"
    if "topLevelComment" in known:
        return "commentThread"
    if "textDisplay" in known or "textOriginal" in known:
        return "comment"
    if "resourceId" in known:
        return "playlistItem"
    return "video" if "categoryId" in known or "viewCount" in (resource.get("statistics") or {}) else ""


def _known(kind: str) -> str:
    if not _WORD.fullmatch(kind):
        raise Poison("unknown_kind", "no resource of YouTube")
    return kind
