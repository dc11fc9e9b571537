"""Clicks on the brand's own links, as a redirector, a shop or web analytics tells of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from math import isfinite
from typing import Any, BinaryIO

import orjson

from ingest.foreign import given, odd_shapes_refused, words
from ingest.recording import peekable
from ingest.records import MAX_RECORD_BYTES, Record, decode, json_records
from ingest.source import Parsed, Skipped, Source
from ingest.table import table_rows
from schemas.click import Click, link_key, utm
from schemas.codec import model_of
from schemas.errors import Poison
from schemas.times import read_time

# What people call the fields, best first; compared without case, spaces, hyphens and underscores.
_NAMES = {
    "url": "link url short_url short_link page_location landing_page landing_page_url page location href",
    "id": "click_id event_id order_id transaction_id id",
    "at": "at clicked_at timestamp time datetime date created_at event_time",
    "kind": "kind event event_name type action",
    "value": "value revenue amount total price",
    "currency": "currency currency_code",
    "referrer": "referrer referer page_referrer",
    **{name: f"utm_{name}" for name in ("source", "medium", "campaign", "term", "content")},
}
_WORDS = {
    "click": "click clicked visit pageview page_view session hit redirect",
    "conversion": "conversion converted purchase order checkout signup sign_up lead subscribe install sale",
}
_KINDS = {word: kind for kind, listed in _WORDS.items() for word in listed.split()}
_JOINTS = re.compile(r"[\s_-]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_HEAD = 4_096
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")


class Clicks(Source):
    """Clicks and conversions, one a row or object: the link that was followed, and when.

    At-least-once: one without an id goes by a digest of all that it says, so the same row again is the same click. A
    link's utm parameters are read from the link where they have no fields of their own. Events that are neither a click
    nor a conversion are skipped by their name. Nothing about who clicked is taken.
    """

    name = "clicks"
    network = "clicks"
    formats = "JSON: one a line, one document or an array; a table with a header"

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split JSON, or the rows of a table, each of which becomes a JSON object of its own."""
        buffered = peekable(stream)
        if _JSON.match(buffered.peek(_HEAD)):
            yield from json_records(buffered)
            return
        for row in table_rows(buffered):
            if isinstance(row.value, dict) and len(row.payload) <= MAX_RECORD_BYTES:
                cells = {name.encode("utf-8", "replace").decode(): _clean(cell) for name, cell in row.value.items()}
                yield replace(row, payload=orjson.dumps(cells), value=None)
            else:
                yield replace(row, value=None)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the one click or conversion. Raises Poison bad_value without a link, bad_time without a time."""
        event = decode(record)
        with odd_shapes_refused():
            found = _fields(event)
            kind = _kind(found.get("kind"))
            if kind is None:
                return [Skipped("another event")]
            url = words(found.get("url"))
            link = link_key(url) if url else None
            if url is None or link is None:
                raise Poison("bad_value", "a click has a link, which is an address of the web")
            at = _moment(found.get("at"), record.seen_at)
            fields: dict[str, Any] = {
                "id": _id(found, event),
                "kind": kind,
                "at": at,
                "observed_at": record.seen_at or at,
                "link": link,
                "url": url,
                **utm(url),
                **(given(**{name: words(found.get(name)) for name in ("source", "medium", "campaign", "term")}) or {}),
                **(given(content=words(found.get("content")), referrer=words(found.get("referrer"))) or {}),
                **_worth(found),
            }
            return [model_of(Click, fields)]


def _fields(event: Mapping[str, Any]) -> dict[str, Any]:
    plain = {_JOINTS.sub("", str(name)).casefold(): value for name, value in event.items()}
    found = {}
    for field, listed in _NAMES.items():
        name = next((one for one in listed.replace("_", "").split() if plain.get(one) not in (None, "")), None)
        if name is not None:
            found[field] = plain[name]
    return found


def _kind(said: object) -> str | None:
    if said is None:
        return "click"
    return _KINDS.get(_JOINTS.sub("_", said.strip()).casefold()) if isinstance(said, str) else None


def _moment(said: object, seen_at: datetime | None) -> datetime:
    if said is None and seen_at is not None:
        return seen_at
    return read_time(said)


def _id(found: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    said = found.get("id")
    if isinstance(said, (str, int)) and not isinstance(said, bool) and str(said).strip():
        return sha256(f"click:{found.get('kind')}:{said}".encode("utf-8", "surrogatepass")).hexdigest()
    return sha256(orjson.dumps(event, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _worth(found: Mapping[str, Any]) -> dict[str, Any]:
    said = found.get("value")
    try:
        value = float(said.replace(",", "") if isinstance(said, str) else said)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return {}
    currency = str(found.get("currency") or "").strip().upper()
    if not isfinite(value):
        return {}
    return {"value": value, "currency": currency if _CURRENCY.fullmatch(currency) else None}


def _clean(cell: object) -> str:
    return str(cell).encode("utf-8", "replace").decode()
