"""Reviews of Apple's App Store: its public feed of them, and what App Store Connect answers to who sells the app."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from ingest.appstore_connect import connect_events, is_connect
from ingest.appstore_entries import NETWORK, feed_of, review_event
from ingest.appstore_lists import NewestReviews
from ingest.capture import captured_records
from ingest.cassette import is_cassette
from ingest.feed.document import feed_records
from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.listing import ListedSource
from ingest.options import Options
from ingest.recording import peekable
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.errors import Poison

if TYPE_CHECKING:
    from ingest.web import Web

_HEAD = 4096
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<|\xff\xfe<|\xfe\xff\0<")


class AppstoreReviews(ListedSource):
    """Pages of the customer reviews of one app in one country's store.

    At-least-once: a page can be read again, of the newest 500 reviews. An edited review keeps its id and has a newer
    date, which is its version; older feeds date only the page. The place is the country of the store. The stars are
    kept as the field `rating`, the version of the app that they are for as `app_version`. App Store Connect has other
    ids for the same reviews, so one app is read from one of the two; a seller's answer is a reply.

    Listened to are the new and changed reviews of `apps`, by their numbers, in the stores of `countries`.
    """

    name = "appstore-reviews"
    network = NETWORK
    formats = (
        "JSON or XML: pages of the feed customerreviews, or single entries; JSON: reviews of App Store Connect; "
        "HTTP cassettes"
    )

    def __init__(
        self,
        apps: str | Sequence[str] = (),
        countries: str | Sequence[str] = ("us",),
        interval_s: float = 900,
        base_url: str = "https://itunes.apple.com",
    ) -> None:
        """Connect nothing yet."""
        options = self._options = Options(self.name)
        self._apps = options.texts("apps", apps, r"\d{1,15}", "the number of an app, as in the address of its page")
        self._countries = options.texts("countries", countries, r"[a-z]{2}", "a country's two letters")
        self._interval_s = options.number("interval_s", interval_s, 30, 86_400)
        self._base = options.address("base_url", base_url)

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split JSON, documents of XML, or a cassette of answers."""
        buffered = peekable(stream)
        head = buffered.peek(_HEAD)
        return feed_records(buffered) if _XML.match(head) or is_cassette(head) else captured_records(buffered)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the reviews of a page; the app itself, which old feeds put before them, is skipped."""
        answer = feed_of(record.payload) if _XML.match(record.payload) else decode(record)
        with odd_shapes_refused():
            if is_connect(answer):
                return connect_events(answer, record.seen_at)
            feed = answer.get("feed", {})
            if "feed" not in answer and not {"im:rating", "im:name"} & answer.keys():
                raise Poison("unknown_kind", "neither reviews nor a feed of them")
            entries = feed.get("entry") or [] if "feed" in answer else [answer]
            page = entries if isinstance(entries, list) else [entries]  # a single entry stands without a list
            return parsed_page(page, lambda entry: [review_event(entry, feed, record.seen_at)]) or [Skipped("empty")]

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return one channel for each app in each store."""
        if not self._apps:
            self._options.needed("apps", '["1234567890"]')
        return [f"{country}/{app}" for app in self._apps for country in self._countries]

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> NewestReviews:
        """Return the reviews behind a channel."""
        country, _, app = channel.partition("/")
        return NewestReviews(web, self.name, self._base, country, app, self._interval_s)
