"""Addresses that a post's words lead to, in HTML and in plain text, and which of them are pictures, films or sounds."""

import html
import re
from typing import Any
from urllib.parse import urlsplit

import nh3

_CLEANER = nh3.Cleaner(tags={"a"}, attributes={"a": {"href", "class", "rel"}}, link_rel=None)

_ANCHOR = re.compile(r"<a((?: [a-z]+=\"[^\"]*\")*)>")
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_NAMING = {"mention", "hashtag", "tag"}  # what the classes and the relation of a link to a person or a tag say
_IN_TEXT = re.compile(r"https?://[^\s<>\"'，。！？；、「」『』（）【】《》]+", re.IGNORECASE)
_TRAILING = ".,;:!?*_~`'\"…"
_KINDS = {
    "jpg": "image", "jpeg": "image", "png": "image", "webp": "image", "avif": "image", "gif": "gif", "mp4": "video",
    "webm": "video", "mov": "video", "m3u8": "video", "mp3": "audio", "ogg": "audio", "m4a": "audio", "wav": "audio",
    "flac": "audio",
}  # fmt: skip


def html_links(markup: str) -> list[str]:
    """Return the targets of an HTML fragment's links, but those to people and hashtags, in order and each once."""
    if "<a" not in markup and "<A" not in markup:
        return []
    # What comes back is well formed, its attributes in double quotes.
    clean = _CLEANER.clean(markup)
    found = []
    for attributes in _ANCHOR.findall(clean):
        said = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
        about = {*said.get("class", "").split(), *said.get("rel", "").split()}
        if said.get("href", "").lower().startswith(("http://", "https://")) and not about & _NAMING:
            found.append(said["href"])
    return list(dict.fromkeys(found))


def text_links(text: str) -> list[str]:
    """Return the addresses that stand in a plain text, in order and each once, without what ends the sentence."""
    found = []
    for address in _IN_TEXT.findall(text):
        address = address.rstrip(_TRAILING)
        for opening, closing in ("()", "[]"):
            if address.endswith(closing) and opening not in address:
                address = address.rstrip(closing + _TRAILING)
        found.append(address)
    return list(dict.fromkeys(found))


def media_kind(address: str, content_type: object = None) -> str | None:
    """Return what kind of medium an address leads to, by its type if that is told, else by how its path ends."""
    if isinstance(content_type, str) and "/" in content_type:
        kind, _, subtype = content_type.lower().partition("/")
        if kind in ("image", "video", "audio"):
            return "gif" if (kind, subtype) == ("image", "gif") else kind
        return "video" if "mpegurl" in subtype else None
    try:
        path = urlsplit(address).path
    except ValueError:
        return None
    return _KINDS.get(path.rpartition(".")[2].lower())


def linked_media(links: list[str]) -> tuple[list[str], list[dict[str, Any]]]:
    """Return links without those that are media by how they end, and these."""
    kinds = {link: media_kind(link) for link in links}
    media = [{"kind": kind, "url": link} for link, kind in kinds.items() if kind]
    return [link for link, kind in kinds.items() if not kind], media
