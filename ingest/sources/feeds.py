"""Feeds of news sites, blogs and forums: RSS, Atom, RDF, CDF and JSON Feed."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO, ClassVar

from ingest.feed.archive import FeedArchive
from ingest.feed.document import document_of, feed_records
from ingest.feed.hub import Topic
from ingest.feed.item import item_event
from ingest.feed.polling import DEFAULT_INTERVAL_S, SHORTEST_S, Poller, channel_names
from ingest.history import Historical, Stretch
from ingest.live import Gap, Heard, LiveSource
from ingest.records import Record
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.clock import AsyncClock, SystemClock
from schemas.errors import Poison, UsageError
from schemas.post import Kind

if TYPE_CHECKING:
    from ingest.web import Web


class Feeds(LiveSource, Historical):
    """Articles of feeds: what a feed holds at the first look, then what is new or changed.

    At-least-once: a document is asked for again after a break, and what it had already told is known by the cursor.
    What comes and goes between two polls is not seen. That an item is no longer in a feed means nothing. `urls` are the
    feeds, or web pages that name theirs; `interval_s` is how often each is polled, less often where it asks for that.
    The past of a feed is what it keeps in older pages.
    """

    name = "feeds"
    network = "feeds"
    formats = "XML (RSS, Atom, RDF, CDF) or JSON Feed: one document or several; HTTP cassette"
    silence_s = None
    kind: ClassVar[Kind] = "article"

    def __init__(self, urls: Sequence[str] = (), interval_s: float = DEFAULT_INTERVAL_S) -> None:
        """Connect nothing yet. Raises UsageError for options that cannot be."""
        if isinstance(urls, str) or not all(isinstance(url, str) for url in urls):
            raise UsageError(
                f'[sources.{self.name}] urls: a list of addresses is needed, ["https://example.com/feed.xml"]'
            )
        given: object = interval_s  # whatever the settings hold
        if not isinstance(given, (int, float)) or given < SHORTEST_S:
            raise UsageError(
                f"[sources.{self.name}] interval_s: at least {SHORTEST_S} seconds between two polls of a feed"
            )
        self._urls, self._interval_s = tuple(urls), float(given)
        self.clock: AsyncClock = SystemClock()

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split a recording into documents."""
        return feed_records(stream)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the items of a document as articles; what says nothing, a document without items too, is skipped as
        empty, what is unusable under its reason, unless all is."""
        document = document_of(record)
        feed = document.feed()
        found: list[Parsed] = []
        refused: list[Poison] = []
        for place, (item, native_id) in enumerate(zip(feed.items, feed.native_ids(), strict=True)):
            if document.changed is not None and place not in document.changed:
                continue
            if item.empty:
                found.append(Skipped("empty"))
                continue
            changed_ms = document.changed.get(place) if document.changed else None
            try:
                found.append(
                    item_event(
                        item, feed, self.native_id(native_id), self.network, self.kind, document.seen, changed_ms
                    )
                )
            except Poison as poison:
                refused.append(poison)
        if refused and not found:
            raise refused[0]
        return found + [Skipped(poison.reason) for poison in refused] or [Skipped("empty")]

    def native_id(self, native_id: str) -> str:
        """Return what the network calls the item that a feed calls `native_id`."""
        return native_id

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return a name for each feed. Raises UsageError without feeds, or for what is no address."""
        return tuple(channel_names(self.name, self._urls))

    def topics(self) -> Mapping[str, Topic | None]:
        """Return the feeds, of which their hubs are known by a look at them."""
        return dict.fromkeys(self._urls)

    async def listen(
        self, channel: str, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Poll the feed without end, and yield each document in which something is new."""
        url = channel_names(self.name, self._urls)[channel]
        poller = Poller(self.name, url, channel, self._interval_s, len(self._urls), self.clock)
        async for heard in poller.listen(web, cursor):
            yield heard

    def chapters(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the feeds."""
        return self.channels(brands)

    async def history(
        self, chapter: str, stretch: Stretch, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield the feed and its older pages, newest first."""
        url = channel_names(self.name, self._urls)[chapter]
        async for thing in FeedArchive(self.name, url, chapter, self.clock).history(web, stretch, cursor):
            yield thing
