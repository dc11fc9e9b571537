"""Telegram's desktop export, golden: every field of a message, and the splitting of a file of any size."""

import io
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing import Outcome, parse_stream
from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from ingest.telegram_archive import archived_messages
from schemas.errors import Poison
from schemas.post import Author, Counts, Media, NativeRefs, Place, PostEvent, post_id

AT = 1709294400  # 2024-03-01T12:00:00Z
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
WHERE = "-1001234567890"


def message(**fields: Any) -> dict[str, Any]:
    return {
        "id": 5, "type": "message", "date": "2024-03-01T13:00:00", "date_unixtime": str(AT), "from": "Mia Wu",
        "from_id": "user7", "text": "A kettle", "text_entities": [{"type": "plain", "text": "A kettle"}],
    } | fields  # fmt: skip


def chat(*messages: Any, **fields: Any) -> dict[str, Any]:
    return {"name": "Kettles", "type": "public_supergroup", "id": 1234567890, **fields, "messages": list(messages)}


def laid_out(export: Any) -> bytes:
    return orjson.dumps(export, option=orjson.OPT_INDENT_2)


def parse(export: Any) -> list[Parsed]:
    return list(source("telegram-export").parse(Record(1, orjson.dumps(export))))


def outcomes(recording: bytes) -> list[Outcome]:
    return [outcome for _, outcome in parse_stream(source("telegram-export"), io.BytesIO(recording))]


def post(**fields: Any) -> PostEvent:
    (found,) = parse(chat(message(**fields)))
    assert isinstance(found, PostEvent)
    return found


def test_a_message_has_the_id_that_a_bot_gives_it() -> None:
    assert post() == PostEvent(
        id=post_id("telegram", f"{WHERE}/5"), source="telegram", native_id=f"{WHERE}/5", version=AT * 1000,
        published_at=NOON, observed_at=NOON, author=Author(id="7", name="Mia Wu"), text="A kettle",
        url="https://t.me/c/1234567890/5",
    )  # fmt: skip
    heard = {"message_id": 5, "date": AT, "chat": {"id": int(WHERE), "type": "supergroup"}, "text": "A kettle"}
    (by_bot,) = source("telegram-bot-api").parse(Record(1, orjson.dumps(heard)))
    assert isinstance(by_bot, PostEvent)
    assert (by_bot.id, by_bot.version, by_bot.url) == (post().id, post().version, post().url)


@pytest.mark.parametrize(
    ("kind", "where", "address"),
    [
        ("public_channel", "-1000000000042", "https://t.me/c/42/5"),
        ("private_channel", "-1000000000042", "https://t.me/c/42/5"),
        ("private_group", "-42", None),
        ("personal_chat", "42", None),
        (None, "42", None),
    ],
)
def test_kinds_of_chats(kind: str | None, where: str, address: str | None) -> None:
    (found,) = parse(chat(message(), type=kind, id=42))
    assert isinstance(found, PostEvent)
    assert (found.native_id, found.url) == (f"{where}/5", address)


def test_an_edited_post_of_a_channel() -> None:
    edited = post(edited="2024-03-01T13:01:00", edited_unixtime=str(AT + 60), from_id="channel1234567890")
    assert (edited.op, edited.version, edited.published_at) == ("update", (AT + 60) * 1000, NOON)
    assert edited.author == Author(id=WHERE, name="Mia Wu")


def test_old_programs_give_local_times_and_larger_ids() -> None:
    told = message(edited="1970-01-01T03:00:00", from_id=2**32 + 7)
    del told["date_unixtime"]
    (found,) = parse(chat(told, id=2**33 + 1234567890))
    assert isinstance(found, PostEvent)
    assert (found.native_id, found.op, found.author) == (f"{WHERE}/5", "create", Author(id="7", name="Mia Wu"))
    assert found.published_at == NOON.replace(hour=13)
    (of_channel,) = parse(chat(told | {"from_id": 2**33 + 1234567890}, id=1234567890, type="public_channel"))
    assert isinstance(of_channel, PostEvent)
    assert of_channel.author == Author(id=WHERE, name="Mia Wu")


def test_whose_account_is_deleted_has_no_name() -> None:
    assert post(**{"from": None}).author == Author(id="7")


def test_a_text_of_pieces() -> None:
    pieces = [
        "See ", {"type": "link", "text": "kettle.example/a"}, " and ",
        {"type": "text_link", "text": "here", "href": "https://b.example/"}, {"type": "bold", "text": "!"}, 5,
    ]  # fmt: skip
    found = post(text=pieces)
    assert found.text == "See kettle.example/a and here!"
    assert found.links == ["http://kettle.example/a", "https://b.example/"]


def test_replies_and_forwards() -> None:
    reply = post(reply_to_message_id=4)
    assert (reply.kind, reply.native_refs) == ("reply", NativeRefs(parent=f"{WHERE}/4"))
    elsewhere = post(reply_to_message_id=4, reply_to_peer_id="channel42")
    assert elsewhere.native_refs == NativeRefs(parent="-1000000000042/4")
    assert post(forwarded_from="Tea house").kind == "repost"
    assert post(forwarded_from=None, reply_to_message_id=4).kind == "repost"


def test_reactions_are_likes() -> None:
    reactions = [
        {"type": "emoji", "count": 3, "emoji": "👍", "recent": [{"from": "Bo", "from_id": "user8", "date": "x"}]},
        {"type": "paid", "count": 2},
        {"type": "custom_emoji"},
    ]
    assert post(reactions=reactions).counts == Counts(likes=5)


