"""The feed that a web page names."""

import html
import re

from ingest.feed.encoding import feed_text
from ingest.markup import address
from schemas.errors import Poison

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json")
_LINK = re.compile(r"<link\s([^<>]{1,2000})>", re.I)
_ATTRIBUTE = re.compile(r"""\b(rel|type|href)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.I)
_HEAD = 2**18  # where a page names its feeds


def feed_address(page: bytes, content_type: str, url: str) -> str | None:
    """Return the first feed that a page found at `url` names with `<link rel="alternate">`, None without one."""
    try:
        text = feed_text(page[:_HEAD], content_type)
    except Poison:
        return None
    for attributes in _LINK.findall(text):
        link = {name.lower(): html.unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(attributes)}
        if "alternate" in link.get("rel", "").lower().split() and link.get("type", "").lower() in _TYPES:
            found = address(link.get("href"), url)
            if found is not None:
                return found
    return None
