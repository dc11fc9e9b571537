"""Reviews of Apple's App Store, as its feed of them in JSON gives them."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from ingest.appstore_lists import NewestReviews
from ingest.capture import captured_records
from ingest.feed.markup import plain_words
from ingest.foreign import given, odd_shapes_refused, parsed_page, post_event, words
from ingest.listing import ListedSource
from ingest.options import Options
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.errors import Poison
from schemas.post import AHEAD
from schemas.times import recorded_time
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

Entry = dict[str, Any]

NETWORK = "appstore"

_STORE = re.compile(r"https?://(?:itunes|apps)\.apple\.com/([a-z]{2})/", re.ASCII)
_PERSON = re.compile(r"/id(\d+)\b", re.ASCII)
_RATING = re.compile(r"[1-5]", re.ASCII)
_TOTAL = re.compile(r"\d{1,15}", re.ASCII)


class AppstoreReviews(ListedSource):
    """Pages of the customer reviews of one app in one country's store.

    At-least-once: a page can be read again, of the newest 500 reviews. An edited review keeps its id and has a newer
    date, which is its version; older feeds date only the page. The place is the country of the store. The stars are
    kept as the field `rating`, the version of the app that they are for as `app_version`.

    Listened to are the new and changed reviews of `apps`, by their numbers, in the stores of `countries`.
    """

    name = "appstore-reviews"
    network = NETWORK
    formats = "JSON: pages of the feed customerreviews, or single entries; HTTP cassettes"

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
        """Split JSON, or a cassette of answers."""
        return captured_records(stream)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the reviews of a page; the app itself, which old feeds put before them, is skipped."""
        answer = decode(record)
        with odd_shapes_refused():
            feed = answer.get("feed", {})
            if "feed" not in answer and not {"im:rating", "im:name"} & answer.keys():
                raise Poison("unknown_kind", "neither a feed nor an entry of one")
            entries = feed.get("entry", []) if "feed" in answer else [answer]
            page = entries if isinstance(entries, list) else [entries]  # a single entry stands without a list
            return parsed_page(page, lambda entry: [_review(entry, feed, record.seen_at)]) or [Skipped("empty")]

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return one channel for each app in each store."""
        if not self._apps:
            self._options.needed("apps", '["1234567890"]')
        return [f"{country}/{app}" for app in self._apps for country in self._countries]

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> NewestReviews:
        """Return the reviews behind a channel."""
        country, _, app = channel.partition("/")
        return NewestReviews(web, self.name, self._base, country, app, self._interval_s)


def _review(entry: Entry, feed: dict[str, Any], seen_at: datetime | None) -> Parsed:
    if "im:rating" not in entry:
        return Skipped("application" if "im:name" in entry else "entry")
    dated = words(_label(entry, "updated"))
    paged = words(_label(feed, "updated"))
    changed = recorded_time(dated) if dated else None
    shown = seen_at or (recorded_time(paged) if paged else changed)
    if shown is None:
        raise Poison("bad_time", "neither the review nor its page is dated")
    if seen_at is None and changed is not None and changed > shown + AHEAD:
        shown = changed  # the page was made before, and kept
    rating, author = str(_label(entry, "im:rating")), entry.get("author") or {}
    if not _RATING.fullmatch(rating):
        raise Poison("bad_value", "a rating is one to five stars")
    native_id = words(_label(entry, "id"))
    if native_id is None:
        raise Poison("bad_shape", "no 'id'")
    return post_event(
        NETWORK, native_id, shown, changed, ms(changed or shown),
        kind="review",
        title=words(_label(entry, "title")),
        text=_text(entry),
        author=given(id=_person(words(_label(author, "uri"))), name=words(_label(author, "name"))),
        url=_href(entry),
        counts=given(likes=_total(_label(entry, "im:voteSum"))),
        place=given(country=_country(entry, feed)),
        rating=int(rating),
        **(given(app_version=words(_label(entry, "im:version"))) or {}),
    )  # fmt: skip


def _label(thing: dict[str, Any], name: str) -> Any:
    """Return the value of a field, which the feed wraps as `{"label": value}`."""
    value = thing.get(name)
    return value.get("label") if isinstance(value, dict) else value


def _text(entry: Entry) -> str | None:
    """Return what a review says; some feeds have it a second time, as HTML."""
    content = entry.get("content")
    forms = content if isinstance(content, list) else [content or {}]
    typed = {(form.get("attributes") or {}).get("type", "text"): form.get("label") for form in forms}
    return plain_words(typed["text"], markup=False) if "text" in typed else plain_words(typed.get("html"), markup=True)


def _person(address: str | None) -> str | None:
    found = _PERSON.search(address or "")
    return found[1] if found else None


def _href(entry: Entry) -> str | None:
    links = entry.get("link") or []
    for link in links if isinstance(links, list) else [links]:
        if href := words((link.get("attributes") or {}).get("href")):
            return href
    return None


def _country(entry: Entry, feed: dict[str, Any]) -> str | None:
    person = words(_label(entry.get("author") or {}, "uri"))
    for address in (_href(entry), person, words(_label(feed, "id"))):
        if found := _STORE.match(address or ""):
            return found[1].upper()
    return None


def _total(label: object) -> int | None:
    """Return how many found a review helpful; the sum of votes may be negative, which is no count."""
    return int(str(label)) if _TOTAL.fullmatch(str(label)) else None
