"""What a post or comment of Facebook has attached: pictures, films, links."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from ingest.foreign import words
from ingest.markup import address

Attachment = dict[str, Any]

SITE = "https://www.facebook.com/"  # addresses of films leave it out

_SHIM = ("l.facebook.com", "lm.facebook.com")  # addresses that count the click and then lead on
_STATUS = {"added_photos": "image", "added_video": "video"}
_TYPES = {"photo": "image", "video": "video", "animated_image": "gif", "cover_photo": "image", "profile_media": "image"}


def attached(node: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str], str | None]:
    """Return the media, the links and the title of the film that a post or comment carries.

    Of an album each picture is one; a link's preview is no picture of the post. Older posts name only what they are.
    """
    media: list[dict[str, Any]] = []
    links: list[str] = []
    title = None
    for item in _attachments(node):
        kind = _kind(item)
        if kind is None:
            if item.get("media_type") == "link" or str(item.get("type")).endswith("share"):
                links.append(target(item.get("unshimmed_url") or item.get("url")) or "")
            continue
        held = item.get("media") or {}
        picture = (held.get("image") or {}).get("src")
        media.append({"kind": kind, "url": address((held.get("source") if kind != "image" else None) or picture)})
        if kind == "video":
            title = words(item.get("title")) or title
    if not media and not links:
        media, links = _older(node)
    return media, list(dict.fromkeys(link for link in links if link)), title


def target(url: object) -> str | None:
    """Return where an address leads: of one that counts clicks, the address inside it."""
    found = address(url)
    if found is None:
        return None
    parts = urlsplit(found)
    if parts.netloc in _SHIM:
        return address(parse_qs(parts.query).get("u", [None])[0])
    return found


def _attachments(node: dict[str, Any]) -> list[Attachment]:
    """Return the attachments of a node, for an album what is in it."""
    listed = node.get("attachments") or {}
    found = [item for item in listed.get("data") or [] if isinstance(item, dict)]
    if isinstance(node.get("attachment"), dict):  # a comment has one at most
        found.append(node["attachment"])
    return [
        inside
        for item in found
        for inside in [one for one in (item.get("subattachments") or {}).get("data") or [] if isinstance(one, dict)]
        or [item]
    ]


def _kind(item: Attachment) -> str | None:
    kind = str(item.get("type"))
    if "sticker" in kind or kind == "map":
        return None
    found = next((found for word, found in _TYPES.items() if kind.startswith(word)), None)
    return found or {"photo": "image", "video": "video"}.get(str(item.get("media_type")))


def _older(node: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Read what posts had in place of attachments, and what pictures and films say of themselves."""
    sizes = [address(size.get("source")) for size in node.get("images") or []]  # the largest first
    if sizes:
        return [{"kind": "image", "url": sizes[0]}], []
    kind = {"photo": "image", "video": "video"}.get(str(node.get("type"))) or _STATUS.get(str(node.get("status_type")))
    picture = address(node.get("full_picture")) or address(node.get("picture"))
    film = address(node.get("source"))
    if kind is not None or film or "embed_html" in node:
        url = film or picture or address(node.get("permalink_url"), SITE)
        return ([{"kind": kind or "video", "url": url}] if url else []), []
    link = target(node.get("link"))
    if link is None and picture and str(node.get("status_type")) != "shared_story":
        return [{"kind": "image", "url": picture}], []
    return [], [link] if link and "facebook.com" not in urlsplit(link).netloc else []
