"""Records of Bluesky's lexicon as they stand in the repositories of their authors."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ingest.foreign import objects, words
from ingest.hyperlinks import media_kind

POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
LIKE = "app.bsky.feed.like"

_SENSITIVE = {"porn", "sexual", "nudity", "graphic-media"}
_TID_DIGITS = {digit: value for value, digit in enumerate("234567abcdefghijklmnopqrstuvwxyz")}


def tid_ms(tid: str) -> int:
    """Return the time in ms that a record key or revision of 13 digits begins with.

    See atproto.com/specs/tid: 53 bits of microseconds, then 10 bits of clock id. Raises KeyError for another digit.
    """
    number = 0
    for digit in tid:
        number = number << 5 | _TID_DIGITS[digit]
    return (number >> 10) // 1000


def address(did: str, rkey: str) -> str:
    """Return where a post is to be read."""
    return f"https://bsky.app/profile/{did}/post/{quote(rkey, safe='')}"


def is_post(uri: object) -> bool:
    """Tell whether an at:// address leads to a post; feeds, lists and labellers can be liked and quoted as well."""
    return isinstance(uri, str) and f"/{POST}/" in uri


def is_sensitive(record: dict[str, Any]) -> bool:
    """Tell whether the author warns of what a post shows: by one of the labels that atproto.com/specs/label defines."""
    return any(label.get("val") in _SENSITIVE for label in objects((record.get("labels") or {}).get("values")))


@dataclass(slots=True)
class Embedded:
    """What a post carries: links, media, and the address of the post that it quotes."""

    links: list[str] = field(default_factory=list)
    media: list[dict[str, Any]] = field(default_factory=list)
    quote: str | None = None


def embedded(record: dict[str, Any], shown: dict[str, Any]) -> Embedded:
    """Return what stands beside a post's text: links from its facets and its card, media, a quoted post.

    `shown` is how the network shows it, empty where that is not known: there the media have addresses. A facet's place
    in the text is not needed here, so that it counts UTF-8 bytes does not matter.
    """
    found = Embedded()
    for facet in objects(record.get("facets")):
        for feature in objects(facet.get("features")):
            if feature.get("$type") == "app.bsky.richtext.facet#link" and words(feature.get("uri")):
                found.links.append(feature["uri"])
    embed = record.get("embed") or {}
    _take(embed, found)
    if embed.get("$type") == "app.bsky.embed.recordWithMedia":
        _take(embed.get("media") or {}, found)
        _take({"$type": "app.bsky.embed.record", **(embed.get("record") or {})}, found)
    found.links = list(dict.fromkeys(found.links))
    for medium, address_ in zip(found.media, _addresses(shown.get("media") or shown), strict=False):
        medium.setdefault("url", address_)
    return found


def _addresses(shown: dict[str, Any]) -> list[str | None]:
    """Return where the media of a post are to be seen, in order."""
    return [words(one.get("fullsize") or one.get("playlist")) for one in (*objects(shown.get("images")), shown)]


def _take(embed: dict[str, Any], found: Embedded) -> None:
    match embed.get("$type"):
        case "app.bsky.embed.images":
            found.media += [{"kind": "image", "alt": words(image.get("alt"))} for image in objects(embed.get("images"))]
        case "app.bsky.embed.video":
            found.media.append({"kind": "video", "alt": words(embed.get("alt"))})
        case "app.bsky.embed.external":
            card = embed.get("external") or {}
            if uri := words(card.get("uri")):
                found.links.append(uri)
                if media_kind(uri) == "gif":  # the network's own program puts those of a picker into a card
                    found.media.append({"kind": "gif", "url": uri, "alt": words(card.get("description"))})
        case "app.bsky.embed.record":
            uri = (embed.get("record") or {}).get("uri")
            found.quote = uri if is_post(uri) else None
