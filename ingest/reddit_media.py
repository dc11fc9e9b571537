"""Pictures and films of Reddit's posts: galleries, films it keeps itself, addresses of pictures, what is embedded."""

import re
from typing import Any
from urllib.parse import urlsplit

from ingest.foreign import objects, words
from ingest.x_posts import unescaped

_KINDS = {"Image": "image", "AnimatedImage": "gif", "RedditVideo": "video"}
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gifv?)$", re.IGNORECASE)


def media(thing: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the media of a comment or post, as PostEvent has them: of a gallery in its order, with its captions."""
    held = thing.get("media_metadata") or {}
    if held:
        gallery = objects((thing.get("gallery_data") or {}).get("items")) or [{"media_id": key} for key in held]
        found = [_kept(held.get(item.get("media_id")) or {}, words(item.get("caption"))) for item in gallery]
        return [item for item in found if item is not None]
    shown = thing.get("secure_media") or thing.get("media") or {}
    film = shown.get("reddit_video") or ((thing.get("preview") or {}).get("reddit_video_preview") or {})
    if address := unescaped(film.get("fallback_url")):
        return [{"kind": "gif" if film.get("is_gif") is True else "video", "url": address}]
    target = unescaped(thing.get("url_overridden_by_dest")) or unescaped(thing.get("url"))
    if target is None:
        return []
    if thing.get("is_video") is True or (shown.get("oembed") or {}).get("type") == "video":
        return [{"kind": "video", "url": target}]
    path = urlsplit(target).path
    if thing.get("post_hint") == "image" or _PICTURE.search(path):
        return [{"kind": "gif" if path.lower().endswith((".gif", ".gifv")) else "image", "url": target}]
    return []


def _kept(item: dict[str, Any], caption: str | None) -> dict[str, Any] | None:
    """Return a medium that Reddit keeps; None for one that is not ready, or gone."""
    kind = _KINDS.get(str(item.get("e")))
    if kind is None or item.get("status", "valid") != "valid":
        return None
    source = item.get("s") or {}
    address = source.get("u") or source.get("gif") or source.get("mp4") or item.get("hlsUrl")
    return {"kind": kind, "url": unescaped(address), "alt": caption}
