"""Messages of Telegram to post events, as its Bot API gives them.

A message has a number in its chat only, so a post goes by the chat's id and that number. The number of a thread is
that of the message which began it.
"""

import re
from datetime import datetime
from typing import Any

from ingest import telegram_content as content
from ingest.foreign import given, post_event, whole_number, words
from ingest.source import Parsed, Skipped
from ingest.telegram_content import Message
from schemas.errors import Poison
from schemas.post import EARLIEST
from schemas.times import recorded_time
from schemas.wire import ms

NETWORK = "telegram"

SITE = "https://t.me"
_NUMBER = re.compile(r"-?\d{1,20}", re.ASCII)
SUPERGROUPS = -(10**12)  # from here the ids of channels and supergroups are counted down, for bots only
# What comes with any message; of a message without content, the field that is none of these says what it is.
_ATTENDANTS = frozenset({
    "author_signature", "business_connection_id", "chat", "content_type", "date", "direct_messages_topic", "edit_date",
    "effect_id", "external_reply", "forward_date", "forward_from", "forward_from_chat", "forward_from_message_id",
    "forward_origin", "forward_sender_name", "forward_signature", "forwards", "from", "has_media_spoiler",
    "has_protected_content", "is_automatic_forward", "is_from_offline", "is_paid_post", "is_topic_message", "json",
    "link_preview_options", "media_group_id", "message_id", "message_thread_id", "paid_star_count", "quote",
    "reply_markup", "reply_to_checklist_task_id", "reply_to_message", "reply_to_story", "sender_boost_count",
    "sender_business_bot", "sender_chat", "show_caption_above_media", "suggested_post_info", "via_bot", "views",
})  # fmt: skip


def message_event(message: Message, seen_at: datetime | None, *, edited: bool = False) -> Parsed:
    """Return the post that a message is; a notice of the service is skipped by its name.

    `edited`: it came as a later state. `seen_at`: when a live source gave it. Raises Poison, and whatever odd shapes
    raise.
    """
    if message["date"] == 0:
        return Skipped("inaccessible_message")
    if not content.CONTENT & message.keys():
        return Skipped(next((name for name in sorted(message.keys() - _ATTENDANTS) if len(name) < 50), "message"))
    made = recorded_time(message["date"])
    changed = max(made, recorded_time(message["edit_date"])) if message.get("edit_date") else made
    quote = message.get("quote") or {}
    refs = _references(message, quote)
    return post_event(
        NETWORK, native_id(message), seen_at or changed, made, ms(changed), refs,
        op="update" if edited or message.get("edit_date") else "create",
        kind=_kind(message, refs),
        title=content.title(message),
        text=content.text(message),
        quoted_text=words(quote.get("text")),
        author=_author(message),
        url=_address(message),
        links=content.links(message),
        media=content.media(message),
        place=content.place(message),
        counts=given(views=whole_number(message.get("views")), reposts=whole_number(message.get("forwards"))),
        flags=["sensitive"] if message.get("has_media_spoiler") is True else [],
    )  # fmt: skip


def native_id(message: Message) -> str:
    """Return what identifies a message: its chat and its number there. Raises Poison bad_value."""
    return _joined(message["chat"], message["message_id"])


def deletions(news: Message, seen_at: datetime | None) -> list[Parsed]:
    """Return the deletions of messages in a business chat. Nobody says when they happened."""
    seen = seen_at or EARLIEST
    natives = [_joined(news["chat"], number) for number in news["message_ids"]]
    return [post_event(NETWORK, native, seen, version=ms(seen), op="delete") for native in natives]


def _joined(chat: dict[str, Any], number: object) -> str:
    for value in (chat["id"], number):
        if isinstance(value, bool) or not (isinstance(value, int) or _NUMBER.fullmatch(str(value))):
            raise Poison("bad_value", "the ids of chats and messages are whole numbers")
    return f"{chat['id']}/{number}"


def _kind(message: Message, refs: dict[str, str] | None) -> str:
    """Return what a message is. The origin of a forward may be hidden, so that only the kind tells that it is one."""
    if _origin(message):
        return "repost"
    if refs and "parent" in refs:
        return "reply"
    if message.get("external_reply"):
        return "quote" if message.get("quote") else "reply"
    return "post"


def _references(message: Message, quote: dict[str, Any]) -> dict[str, str] | None:
    answered = message.get("reply_to_message") or {}
    thread = message.get("message_thread_id")
    # In a forum every message is said to answer the notice that opened its topic.
    opens_topic = "forum_topic_created" in answered
    elsewhere = message.get("external_reply") or {}
    story = message.get("reply_to_story") or {}
    parent = native_id(answered) if answered and not opens_topic else None
    if parent is None and elsewhere.get("message_id") and elsewhere.get("chat"):
        parent = _joined(elsewhere["chat"], elsewhere["message_id"])
    if parent is None and story:
        parent = "/s/".join(_joined(story["chat"], story["id"]).split("/"))
    origin = _origin(message)
    number = origin.get("message_id")
    return given(
        parent=parent,
        root=_joined(message["chat"], thread) if thread and thread != message["message_id"] else None,
        repost_of=_joined(origin["chat"], number) if number and origin.get("chat") else None,
        quote_of=parent if parent and quote.get("is_manual") is True else None,
    )


def _origin(message: Message) -> dict[str, Any]:
    """Return where a forward is from, in the words of today, or nothing."""
    if origin := message.get("forward_origin"):
        return dict(origin)
    if "forward_date" not in message:
        return {}
    number = message.get("forward_from_message_id")
    return {"date": message["forward_date"]} | (given(chat=message.get("forward_from_chat"), message_id=number) or {})


def _author(message: Message) -> dict[str, Any] | None:
    """Return who wrote: a person, or the channel or group in whose name it was written.

    With `sender_chat` there comes a made-up person for older programs. Only in a channel there may be neither.
    """
    channel = message["chat"] if message["chat"].get("type") == "channel" else {}
    sender = message.get("sender_chat") or message.get("from") or channel
    name = words(sender.get("title")) or " ".join(filter(None, (sender.get("first_name"), sender.get("last_name"))))
    return given(
        id=str(sender["id"]) if "id" in sender else None,
        name=words(name),
        handle=words(sender.get("username")),
    )


def _address(message: Message) -> str | None:
    """Return the address of a message in a public chat, or for the members of a private one; others have none."""
    chat, number = message["chat"], message["message_id"]
    if chat.get("type") == "private":
        return None
    if handle := words(chat.get("username")):
        return f"{SITE}/{handle}/{number}"
    bare = SUPERGROUPS - int(chat["id"])
    return f"{SITE}/c/{bare}/{number}" if bare > 0 else None
