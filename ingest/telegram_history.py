"""Messages of Telegram to post events, as its desktop program exports them.

The ids of chats are brought to the form that bots know, so that a message which both heard is one post.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ingest.foreign import given, objects, parsed_page, point, post_event, whole_number, words
from ingest.source import Parsed, Skipped
from ingest.telegram_messages import NETWORK, SITE, SUPERGROUPS
from schemas.errors import Poison
from schemas.times import read_time, recorded_time
from schemas.wire import ms

Chat = dict[str, Any]
Message = dict[str, Any]

_KIND = {
    "private_group": "chat", "private_supergroup": "channel", "public_supergroup": "channel",
    "private_channel": "channel", "public_channel": "channel",
}  # fmt: skip
_PEER = re.compile(r"(user|chat|channel)(\d{1,20})", re.ASCII)
_MEDIA = {
    "sticker": "image", "video_message": "video", "video_file": "video", "voice_message": "audio",
    "audio_file": "audio", "animation": "gif",
}  # fmt: skip
_MOVING = (".tgs", ".webm")
# The fields that somebody filled; a message without any of them says nothing.
_CONTENT = (
    "text", "photo", "file", "media_type", "poll", "todo_list", "location_information", "place_name", "game_title",
    "invoice_information", "contact_information",
)  # fmt: skip


def chat_events(chat: Chat, seen_at: datetime | None) -> list[Parsed]:
    """Return the posts of an exported chat; a notice of the service is skipped by its name.

    `seen_at`: when a live source gave it. Raises Poison, and whatever odd shapes raise.
    """
    return parsed_page(chat["messages"], lambda message: [_event(message, chat, seen_at)]) or [Skipped("empty")]


def _event(message: Message, chat: Chat, seen_at: datetime | None) -> Parsed:
    if message["type"] != "message":
        name = words(message.get("action")) or words(message["type"]) or "service"
        return Skipped(name if len(name) < 50 else "service")
    if not any(message.get(name) for name in _CONTENT):
        return Skipped("empty")
    made = recorded_time(message.get("date_unixtime") or message["date"])
    told = message.get("edited_unixtime") or message.get("edited")
    changed = max(made, read_time(told)) if told else made  # older programs date what was never edited 1970
    kind, bare = _KIND.get(str(chat.get("type")), "user"), _bare(_number(chat["id"]), message)
    where, number = _for_bots(kind, bare), _number(message["id"])
    refs = _references(message, where)
    return post_event(
        NETWORK, f"{where}/{number}", seen_at or changed, made, ms(changed), refs,
        op="update" if changed > made else "create",
        kind="repost" if "forwarded_from" in message else "reply" if refs else "post",
        title=words(message.get("game_title")) or words(_part(message, "invoice_information").get("title")),
        text=_text(message),
        author=_author(message, where, bare),
        url=f"{SITE}/c/{bare}/{number}" if kind == "channel" and number > 0 else None,
        links=list(dict.fromkeys(_links(message))),
        media=_media(message),
        place=_place(message),
        counts=_counts(message),
        flags=["sensitive"] if message.get("media_spoiler") is True else [],
    )  # fmt: skip


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Poison("bad_value", "the ids of chats and messages are whole numbers")
    return value


def _bare(number: int, message: Message) -> int:
    """Return an id as it is now. Programs of before 2021 added the kind of a person or chat to it, above 32 bits."""
    return number & 0xFFFF_FFFF if isinstance(message.get("from_id"), int) else number


def _for_bots(kind: str, bare: int) -> str:
    """Return the id of a person, group or channel as bots know it."""
    return str({"chat": -bare, "channel": SUPERGROUPS - bare}.get(kind, bare))


def _peer(value: object) -> str | None:
    found = _PEER.fullmatch(value) if isinstance(value, str) else None
    return _for_bots(found[1], int(found[2])) if found else None


def _author(message: Message, where: str, bare: int) -> dict[str, Any] | None:
    """Return who wrote; who has deleted the account has no name."""
    sender = message.get("from_id")
    if isinstance(sender, int):
        number = _bare(sender, message)
        return given(id=where if number == bare else str(number), name=words(message.get("from")))
    return given(id=_peer(sender), name=words(message.get("from")))


def _references(message: Message, where: str) -> dict[str, str] | None:
    """Return which message is answered. Of a forward only the name is told of where it is from."""
    number = message.get("reply_to_message_id")
    chat = _peer(message.get("reply_to_peer_id")) or where
    return {"parent": f"{chat}/{_number(number)}"} if number is not None else None


def _runs(message: Message) -> Iterator[dict[str, Any]]:
    """Yield the pieces of the text, of which those without a form of their own are plain texts."""
    text = message.get("text")
    for piece in text if isinstance(text, list) else [text]:
        if isinstance(piece, dict):
            yield piece
        elif isinstance(piece, str):
            yield {"type": "plain", "text": piece}


def _text(message: Message) -> str | None:
    """Return what a message says: its text, and below it what a poll or a list of tasks asks, or a game promises."""
    said: list[str | None] = ["".join(filter(None, (words(run.get("text")) for run in _runs(message))))]
    for name, title in (("poll", "question"), ("todo_list", "title")):
        asked = _part(message, name)
        said += [words(asked.get(title)), *(words(answer.get("text")) for answer in objects(asked.get("answers")))]
    said += [words(message.get("game_description")), words(_part(message, "invoice_information").get("description"))]
    return "\n".join(filter(None, said)) or None


def _part(message: Message, name: str) -> dict[str, Any]:
    part = message.get(name)
    return part if isinstance(part, dict) else {}


def _links(message: Message) -> Iterator[str]:
    for run in _runs(message):
        field = {"link": "text", "text_link": "href"}.get(str(run.get("type")))
        if field and (link := (words(run.get(field)) or "").strip()):
            yield link if "://" in link else f"http://{link}"


def _media(message: Message) -> list[dict[str, Any]]:
    """Return what a message shows; the file lies beside the export, if it was asked for."""
    if message.get("photo"):
        return [{"kind": "image"}]
    kind = message.get("media_type")
    if kind is None and not message.get("file"):
        return []
    if kind == "sticker":
        moves = (words(message.get("file")) or "").endswith(_MOVING)
        return [{"kind": "gif" if moves else "image", "alt": words(message.get("sticker_emoji"))}]
    picture = (words(message.get("mime_type")) or "").startswith("image/")
    return [{"kind": _MEDIA.get(str(kind), "image" if picture else "file")}]


def _place(message: Message) -> dict[str, Any] | None:
    where = _part(message, "location_information")
    return given(name=words(message.get("place_name")), **point(where.get("latitude"), where.get("longitude")))


def _counts(message: Message) -> dict[str, Any] | None:
    """Return how many reactions there are, of whatever kind, as likes."""
    if "reactions" not in message:
        return None
    return given(likes=sum(whole_number(reaction.get("count")) or 0 for reaction in objects(message["reactions"])))
