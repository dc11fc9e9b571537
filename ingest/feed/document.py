"""A feed as one record: a document as it is, or what a poll brought, with where and when that was."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, BinaryIO

import orjson

from ingest.cassette import cassette_bodies, is_cassette
from ingest.feed.encoding import feed_text
from ingest.feed.item import Feed
from ingest.feed.json_reader import read_json_feed
from ingest.feed.xml_reader import read_xml_feed
from ingest.foreign import odd_shapes_refused
from ingest.recording import peekable
from ingest.records import HELD_BYTES, MAX_RECORD_BYTES, Record, json_records
from schemas.errors import Poison
from schemas.json_value import json_value
from schemas.times import recorded_time

_HEAD = 4096
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_WIDE_JSON = (b"\xff\xfe{", b"\xff\xfe[", b"\xfe\xff\0{", b"\xfe\xff\0[", b"{\0", b"\0{", b"[\0", b"\0[")
# Several documents in one file: the end of one, then the beginning of the next.
_SEAM = re.compile(
    rb"(?i)</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>\s*(?=<(?:\?xml|!doctype|(?:[\w.-]+:)?(?:rss|feed|rdf)[\s>]))"
)


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A document with what is known of it: its `url`, the HTTP content type, when it was `seen`.

    `changed` is None where the document stands for itself; else only the items at these places in it are meant, with
    the version of those whose own times do not say that they were changed.
    """

    body: bytes = field(repr=False)
    url: str = ""
    content_type: str = ""
    seen: datetime | None = None
    changed: dict[int, int | None] | None = None

    def feed(self) -> Feed:
        """Return what stands in it. Raises Poison for what is no feed, too large or dangerous."""
        if len(self.body) > MAX_RECORD_BYTES:
            raise Poison("too_large", f"{len(self.body)} bytes, at most {MAX_RECORD_BYTES} are read")
        wide = self.body.startswith(_WIDE_JSON)
        if wide or _JSON.match(self.body):
            body = feed_text(self.body).encode("utf-8", "replace") if wide else self.body
            value = json_value(body, MAX_RECORD_BYTES)
            if not isinstance(value, dict):
                raise Poison("unknown_kind", "JSON that is no JSON Feed")
            return read_json_feed(value, self.url)
        return read_xml_feed(feed_text(self.body, self.content_type), self.url)

    def payload(self) -> bytes:
        """Return all of it as one JSON object, from which `document_of` makes it again."""
        try:
            body = {"body": self.body.decode("utf-8")}
        except UnicodeDecodeError:
            body = {"body_base64": base64.b64encode(self.body).decode("ascii")}
        polled: dict[str, Any] = {"url": self.url, "content_type": self.content_type, **body}
        if self.seen is not None:
            polled["seen_at"] = self.seen.isoformat()
        if self.changed is not None:
            polled["items"] = {str(place): version for place, version in self.changed.items()}
        return orjson.dumps({"polled": polled})


def document_of(record: Record) -> FeedDocument:
    """Return the document that a record is. Raises Poison bad_shape, bad_value, or as JSON that cannot be read does."""
    payload = record.payload
    if not payload.startswith(b'{"polled":'):
        return FeedDocument(payload, seen=record.seen_at)
    polled = json_value(payload, 2 * MAX_RECORD_BYTES)["polled"]
    with odd_shapes_refused():
        try:
            encoded = polled.get("body_base64")
            body = base64.b64decode(encoded, validate=True) if encoded else polled["body"].encode()
        except binascii.Error:
            raise Poison("bad_value", "a body that is no base64") from None
        items, seen = polled.get("items"), polled.get("seen_at")
        return FeedDocument(
            body,
            str(polled.get("url", "")),
            str(polled.get("content_type", "")),
            record.seen_at or (recorded_time(seen) if seen is not None else None),
            None if items is None else {int(place): _version(version) for place, version in items.items()},
        )


def _version(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise Poison("bad_value", "a version that is no number")


def feed_records(stream: BinaryIO) -> Iterator[Record]:
    """Yield the documents of a recording, numbered from 1: XML one after the other, JSON Feeds one a line, in an array
    or laid out, the bodies of a cassette. At most 64 MiB of XML are read. Never raises for bad content."""
    buffered = peekable(stream)
    head = buffered.peek(_HEAD)
    if is_cassette(head):
        bodies = list(cassette_bodies(buffered))
    elif _JSON.match(head) or head.startswith(_WIDE_JSON):
        yield from (replace(record, value=None) for record in json_records(buffered))
        return
    else:
        bodies = list(_documents(buffered.read(HELD_BYTES)))
    yield from (Record(number, body) for number, body in enumerate(bodies, 1))


def _documents(content: bytes) -> Iterator[bytes]:
    if not content.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        return
    at = 0
    for seam in _SEAM.finditer(content):
        yield content[at : seam.end()]
        at = seam.end()
    yield content[at:]
