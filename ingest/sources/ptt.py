"""PTT, Taiwan's bulletin board: its pages on the web."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from ingest.foreign import odd_shapes_refused, words
from ingest.ptt_articles import DELETED, NETWORK, article_events, deletion
from ingest.ptt_pages import read_page
from ingest.records import HELD_BYTES, MAX_RECORD_BYTES, Record, decode, json_records
from ingest.source import Parsed, Skipped, Source
from schemas.errors import Poison
from schemas.times import recorded_time

_BEGIN = re.compile(rb"(?=<!doctype html)", re.IGNORECASE)
_SPACE = b"\xef\xbb\xbf \t\r\n"


class Ptt(Source):
    """Articles of PTT's boards with the pushes below them.

    At-least-once: a page can be read again; a push that stands there again has the same id. A push (推, 噓, →) is an
    answer, flagged `push` for 推 and `boo` for 噓. A board's list tells of articles only that they are there, or gone.
    """

    name = "ptt"
    network = NETWORK
    formats = "HTML: pages of articles or boards; JSON with `url` and `html`, one page a line"

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split pages: each begins with its document type."""
        buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
        if not buffered.peek(4096).lstrip(_SPACE).startswith(b"<"):
            yield from json_records(buffered)
            return
        pages = [page for page in _BEGIN.split(buffered.read(HELD_BYTES)) if page.strip(_SPACE)]
        for number, page in enumerate(pages, 1):
            yield Record(number, page)

    def parse(self, record: Record) -> list[Parsed]:
        """Return what one page holds."""
        with odd_shapes_refused():
            markup, url, seen_at = _opened(record)
            page = read_page(markup, url)
            if page.asks_for_age and not page.is_article:
                return [Skipped("over18")]
            if page.is_article:
                return list(article_events(page, seen_at))
            return [_entry(*entry, seen_at) for entry in page.entries] or [Skipped("empty")]


def _opened(record: Record) -> tuple[str, str | None, datetime | None]:
    """Return a record's page, the address that it was asked for at, and when."""
    if record.value is None and record.payload.lstrip(_SPACE).startswith(b"<"):
        if len(record.payload) > MAX_RECORD_BYTES:
            raise Poison("too_large", f"{len(record.payload)} bytes, at most {MAX_RECORD_BYTES} are read")
        try:
            return record.payload.decode(), None, record.seen_at
        except UnicodeDecodeError as error:
            raise Poison("bad_encoding", f"no UTF-8 at byte {error.start}") from None
    asked = decode(record)
    markup = words(asked.get("html"))
    if markup is None:
        raise Poison("unknown_kind", "no page of PTT")
    seen_at = record.seen_at or (recorded_time(asked["seen_at"]) if asked.get("seen_at") else None)
    return markup, words(asked.get("url")), seen_at


def _entry(address: str | None, title: str, seen_at: datetime | None) -> Parsed:
    if not DELETED.match(title):
        return Skipped("entry")
    return deletion(address, seen_at) if address else Skipped("deleted")
