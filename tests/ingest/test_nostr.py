import io
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.parsing import parse_stream
from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import Author, Media, Place, PostEvent, post_id
from schemas.wire import ms
from tests.support.network_recordings import MINE, YOURS, nostr_event

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
ROOT, REPLY = "d" * 64, "e" * 64


def parse(message: object, seen_at: datetime | None = None) -> list[Parsed]:
    return list(source("nostr").parse(Record(1, orjson.dumps(message), seen_at=seen_at)))


def post(message: object, seen_at: datetime | None = None) -> PostEvent:
    [found] = parse(message, seen_at)
    assert isinstance(found, PostEvent)
    return found


def refs(message: object) -> dict[str, Any]:
    found = post(message).native_refs
    return found.model_dump(exclude_none=True) if found else {}


def test_a_poll_says_what_it_lets_people_choose_from() -> None:
    found = post(nostr_event("Which?", ["option", "0", "Tea"], ["option", "1", "Coffee"], ["option", "2"], kind=1068))
    assert found.text == "Which?\nTea\nCoffee"


def test_a_note_and_what_its_tags_say() -> None:
    event = nostr_event(
        "A kettle https://i.example/k.jpg https://shop.example/a, and https://i.example/f.mp4",
        ["imeta", "url https://i.example/k.jpg", "m image/jpeg", "alt A red kettle"],
        ["r", "https://shop.example/b"], ["subject", "Hot water"], ["content-warning", "steam"],
        ["L", "ISO-639-1"], ["l", "en", "ISO-639-1"], ["location", "Kitchen"],
        ["proxy", "https://a.example/notes/1", "activitypub"],
    )  # fmt: skip
    found = post(["EVENT", "s", event])
    assert (found.id, found.native_id) == (post_id("nostr", event["id"]), event["id"])
    assert (found.title, found.lang, found.place) == ("Hot water", "en", Place(name="Kitchen"))
    assert found.media == [
        Media(kind="image", url="https://i.example/k.jpg", alt="A red kettle"),
        Media(kind="video", url="https://i.example/f.mp4"),
    ]
    assert found.links == ["https://shop.example/a", "https://shop.example/b"]
    assert (found.url, found.flags, found.author) == ("https://a.example/notes/1", ["sensitive"], Author(id=MINE))
    assert (found.published_at, found.observed_at, found.version) == (NOON, NOON, ms(NOON))
    assert post(event) == found


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([["e", ROOT, "", "root"]], {"parent": ROOT, "root": ROOT}),
        ([["e", ROOT, "", "root"], ["e", REPLY, "", "reply"]], {"parent": REPLY, "root": ROOT}),
        ([["e", REPLY, "", "reply"]], {"parent": REPLY}),
        ([["e", ROOT]], {"parent": ROOT, "root": ROOT}),
        ([["e", ROOT], ["p", YOURS], ["e", YOURS], ["e", REPLY]], {"parent": REPLY, "root": ROOT}),
        ([["e", ROOT, "", "mention"]], {"quote_of": ROOT}),
        ([["q", ROOT, ""]], {"quote_of": ROOT}),
        ([["e", ROOT, "", "root"], ["q", REPLY]], {"parent": ROOT, "root": ROOT, "quote_of": REPLY}),
        ([["e", ROOT, "", "root"], ["a", f"30023:{YOURS}:tea", "", "root"]], {"parent": f"30023:{YOURS}:tea"}),
        ([["e", "no id"], ["p", YOURS]], {}),
    ],
)
def test_threads_by_markers_and_by_order(tags: list[list[str]], expected: dict[str, str]) -> None:
    found = refs(nostr_event("x", *tags))
    assert found == expected or (expected == {"parent": found.get("root")} and "tea" in found["root"])


def test_a_post_that_only_stands_in_the_text_is_quoted() -> None:
    assert refs(nostr_event("see #[1]", ["p", YOURS], ["e", ROOT])) == {"quote_of": ROOT}
    note = "note1fntxtkcy9pjwucqwa9mddn7v03wwwsu9j330jj350nvhpky2tuaspk6nqc"  # an example of NIP-19
    assert refs(nostr_event(f"see nostr:{note}"))["quote_of"].startswith("4cd665db")
    assert refs(nostr_event(f"see nostr:{note[:-2]}")) == {}


def test_comments_name_root_and_parent_by_case() -> None:
    event = nostr_event("x", ["E", ROOT], ["K", "1"], ["e", REPLY], ["k", "1111"], kind=1111)
    assert refs(event) == {"parent": REPLY, "root": ROOT}
    article = f"30023:{YOURS}:tea"
    assert refs(nostr_event("x", ["A", article], ["a", article], kind=1111)) == {"parent": article, "root": article}


