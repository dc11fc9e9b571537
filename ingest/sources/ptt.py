"""PTT, Taiwan's bulletin board: its pages on the web."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from ingest.cassette import cassette_bodies, is_cassette
from ingest.foreign import odd_shapes_refused, words
from ingest.listing import ListedSource
from ingest.options import Options
from ingest.ptt_articles import DELETED, NETWORK, article_events, deletion
from ingest.ptt_lists import NewestArticles
from ingest.ptt_pages import article_address, read_page
from ingest.recording import peekable
from ingest.records import HELD_BYTES, MAX_RECORD_BYTES, Record, decode, json_records
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.errors import Poison
from schemas.times import recorded_time

if TYPE_CHECKING:
    from ingest.web import Web

_BEGIN = re.compile(rb"(?=<!doctype html)", re.IGNORECASE)
_SPACE = b"\xef\xbb\xbf \t\r\n"


class Ptt(ListedSource):
    """Articles of PTT's boards with the pushes below them.

    At-least-once: a page can be read again; a push that stands there again has the same id. A push (推, 噓, →) is an
    answer, flagged `push` for 推 and `boo` for 噓. A board's list tells of articles only that they are there, or gone.

    Listened to are the new articles of `boards`; some of the known ones are looked at again each round, for edits,
    pushes and deletions.
    """

    name = "ptt"
    network = NETWORK
    formats = "HTML: pages of articles or boards; JSON with `url` and `html`, one page a line; HTTP cassettes"

    def __init__(
        self, boards: str | Sequence[str] = (), interval_s: float = 120, base_url: str = "https://www.ptt.cc"
    ) -> None:
        """Connect nothing yet."""
        options = self._options = Options(self.name)
        self._boards = options.texts("boards", boards, r"[A-Za-z0-9_-]{1,40}", "the name of a board")
        self._interval_s = options.number("interval_s", interval_s, 30, 86_400)
        self._base = options.address("base_url", base_url)

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split pages, each of which begins with its document type, JSON, or a cassette of answers."""
        buffered = peekable(stream)
        head = buffered.peek(4096)
        if is_cassette(head):
            pages = list(cassette_bodies(buffered))
        elif head.lstrip(_SPACE).startswith(b"<"):
            pages = [page for page in _BEGIN.split(buffered.read(HELD_BYTES)) if page.strip(_SPACE)]
        else:
            yield from json_records(buffered)
            return
        for number, page in enumerate(pages, 1):
            yield Record(number, page)

    def parse(self, record: Record) -> list[Parsed]:
        """Return what one page holds."""
        with odd_shapes_refused():
            markup, url, seen_at = _opened(record)
            if markup is None:
                return [_gone(url, seen_at)]
            page = read_page(markup, url)
            if page.asks_for_age and not page.is_article:
                return [Skipped("over18")]
            if page.is_article:
                return list(article_events(page, seen_at))
            return [_entry(*entry, seen_at) for entry in page.entries] or [Skipped("empty")]

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return one channel for each board."""
        if not self._boards:
            self._options.needed("boards", '["Gossiping"]')
        return self._boards

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> NewestArticles:
        """Return a board's list."""
        return NewestArticles(web, self.name, self._base, channel, self._interval_s)


def _opened(record: Record) -> tuple[str | None, str | None, datetime | None]:
    """Return a record's page, None for one that was no longer there, the address that it was asked for at, and when."""
    if record.value is None and record.payload.lstrip(_SPACE).startswith(b"<"):
        if len(record.payload) > MAX_RECORD_BYTES:
            raise Poison("too_large", f"{len(record.payload)} bytes, at most {MAX_RECORD_BYTES} are read")
        try:
            return record.payload.decode(), None, record.seen_at
        except UnicodeDecodeError as error:
            raise Poison("bad_encoding", f"no UTF-8 at byte {error.start}") from None
    asked = decode(record)
    markup = words(asked.get("html"))
    if markup is None and asked.get("gone") is not True:
        raise Poison("unknown_kind", "no page of PTT")
    seen_at = record.seen_at or (recorded_time(asked["seen_at"]) if asked.get("seen_at") else None)
    return markup, words(asked.get("url")), seen_at


def _gone(url: str | None, seen_at: datetime | None) -> Parsed:
    """Return the deletion of an article whose page was no longer there."""
    address = article_address(url)
    if address is None:
        raise Poison("bad_value", "no address of an article")
    return deletion(address, seen_at)


def _entry(address: str | None, title: str, seen_at: datetime | None) -> Parsed:
    if not DELETED.match(title):
        return Skipped("entry")
    return deletion(address, seen_at) if address else Skipped("deleted")
