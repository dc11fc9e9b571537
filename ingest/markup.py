"""The words of a text with markup, and what it points to."""

import html
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from ingest.plain_text import html_to_text

MAX_LINKS = 100  # of one item; more is no article but a list

_TAGGED = re.compile(r"<[A-Za-z/!]")
_PLAIN_ADDRESS = re.compile(r"https?://[^\s/?#\[\]@]+(?:[/?#]\S*)?$")  # most of them are, and need no reading
_INDENTED = re.compile(r"[ \t]*\n[ \t]*")
_POINTER = re.compile(r"<(a|img)\s([^<>]{1,4000})>", re.I)
_ATTRIBUTE = re.compile(r"""\b(href|src|alt)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.I)
_FILMS = ("application/x-shockwave-flash", "application/x-mpegurl", "application/vnd.apple.mpegurl")
_KINDS = {
    "mp3": "audio", "m4a": "audio", "ogg": "audio", "opus": "audio", "wav": "audio", "mp4": "video", "m4v": "video",
    "mov": "video", "webm": "video", "jpg": "image", "jpeg": "image", "png": "image", "webp": "image", "gif": "gif",
}  # fmt: skip


def plain_words(text: object, markup: bool) -> str | None:
    """Return a text without markup, None for none; `markup` says whether it may hold any."""
    if not isinstance(text, str):
        return None
    if not markup:
        return text.strip() or None
    if _TAGGED.search(text):
        return html_to_text(text) or None
    return _INDENTED.sub("\n", html.unescape(text)).strip() or None


def pointers(markup: str, base: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the addresses that an HTML text links to, and its pictures with their alternative texts."""
    links: dict[str, None] = {}
    media: dict[str, dict[str, Any]] = {}
    for tag, attributes in _POINTER.findall(markup):
        found = {name.lower(): html.unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(attributes)}
        image = tag.lower() == "img"
        if (url := address(found.get("src" if image else "href"), base)) is None:
            continue
        if not image:
            links[url] = None
        elif url not in media:
            media[url] = {"kind": "image", "url": url} | ({"alt": found["alt"]} if found.get("alt") else {})
    return list(links)[:MAX_LINKS], list(media.values())[:MAX_LINKS]


def address(url: object, base: str = "") -> str | None:
    """Return an address of the web, resolved against `base`; None for anything else."""
    url = url.strip() if isinstance(url, str) else ""
    if not url or _PLAIN_ADDRESS.match(url):
        return url or None
    try:
        found = urljoin(base, url)
        parts = urlsplit(found)
    except ValueError:
        return None
    return found if parts.scheme in ("http", "https") and parts.netloc else None


def medium(url: str | None, mime_type: object, kind: object = None) -> dict[str, Any] | None:
    """Return an enclosure as a medium of a post, by its type or else the ending of its address; None without one."""
    if url is None:
        return None
    named = str(kind or mime_type or "").lower()
    named = "video" if named in _FILMS else named.partition("/")[0]
    if named not in ("image", "video", "audio"):
        named = _KINDS.get(urlsplit(url).path.rpartition(".")[2].lower(), "file")
    return {"kind": named, "url": url}