@pytest.mark.parametrize(
    ("carried", "media"),
    [
        ({"photo": "photos/1.jpg", "width": 9}, [Media(kind="image")]),
        ({"file": "(File not included.)", "media_type": "video_file"}, [Media(kind="video")]),
        ({"file": "a.mp4", "media_type": "animation"}, [Media(kind="gif")]),
        ({"file": "a.ogg", "media_type": "voice_message"}, [Media(kind="audio")]),
        ({"file": "tea.pdf", "mime_type": "application/pdf"}, [Media(kind="file")]),
        ({"file": "tea.png", "mime_type": "image/png"}, [Media(kind="image")]),
        ({"file": "a.webp", "media_type": "sticker", "sticker_emoji": "🫖"}, [Media(kind="image", alt="🫖")]),
        ({"file": "a.tgs", "media_type": "sticker"}, [Media(kind="gif")]),
    ],
)
def test_media_without_words(carried: dict[str, Any], media: list[Media]) -> None:
    found = post(text="", text_entities=[], media_spoiler=True, **carried)
    assert (found.media, found.text, found.flags) == (media, None, ["sensitive"])


def test_what_a_message_asks_offers_and_where_it_is() -> None:
    answers = [{"text": "Tea", "voters": 3, "chosen": False}, {"text": "Coffee", "voters": 1}]
    assert post(text="", poll={"question": "Which?", "answers": answers}).text == "Which?\nTea\nCoffee"
    offer = post(text="", invoice_information={"title": "Kettle", "description": "Quiet", "amount": 5})
    assert (offer.title, offer.text) == ("Kettle", "Quiet")
    assert post(text="", game_title="Boil", game_description="Run!").title == "Boil"
    where = {"latitude": 25.5, "longitude": 121.5}
    assert post(text="", place_name="Tea house", location_information=where).place == Place(
        name="Tea house", lat=25.5, lon=121.5
    )


@pytest.mark.parametrize(
    ("thing", "kind"),
    [
        ({"id": 1, "type": "service", "action": "pin_message", "message_id": 5}, "pin_message"),
        ({"id": 1, "type": "service", "information_text": "x"}, "service"),
        ({"id": 1, "type": "unsupported"}, "unsupported"),
        (message(text=""), "empty"),
    ],
)
def test_what_is_no_message_is_skipped_by_its_name(thing: Any, kind: str) -> None:
    assert parse(chat(thing)) == [Skipped(kind)]


def test_all_chats_in_one_file() -> None:
    export = {
        "about": "Here is the data that you asked for", "contacts": {"about": "x", "list": [{"first_name": "[{"}]},
        "chats": {"about": "x", "list": [chat(message(), message(id=6)), chat(id=1), chat(message(), id=2)]},
        "left_chats": {"about": "x", "list": [chat(message(), id=3)]},
    }  # fmt: skip
    found = outcomes(laid_out(export))
    assert [len(outcome) for outcome in found if isinstance(outcome, list)] == [1, 1, 1, 1]
    assert [event for outcome in found if isinstance(outcome, list) for event in outcome] == [
        event for event in parse(export) if event != Skipped("empty")
    ]
    assert parse({"about": "x", "contacts": {}}) == [Skipped("empty")]


def test_a_control_character_is_written_as_no_json_has_it() -> None:
    recording = laid_out(chat(message(text="bell %, and a path C:\\x1d"))).replace(b"%", rb"\x07")
    (outcome,) = outcomes(recording)
    assert isinstance(outcome, list)
    (found,) = outcome
    assert isinstance(found, PostEvent)
    assert found.text is not None
    assert found.text.replace("\a", "") == "bell , and a path C:\\x1d"


def test_a_bad_message_is_one_record_and_a_cut_is_one_more() -> None:
    whole = laid_out(chat(message(), message(id="secret"), message(id=7, date_unixtime="secret"), message(id=8)))
    found = outcomes(whole)
    assert [outcome.reason for outcome in found if isinstance(outcome, Poison)] == ["bad_value", "bad_time"]
    assert not any("secret" in str(outcome) for outcome in found if isinstance(outcome, Poison))
    for length in range(len(whole) // 2, len(whole) - 1):
        *_, last = outcomes(whole[:length])
        assert isinstance(last, Poison)
        assert last.reason == "truncated"


def test_what_is_no_export() -> None:
    (outcome,) = outcomes(b'{\n "message_id": 5\n}')
    assert isinstance(outcome, Poison)
    assert outcome.reason == "unknown_kind"


class Dripping(io.BytesIO):
    def __init__(self, content: bytes, step: int) -> None:
        super().__init__(content)
        self._step = step

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._step)


@given(st.integers(1, 200), st.lists(st.text(alphabet='"\\{}[]:,é\n messages', max_size=12), max_size=5))
def test_wherever_the_file_is_cut_into_pieces_its_messages_are_the_same(step: int, texts: list[str]) -> None:
    messages = [message(id=number, text=text, nested=[{"a": [text]}]) for number, text in enumerate(texts, 1)]
    export = {"about": "messages", "x": texts, "chats": {"list": [chat(*messages), chat(*messages, id=2)]}}
    for recording in (laid_out(export), orjson.dumps(export)):
        found = [orjson.loads(record.payload) for record in archived_messages(Dripping(recording, step))]
        assert found == [chat(one) for one in messages] + [chat(one, id=2) for one in messages]


def test_a_large_export_takes_little_memory() -> None:
    many = 4_000
    recording = laid_out(chat(*[message(id=number, text="x" * 200) for number in range(many)]))
    tracemalloc.start()
    try:
        assert sum(1 for _ in archived_messages(io.BytesIO(recording))) == many
        assert tracemalloc.get_traced_memory()[1] < 2**20 < len(recording)
    finally:
        tracemalloc.stop()
