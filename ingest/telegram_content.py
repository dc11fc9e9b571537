"""What a message of Telegram carries: its words, where they lead, what is shown and the place it names.

See core.telegram.org/bots/api, "Message" and "MessageEntity": offsets and lengths count UTF-16 code units.
"""

from collections.abc import Iterator
from typing import Any

from ingest.foreign import given, objects, point, whole_number, words

Message = dict[str, Any]

CONTENT = frozenset({
    "animation", "audio", "caption", "checklist", "contact", "dice", "document", "game", "invoice", "live_photo",
    "location", "paid_media", "photo", "poll", "sticker", "story", "text", "venue", "video", "video_note", "voice",
})  # fmt: skip
"""The fields of a message that somebody wrote; one without any of them is a notice of the service."""

_MEDIA = {
    "animation": "gif", "audio": "audio", "document": "file", "photo": "image", "video": "video",
    "live_photo": "image", "video_note": "video", "voice": "audio",
}  # fmt: skip

# For older programs a newer thing is sent a second time, as what they know.
_NEWER = {"document": "animation", "photo": "live_photo"}


def text(message: Message) -> str | None:
    """Return what a message says: its text or caption, and below it what a poll or a checklist asks."""
    said = [words(message.get("text")) or words(message.get("caption"))]
    if poll := message.get("poll"):
        said += [words(poll.get("question")), *(words(option.get("text")) for option in poll.get("options") or [])]
    if checklist := message.get("checklist"):
        said += [words(checklist.get("title")), *(words(task.get("text")) for task in checklist.get("tasks") or [])]
    if offer := message.get("game") or message.get("invoice"):
        said.append(words(offer.get("description")))
    if dice := message.get("dice"):
        said.append(words(dice.get("emoji")))
    return "\n".join(filter(None, said)) or None


def title(message: Message) -> str | None:
    """Return the name of the game or the goods that a message offers."""
    return words((message.get("game") or message.get("invoice") or {}).get("title"))


def links(message: Message) -> list[str]:
    """Return where a message leads: addresses in its text, under its words, and that of the preview chosen for it."""
    found = []
    for said, entities in (("text", "entities"), ("caption", "caption_entities")):
        units = (message.get(said) or "").encode("utf-16-le", "surrogatepass")
        for entity in objects(message.get(entities)):
            if entity.get("type") == "text_link":
                found.append(words(entity.get("url")))
            elif entity.get("type") == "url":
                begin, length = whole_number(entity.get("offset")) or 0, whole_number(entity.get("length")) or 0
                found.append(units[2 * begin : 2 * (begin + length)].decode("utf-16-le", "replace"))
    found.append(words((message.get("link_preview_options") or {}).get("url")))
    addresses = [link.strip() for link in found if link and link.strip()]
    return list(dict.fromkeys(link if "://" in link else f"http://{link}" for link in addresses))


def media(message: Message) -> list[dict[str, Any]]:
    """Return what a message shows. A file of Telegram has no address without the key of a bot."""
    return [{"kind": kind, "alt": alt} for kind, alt in (*_shown(message), *_paid(message))]


def _shown(message: Message) -> Iterator[tuple[str, str | None]]:
    for name, kind in _MEDIA.items():
        if message.get(name) and not message.get(_NEWER.get(name, "")):
            yield kind, None
    if sticker := message.get("sticker"):
        moves = sticker.get("is_animated") is True or sticker.get("is_video") is True
        yield "gif" if moves else "image", words(sticker.get("emoji"))
    if game := message.get("game"):
        yield "gif" if game.get("animation") else "image", None


def _paid(message: Message) -> Iterator[tuple[str, None]]:
    for item in (message.get("paid_media") or {}).get("paid_media") or []:
        if item.get("type") in ("photo", "video"):  # a preview says nothing of what is behind it
            yield _MEDIA[item["type"]], None


def place(message: Message) -> dict[str, Any] | None:
    """Return the place that a message points to."""
    venue = message.get("venue") or {}
    where = message.get("location") or venue.get("location") or {}
    return given(
        name=words(venue.get("title")),
        **point(where.get("latitude"), where.get("longitude")),
    )
