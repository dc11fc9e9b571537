"""Hacker News as Algolia's search interface answers: pages of hits, and items with the comments below them."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.hackernews_items import NETWORK, TYPES, is_id, item_event
from ingest.hackernews_search import searched
from ingest.history import Historical, Stretch
from ingest.live import Gap, Heard
from ingest.options import Options
from ingest.records import Record, decode
from ingest.search_words import searches
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.errors import Poison
from schemas.times import read_time, recorded_time

if TYPE_CHECKING:
    from ingest.web import Web

Hit = dict[str, Any]


class HackernewsAlgolia(Historical):
    """Search results and items of Hacker News.

    At-least-once: a page can be asked for again at any time, and names the same items by the same ids as the network's
    own interface does. What is kept of an item that is gone says neither whether it was deleted nor when, so it is
    skipped. Its past is what a search for the words of each brand finds, at `base_url`.
    """

    name = "hackernews-algolia"
    network = NETWORK
    formats = "JSON: pages of hits, items with their children, single hits; HTTP cassette"

    def __init__(self, base_url: str = "https://hn.algolia.com") -> None:
        """Connect nothing yet."""
        self._base = Options(self.name).address("base_url", base_url)

    def parse(self, record: Record) -> list[Parsed]:
        """Return every item that an answer holds, in its order; what is no item is skipped by what it is."""
        answer = decode(record)
        with odd_shapes_refused():
            if "reply" in answer:  # a recorded call beside what it was answered
                answer = answer["reply"]
            if "hits" in answer:
                hits = answer["hits"]
                return parsed_page(hits, _item) if hits else [Skipped("empty")]
            if "children" in answer:
                return parsed_page(_tree(answer), _item)
            return list(_item(answer))

    def chapters(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the words and phrases that are searched for."""
        return searches(brands)

    async def history(
        self, chapter: str, stretch: Stretch, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield the pages of one search, newest first."""
        async for thing in searched(web, self.name, self._base, chapter, stretch, cursor):
            yield thing


def _tree(item: Hit) -> Iterator[Hit]:
    """Yield an item and all below it, each before its children."""
    waiting = [item]
    while waiting:
        first = waiting.pop()
        yield first
        waiting += reversed([*(first.get("options") or []), *(first.get("children") or [])])


def _item(hit: Hit) -> Iterator[Parsed]:
    if "username" in hit or "karma" in hit:
        yield Skipped("user")
        return
    if "error" in hit:
        yield Skipped("error")
        return
    item_id = hit["objectID"] if "objectID" in hit else hit["id"]
    if not is_id(item_id):
        raise Poison("bad_value", "the id of an item is a whole number")
    kind = _kind(hit)
    markup = next((hit[name] for name in ("comment_text", "story_text", "text") if hit.get(name)), None)
    if hit.get("author") is None and not markup and not hit.get("title"):
        yield Skipped("gone")
        return
    claim = read_time(hit["created_at_i"] if hit.get("created_at_i") is not None else hit["created_at"])
    yield item_event(
        item_id,
        seen=recorded_time(hit.get("updated_at") or claim),
        claim=claim,
        author=hit.get("author"),
        title=hit.get("title"),
        markup=markup,
        link=hit.get("url"),
        parent=hit.get("parent_id") if kind == "comment" else None,
        root=(hit.get("story_id") or hit.get("parent_id")) if kind in ("comment", "pollopt") else None,
        points=hit.get("points"),
        replies=hit.get("num_comments"),
    )


def _kind(hit: Hit) -> str:
    kind = hit.get("type") or next((tag for tag in hit.get("_tags") or [] if tag in TYPES), None)
    if kind is None:
        kind = "comment" if hit.get("comment_text") or hit.get("parent_id") else "story"
    if kind not in TYPES:
        raise Poison("unknown_kind", "neither story, comment, job nor poll")
    return str(kind)