@pytest.mark.parametrize("kind", [6, 16])
def test_a_repost_brings_its_original(kind: int) -> None:
    original = nostr_event("A kettle", pubkey=YOURS)
    first, again = parse(nostr_event(orjson.dumps(original).decode(), ["e", original["id"]], kind=kind))
    assert isinstance(first, PostEvent)
    assert isinstance(again, PostEvent)
    assert (first.via, first.author, first.native_id) == ("repost", Author(id=YOURS), original["id"])
    assert (again.kind, again.repost_of, again.text) == ("repost", first.id, "A kettle")
    forged = orjson.dumps(original | {"content": "Another"}).decode()
    assert post(nostr_event(forged, ["e", ROOT], kind=kind)).repost_of == post_id("nostr", ROOT)
    assert post(nostr_event("", ["e", ROOT], kind=kind)).text is None


def test_reactions() -> None:
    for content in ("+", "", "🫖"):
        [liked] = parse(nostr_event(content, ["e", YOURS], ["e", ROOT], ["p", YOURS], kind=7))
        assert isinstance(liked, Engagement)
        assert (liked.kind, liked.mention_id, liked.at) == ("like", post_id("nostr", ROOT), NOON)
    assert parse(nostr_event("-", ["e", ROOT], kind=7)) == [Skipped("kind 7")]


def test_deletions() -> None:
    mine, other = f"30023:{MINE}:tea", f"30023:{YOURS}:tea"
    event = nostr_event("", ["e", ROOT], ["e", REPLY], ["a", mine], ["a", other], ["k", "1"], kind=5)
    found = parse(event)
    assert [(item.op, item.native_id) for item in found if isinstance(item, PostEvent)] == [
        ("delete", ROOT), ("delete", REPLY), ("delete", mine),
    ]  # fmt: skip
    assert parse(nostr_event("", ["a", other], kind=5)) == [Skipped("kind 5")]
    with pytest.raises(Poison, match="deletion"):
        parse(event | {"id": ROOT})


def test_an_article_is_replaced_by_its_next_state() -> None:
    tags = (["d", "tea"], ["title", "On tea"], ["published_at", "1709290800"], ["image", "https://i.example/t.png"])
    found = post(nostr_event("# Tea", *tags, kind=30023))
    assert (found.native_id, found.kind, found.title) == (f"30023:{MINE}:tea", "article", "On tea")
    assert (found.op, found.version, found.published_at) == ("update", ms(NOON), datetime(2024, 3, 1, 11, tzinfo=UTC))
    assert found.media == [Media(kind="image", url="https://i.example/t.png")]


@pytest.mark.parametrize("kind", [0, 3, 4, 40, 1984, 9735, 10002, 22456, 30024, 31234])
def test_other_kinds_are_skipped_by_number(kind: int) -> None:
    assert parse(nostr_event("x", ["e", ROOT], kind=kind)) == [Skipped(f"kind {kind}")]


@pytest.mark.parametrize(
    "message",
    [
        ["EOSE", "s"],
        ["OK", ROOT, True, ""],
        ["NOTICE", "x"],
        ["CLOSED", "s", "x"],
        ["AUTH", "x"],
        ["COUNT", "s", {"count": 1}],
    ],
)
def test_what_else_a_relay_says_is_skipped_by_its_word(message: list[Any]) -> None:
    assert parse(message) == [Skipped(message[0])]


def test_the_time_is_the_authors_and_an_id_is_checked() -> None:
    ahead = post(nostr_event("x", created_at=1709294400 + 86_400), NOON)
    assert (ahead.published_at, ahead.flags) == (NOON, ["time_clamped"])
    assert post(nostr_event("x") | {"content": "y"}).flags == ["id_mismatch"]
    expiring = nostr_event("x", ["expiration", "1709294500"])
    assert post(expiring, NOON).text == "x"
    assert parse(expiring, datetime(2024, 3, 2, tzinfo=UTC)) == [Skipped("expired")]


@pytest.mark.parametrize("indent", [None, orjson.OPT_INDENT_2])
def test_one_message_is_one_record_and_several_are_several(indent: int | None) -> None:
    message = ["EVENT", "s", nostr_event("x")]
    for recorded, count in (([message], 1), (message, 1), ([message, ["EOSE", "s"]], 2), ([message[2]] * 3, 3)):
        stream = io.BytesIO(orjson.dumps(recorded, option=indent))
        outcomes = [outcome for _, outcome in parse_stream(source("nostr"), stream)]
        assert len(outcomes) == count
        assert isinstance(outcomes[0], list)
        assert isinstance(outcomes[0][0], PostEvent)


@pytest.mark.parametrize("bad", [["HELLO"], [], nostr_event("x") | {"kind": True}, nostr_event("x") | {"pubkey": "x"}])
def test_what_is_no_event(bad: object) -> None:
    with pytest.raises(Poison):
        parse(bad)
