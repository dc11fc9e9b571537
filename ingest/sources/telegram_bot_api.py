"""Telegram as its Bot API gives it: updates, pages of them, and single objects."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import SecretStr

from ingest.deeds import like, totals
from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.live import Gap, Heard, LiveSource
from ingest.options import Options
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped
from ingest.telegram_messages import NETWORK, deletions, message_event, native_id
from ingest.telegram_updates import Updates
from schemas.brand import Brand
from schemas.clock import AsyncClock, SystemClock
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.times import recorded_time

if TYPE_CHECKING:
    from ingest.web import Web

Update = dict[str, Any]

_NEW = ("message", "channel_post", "business_message", "guest_message")
_EDITED = tuple(f"edited_{name}" for name in _NEW)
_READ = (*_NEW, *_EDITED, "message_reaction_count", "message_reaction", "deleted_business_messages")
# Other objects of the interface, known by fields that each of them always has; the first that fits names it.
_OBJECTS = (
    ({"is_bot"}, "User"), ({"file_id"}, "File"), ({"poll_id"}, "PollAnswer"),
    ({"total_voter_count"}, "Poll"), ({"voter_count"}, "PollOption"), ({"old_chat_member"}, "ChatMemberUpdated"),
    ({"chat", "from", "user_chat_id"}, "ChatJoinRequest"), ({"invite_link", "creator"}, "ChatInviteLink"),
    ({"from", "query"}, "InlineQuery"), ({"result_id"}, "ChosenInlineResult"), ({"chat_instance"}, "CallbackQuery"),
    ({"invoice_payload"}, "PreCheckoutQuery"), ({"currency"}, "Invoice"), ({"inline_keyboard"}, "InlineKeyboardMarkup"),
    ({"keyboard"}, "ReplyKeyboardMarkup"), ({"user", "status"}, "ChatMember"), ({"stickers"}, "StickerSet"),
    ({"phone_number"}, "Contact"), ({"latitude"}, "Location"), ({"location", "title"}, "Venue"),
    ({"value", "emoji"}, "Dice"), ({"message_thread_id", "name"}, "ForumTopic"), ({"command"}, "BotCommand"),
    ({"type", "offset"}, "MessageEntity"), ({"pending_update_count"}, "WebhookInfo"),
    ({"total_count", "photos"}, "UserProfilePhotos"),
    ({"small_file_id"}, "ChatPhoto"), ({"id", "type"}, "Chat"), ({"message_id"}, "MessageId"),
)  # fmt: skip


class TelegramBotApi(LiveSource):
    """Updates that Telegram gives a bot: messages of chats and channels, and the reactions to them.

    At-least-once: an update comes again until it is acknowledged. A post's version is the time of its last edit. Bots
    hear of deletions in business chats only. The language of a sender's program is not that of a message.

    Listened to is what the bot of a `token` is shown: of channels that it administers, of groups that it is in with its
    privacy mode off. Telegram keeps an update for a day, and is told that it is done with only once it is stored.
    """

    name = "telegram-bot-api"
    network = NETWORK
    formats = "JSON: answers of getUpdates, updates as webhooks bring them, single messages; HTTP cassettes"
    credentials = ("token",)

    clock: ClassVar[AsyncClock] = SystemClock()

    def __init__(self, token: str | SecretStr | None = None, base_url: str = "https://api.telegram.org") -> None:
        """Connect nothing yet. `token` is what BotFather gave; Telegram wants it in the address, which is not shown."""
        options = self._options = Options(self.name)
        self._token = options.secret("token", token)
        self._base = options.address("base_url", base_url)
        self._updates = Updates()

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts of an answer, an update or a message, and the reactions as engagement."""
        answer = decode(record)
        with odd_shapes_refused():
            if "ok" not in answer:
                return list(_update(answer, record.seen_at))
            if answer["ok"] is not True:
                return [Skipped("error")]
            result = answer.get("result")
            updates: list[Any] = result if isinstance(result, list) else [result]
            if not all(isinstance(update, dict) for update in updates):
                return [Skipped("result")]  # yes, or a number
            return parsed_page(updates, lambda update: _update(update, record.seen_at)) or [Skipped("empty")]

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the one channel: a bot has one row of updates."""
        if self._token is None:
            self._options.needed("token", '"...", that of a bot from @BotFather')
        return ("",)

    async def listen(
        self, channel: str, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Ask for updates without end. Telegram knows where listening ended, so what is missed is told by no cursor."""
        token = self._token.get_secret_value() if self._token else ""
        url = f"{self._base}/bot{token}/getUpdates"
        async for heard in self._updates.heard(web, self.name, url, self.clock):
            yield heard

    def kept(self, channel: str, cursor: str) -> None:
        """Let Telegram forget what is safe."""
        self._updates.keep(int(cursor))


def _update(update: Update, seen_at: datetime | None) -> Iterator[Parsed]:
    if "update_id" not in update:
        yield _object(update, seen_at)
        return
    name = next((key for key in (*_READ, *update) if key in update and key != "update_id"), "update")
    found = update.get(name)
    if name in _NEW or name in _EDITED:
        yield message_event(update[name], seen_at, edited=name in _EDITED)
    elif name == "message_reaction_count":
        yield _reaction_count(update[name])
    elif name == "message_reaction":
        yield _reaction(update[name], seen_at)
    elif name == "deleted_business_messages":
        yield from deletions(update[name], seen_at)
    elif isinstance(found, dict) or name == "update":
        yield Skipped(name)
    else:
        raise Poison("unknown_kind", "an update without anything in it")


def _object(thing: Update, seen_at: datetime | None) -> Parsed:
    """Return what an object says that came without an update around it."""
    if "message_id" in thing and "chat" in thing:
        if "reactions" in thing:
            return _reaction_count(thing)
        if "new_reaction" in thing:
            return _reaction(thing, seen_at)
        if "date" in thing:
            return message_event(thing, seen_at)
    kind = next((kind for fields, kind in _OBJECTS if fields <= thing.keys()), None)
    if kind is None and not {"id", "type", "text", "url"} & thing.keys():
        raise Poison("unknown_kind", "neither an update nor an object of Telegram")
    return Skipped(kind or "another object")


def _reaction_count(news: Update) -> Engagement:
    """Return how many reactions a message has by now, of whatever kind, as its likes."""
    likes = sum(reaction["total_count"] for reaction in news["reactions"])
    return totals(NETWORK, native_id(news), {"likes": likes}, recorded_time(news["date"]))


def _reaction(news: Update, seen_at: datetime | None) -> Parsed:
    """Return a reaction of somebody as a like; that one was taken back is no engagement."""
    if not news["new_reaction"]:
        return Skipped("message_reaction")
    person, at = (news.get("user") or news["actor_chat"])["id"], recorded_time(news["date"])
    return like(NETWORK, native_id(news), str(person), at, seen_at or at)
