"""Entries of Apple's feed of customer reviews to post events, as its JSON has them and its XML is brought to."""

import re
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

from ingest.foreign import given, post_event, words
from ingest.markup import plain_words
from ingest.source import Parsed, Skipped
from ingest.xml_document import xml_root
from schemas.errors import Poison
from schemas.post import AHEAD
from schemas.times import recorded_time
from schemas.wire import ms

Entry = dict[str, Any]

NETWORK = "appstore"

_ATOM, _ITUNES = "{http://www.w3.org/2005/Atom}", "{http://itunes.apple.com/rss}"
_STORE = re.compile(r"https?://(?:itunes|apps)\.apple\.com/([a-z]{2})/", re.ASCII)
_PERSON = re.compile(r"/id(\d+)\b", re.ASCII)
_RATING = re.compile(r"[1-5]", re.ASCII)
_TOTAL = re.compile(r"\d{1,15}", re.ASCII)


def feed_of(payload: bytes) -> Entry:
    """Return an XML page of the feed in the shape of a JSON one. Raises Poison: as `xml_root`, or unknown_kind."""
    root = xml_root(payload)
    if root.tag != f"{_ATOM}feed":
        raise Poison("unknown_kind", "XML that is no Atom feed")
    return {"feed": _shape(root)}


def _shape(element: Element) -> Entry:
    shape: Entry = {"label": (element.text or "").strip()} | ({"attributes": element.attrib} if element.attrib else {})
    for child in element:
        name, inner = child.tag.replace(_ATOM, "").replace(_ITUNES, "im:"), _shape(child)
        if name not in shape:
            shape[name] = inner
        else:
            shape[name] = [*(shape[name] if isinstance(shape[name], list) else [shape[name]]), inner]
    return shape


def review_event(entry: Entry, feed: Entry, seen_at: datetime | None) -> Parsed:
    """Return the review that an entry is; the application itself is skipped.

    `seen_at`: when a live source gave it. Raises Poison, and whatever odd shapes raise.
    """
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


def _label(thing: Entry, name: str) -> Any:
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


def _country(entry: Entry, feed: Entry) -> str | None:
    person = words(_label(entry.get("author") or {}, "uri"))
    for address in (_href(entry), person, words(_label(feed, "id"))):
        if found := _STORE.match(address or ""):
            return found[1].upper()
    return None


def _total(label: object) -> int | None:
    """Return how many found a review helpful; the sum of votes may be negative, which is no count."""
    return int(str(label)) if _TOTAL.fullmatch(str(label)) else None
