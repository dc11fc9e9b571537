"""What people see of GitHub's Markdown, and what it points to."""

import re
from typing import Any

from ingest.markup import MAX_LINKS, pointers

_REMARK = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)  # templates explain themselves in these, and nobody sees them
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,2000})\]\(\s*<?(https?://[^\s)>]+)")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\]|\\]+")
_AFTER = ".,;:!?*_~"


def visible(body: object) -> str | None:
    """Return a body without the remarks in it, None for none; the signs of Markdown stay."""
    return (_REMARK.sub("", body).strip() or None) if isinstance(body, str) else None


def references(body: str | None) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the addresses that a body links to, and its pictures with their alternative texts."""
    if not body or "://" not in body:
        return [], []
    links, media = pointers(body, "")
    shown = {one["url"] for one in media}
    for alt, url in _IMAGE.findall(body):
        if url not in shown:
            shown.add(url)
            media.append({"kind": "image", "url": url} | ({"alt": alt} if alt else {}))
    written = [_trimmed(found) for found in _ADDRESS.findall(body)]
    found = [link for link in dict.fromkeys([*written, *links]) if link not in shown]
    return found[:MAX_LINKS], media[:MAX_LINKS]


def _trimmed(address: str) -> str:
    """Return an address without what closes the brackets or ends the sentence around it."""
    depth = 0
    for place, sign in enumerate(address):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            address = address[:place]
            break
    return address.rstrip(_AFTER)
