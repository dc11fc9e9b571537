"""Telegram's messages, golden: every field of a post, and everything that is none."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import Author, Counts, Media, NativeRefs, Place, PostEvent, post_id

AT = 1709294400  # 2024-03-01T12:00:00Z
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
CHANNEL = {"id": -1001234567890, "type": "channel", "title": "Kettle news", "username": "kettles"}
GROUP = {"id": -1009876543210, "type": "supergroup", "title": "Kettle talk"}
MIA = {"id": 7, "is_bot": False, "first_name": "Mia", "last_name": "Wu", "username": "mia", "language_code": "de"}


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": AT, "chat": GROUP, "from": MIA, "text": "A kettle"} | fields


def parse(thing: Any) -> list[Parsed]:
    return list(source("telegram-bot-api").parse(Record(1, orjson.dumps(thing))))


def post(thing: Any) -> PostEvent:
    (found,) = parse(thing)
    assert isinstance(found, PostEvent)
    return found


def test_a_message_in_a_group() -> None:
    assert post({"update_id": 1, "message": message()}) == PostEvent(
        id=post_id("telegram", "-1009876543210/5"), source="telegram", native_id="-1009876543210/5", version=AT * 1000,
        published_at=NOON, observed_at=NOON, author=Author(id="7", name="Mia Wu", handle="mia"), text="A kettle",
        url="https://t.me/c/9876543210/5",
    )  # fmt: skip


def test_an_edited_post_of_a_channel_is_one_of_the_channel() -> None:
    told = message(chat=CHANNEL, sender_chat=CHANNEL, author_signature="Bo", edit_date=AT + 60)
    del told["from"]
    edited = post({"update_id": 1, "edited_channel_post": told})
    assert (edited.op, edited.version, edited.published_at) == ("update", (AT + 60) * 1000, NOON)
    assert edited.author == Author(id="-1001234567890", name="Kettle news", handle="kettles")
    assert edited.url == "https://t.me/kettles/5"
    del told["sender_chat"]
    assert post(told).author == edited.author


def test_in_the_name_of_a_group_nobody_is_made_up() -> None:
    bot = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    assert post(message(**{"from": bot, "sender_chat": GROUP})).author == Author(
        id="-1009876543210", name="Kettle talk"
    )
    unsigned = message()
    del unsigned["from"]
    assert post(unsigned).author is None


def test_offsets_count_utf_16_units() -> None:
    said = "🫖🫖 茶 kettle.example/a and here"
    entities = [
        {"type": "url", "offset": 7, "length": 16},
        {"type": "text_link", "offset": 28, "length": 4, "url": "https://b.example/"},
        {"type": "hashtag", "offset": 0, "length": 2},
    ]
    found = post(message(text=said, entities=entities, link_preview_options={"url": "https://b.example/"}))
    assert found.links == ["http://kettle.example/a", "https://b.example/"]


def test_a_reply_in_a_thread_with_a_chosen_quote() -> None:
    answered = message(message_id=4, text="Kettles are loud")
    reply = post(message(reply_to_message=answered, message_thread_id=2, quote={"text": "loud", "is_manual": True}))
    assert reply.kind == "reply"
    assert reply.native_refs == NativeRefs(
        parent="-1009876543210/4", root="-1009876543210/2", quote_of="-1009876543210/4"
    )
    assert reply.quoted_text == "loud"


def test_a_topic_of_a_forum_is_a_root_and_no_parent() -> None:
    opened = {"message_id": 2, "date": AT, "chat": GROUP, "forum_topic_created": {"name": "Tea"}}
    found = post(message(reply_to_message=opened, message_thread_id=2, is_topic_message=True))
    assert (found.kind, found.native_refs) == ("post", NativeRefs(root="-1009876543210/2"))


def test_a_reply_to_another_chat_and_to_a_story() -> None:
    elsewhere = {"origin": {"type": "channel"}, "chat": CHANNEL, "message_id": 9}
    assert post(message(external_reply=elsewhere)).native_refs == NativeRefs(parent="-1001234567890/9")
    hidden = {"origin": {"type": "hidden_user", "sender_user_name": "Bo"}}
    assert post(message(external_reply=hidden, quote={"text": "loud"})).kind == "quote"
    story = {"chat": {"id": 7, "type": "private"}, "id": 3}
    assert post(message(reply_to_story=story)).native_refs == NativeRefs(parent="7/s/3")


@pytest.mark.parametrize(
    "origin",
    [
        {"forward_origin": {"type": "channel", "date": AT - 60, "chat": CHANNEL, "message_id": 9}},
        {"forward_from_chat": CHANNEL, "forward_from_message_id": 9, "forward_date": AT - 60},
    ],
)
def test_a_forward_repeats_a_post_of_a_channel(origin: dict[str, Any]) -> None:
    forward = post(message(**origin, is_automatic_forward=True))
    assert (forward.kind, forward.published_at) == ("repost", NOON)
    assert forward.native_refs == NativeRefs(repost_of="-1001234567890/9")


def test_a_forward_of_somebody_hidden_is_a_repost_of_nothing_known() -> None:
    forward = post(message(forward_origin={"type": "hidden_user", "sender_user_name": "Bo", "date": AT}))
    assert (forward.kind, forward.native_refs) == ("repost", None)


@pytest.mark.parametrize(
    ("carried", "media"),
    [
        ({"photo": [{"file_id": "s", "width": 90}, {"file_id": "l", "width": 900}]}, [Media(kind="image")]),
        ({"animation": {"file_id": "a"}, "document": {"file_id": "a"}}, [Media(kind="gif")]),
        ({"live_photo": {"file_id": "l"}, "photo": [{"file_id": "s"}]}, [Media(kind="image")]),
        ({"document": {"file_id": "d", "file_name": "tea.pdf"}}, [Media(kind="file")]),
        ({"video": {"file_id": "v"}}, [Media(kind="video")]),
        ({"video_note": {"file_id": "v"}}, [Media(kind="video")]),
        ({"voice": {"file_id": "v"}}, [Media(kind="audio")]),
        ({"audio": {"file_id": "a"}}, [Media(kind="audio")]),
        ({"sticker": {"file_id": "s", "emoji": "🫖", "is_animated": False}}, [Media(kind="image", alt="🫖")]),
        ({"sticker": {"file_id": "s", "is_video": True}}, [Media(kind="gif")]),
        ({"paid_media": {"paid_media": [{"type": "preview"}, {"type": "video"}]}}, [Media(kind="video")]),
        ({"contact": {"phone_number": "1"}}, []),
    ],
)
def test_media(carried: dict[str, Any], media: list[Media]) -> None:
    found = message(caption="Look", has_media_spoiler=True, **carried)
    del found["text"]
    assert (post(found).media, post(found).text, post(found).flags) == (media, "Look", ["sensitive"])


def test_what_a_message_asks_offers_and_where_it_is() -> None:
    poll = {"question": "Which?", "options": [{"text": "Tea", "voter_count": 3}, {"text": "Coffee", "voter_count": 1}]}
    assert post(message(text=None, poll=poll)).text == "Which?\nTea\nCoffee"
    checklist = {"title": "Buy", "tasks": [{"id": 1, "text": "Tea"}]}
    assert post(message(text=None, checklist=checklist)).text == "Buy\nTea"
    offer = post(message(text=None, invoice={"title": "Kettle", "description": "Quiet"}))
    assert (offer.title, offer.text) == ("Kettle", "Quiet")
    venue = {"title": "Tea house", "location": {"latitude": 25.5, "longitude": 121.5}}
    assert post(message(text=None, venue=venue, location=venue["location"])).place == Place(
        name="Tea house", lat=25.5, lon=121.5
    )


def test_reactions_are_engagement() -> None:
    about = {"chat": CHANNEL, "message_id": 5, "date": AT}
    reactions = [{"type": {"type": "emoji", "emoji": "👍"}, "total_count": 5}, {"type": {}, "total_count": 2}]
    (counted,) = parse({"update_id": 1, "message_reaction_count": about | {"reactions": reactions}})
    assert isinstance(counted, Engagement)
    assert (counted.mention_id, counted.kind) == (post_id("telegram", "-1001234567890/5"), "counts")
    assert (counted.counts, counted.at) == (Counts(likes=7), NOON)
    liked = about | {"user": MIA, "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": "👍"}]}
    (like,) = parse({"update_id": 2, "message_reaction": liked})
    assert isinstance(like, Engagement)
    assert (like.kind, like.at) == ("like", NOON)
    assert parse({"update_id": 3, "message_reaction": liked | {"new_reaction": []}}) == [Skipped("message_reaction")]


def test_deleted_business_messages() -> None:
    gone = {"business_connection_id": "b", "chat": {"id": 7, "type": "private"}, "message_ids": [5, 6]}
    found = parse({"update_id": 1, "deleted_business_messages": gone})
    assert [(one.op, one.native_id) for one in found if isinstance(one, PostEvent)] == [
        ("delete", "7/5"), ("delete", "7/6"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("thing", "kind"),
    [
        ({"update_id": 1}, "update"),
        ({"update_id": 1, "my_chat_member": {"chat": GROUP}}, "my_chat_member"),
        ({"update_id": 1, "poll": {"id": "1"}}, "poll"),
        ({"update_id": 1, "callback_query": {"message": {"message_id": 1}}}, "callback_query"),
        ({"message_id": 5, "date": AT, "chat": GROUP, "new_chat_members": [MIA]}, "new_chat_members"),
        ({"message_id": 5, "date": AT, "chat": GROUP, "pinned_message": {"text": "x"}}, "pinned_message"),
        ({"message_id": 5, "date": 0, "chat": GROUP}, "inaccessible_message"),
        ({"message_id": 5, "date": AT, "chat": GROUP}, "message"),
        (MIA, "User"),
        (GROUP, "Chat"),
        ({"value": 4, "emoji": "🎲"}, "Dice"),
        ({"file_id": "f", "file_unique_id": "u", "width": 90, "height": 90}, "File"),
        ({"url": "https://a.example/"}, "another object"),
        ({"ok": False, "error_code": 429, "description": "Too Many Requests"}, "error"),
        ({"ok": True, "result": True}, "result"),
        ({"ok": True, "result": []}, "empty"),
    ],
)
def test_what_is_no_post_is_skipped_by_its_name(thing: Any, kind: str) -> None:
    assert parse(thing) == [Skipped(kind)]


def test_one_bad_update_does_not_take_the_others_with_it() -> None:
    updates = [{"update_id": 1, "message": message()}, {"update_id": 2, "message": message(date="secret")}]
    first, second = parse({"ok": True, "result": updates})
    assert isinstance(first, PostEvent)
    assert second == Skipped("bad_time")


@pytest.mark.parametrize(
    ("thing", "reason"),
    [
        ({"secret": 1}, "unknown_kind"),
        (message(date="secret"), "bad_time"),
        (message(message_id="secret"), "bad_value"),
        (message(chat="secret"), "bad_shape"),
        ({"update_id": 1, "message": "secret"}, "bad_shape"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(thing: Any, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(thing)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)
