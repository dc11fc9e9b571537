from datetime import UTC, datetime
from time import process_time
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import EARLIEST, PostEvent, post_id
from schemas.times import LATEST
from tests.support.mastodon_statuses import NOON_MS, account, status, status_id

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
ID = status_id(NOON_MS)


def parse(message: object, seen_at: datetime | None = None) -> list[Parsed]:
    return list(source("mastodon-rest").parse(Record(1, orjson.dumps(message), seen_at=seen_at)))


def post(message: object, seen_at: datetime | None = None) -> PostEvent:
    [event] = parse(message, seen_at)
    assert isinstance(event, PostEvent)
    return event


def test_a_status_with_all_that_the_interface_gives() -> None:
    content = (
        '<p>Tom &amp; Jerry<br>boil <a href="https://social.example/tags/Acme" class="mention hashtag">#<span>'
        'Acme</span></a> for <a href="https://b.example/@bo" class="u-url mention">@<span>bo</span></a></p>'
        '<p><a href="https://kettle.example/?a=1&amp;b=2" rel="nofollow"><span class="invisible">https://</span>'
        '<span class="">kettle.example/?a=1&amp;b=2</span></a></p>'
    )
    media = [
        {"type": "image", "url": "https://pic.example/1.jpg", "description": "a kettle"},
        {"type": "gifv", "url": None, "remote_url": "https://pic.example/2.mp4", "description": None},
        {"type": "unknown", "url": "", "preview_url": "https://pic.example/3.png"},
    ]
    event = post(
        status(
            content=content, spoiler_text="tea", sensitive=True, visibility="unlisted", language="zh-TW",
            media_attachments=media, card={"url": "https://card.example/", "title": "x"},
            poll={"options": [{"title": "Black"}, {"title": "Green"}]},
            tags=[{"name": "Acme", "url": "https://social.example/tags/Acme"}], mentions=[{"url": "https://b.example/@bo"}],
            favourites_count=1, reblogs_count=2, replies_count=3, quotes_count=4,
            account=account("bo", "8", "b.example", display_name="Bo :tea: :x:", emojis=[{"shortcode": "tea"}]),
        )
    )  # fmt: skip
    assert event.model_dump(exclude_none=True, exclude={"schema_version"}) == {
        "id": post_id("mastodon", ID),
        "source": "mastodon",
        "native_id": ID,
        "op": "create",
        "kind": "post",
        "version": NOON_MS,
        "published_at": NOON,
        "observed_at": NOON,
        "author": {"id": "8", "name": "Bo :x:", "handle": "bo@b.example", "followers": 120},
        "title": "tea",
        "text": "Tom & Jerry\nboil #Acme for @bo\n\nhttps://kettle.example/?a=1&b=2\nBlack\nGreen",
        "lang": "zh-TW",
        "url": f"https://social.example/@mia/{ID}",
        "links": ["https://kettle.example/?a=1&b=2", "https://card.example/"],
        "media": [
            {"kind": "image", "url": "https://pic.example/1.jpg", "alt": "a kettle"},
            {"kind": "gif", "url": "https://pic.example/2.mp4"},
            {"kind": "file", "url": "https://pic.example/3.png"},
        ],
        "counts": {"likes": 1, "reposts": 2, "replies": 3, "quotes": 4},
        "flags": ["sensitive"],
    }


def test_the_least_that_a_server_gives() -> None:
    event = post({"id": "AbC9", "created_at": "2024-03-01T12:00:00Z", "content": "", "uri": "tag:a.example,2024:1"})
    assert (event.native_id, event.text, event.author, event.counts, event.url) == ("AbC9", None, None, None, None)


def test_people_of_the_server_itself_have_its_name_too() -> None:
    for odd in ({"url": None}, {"url": "javascript:x"}):
        author = post(status(account=account(**odd))).author
        assert author
        assert author.handle == "mia@social.example"
    author = post(status(account={"acct": "mia", "url": "https://social.example:8443/@mia", "display_name": ""})).author
    assert author
    assert (author.handle, author.name, author.id) == ("mia@social.example:8443", None, None)


def test_what_is_heard_live_is_seen_then_and_named_with_its_server() -> None:
    seen = NOON.replace(minute=30)
    message = {"server": "a.example", "event": "update", "payload": orjson.dumps(status()).decode()}
    event = post(message, seen)
    assert (event.native_id, event.observed_at, event.published_at) == (f"a.example/{ID}", seen, NOON)
    assert event.author
    assert event.author.id == "a.example/7"
    assert event.version == post({**message, "payload": status()}, seen).version == NOON_MS


def test_an_edit_is_an_update_with_the_time_of_the_change() -> None:
    edited = post(status(edited_at="2024-03-01T12:05:00.250Z", text="A better kettle"))
    assert (edited.op, edited.id, edited.published_at) == ("update", post(status()).id, NOON)
    assert edited.version == NOON_MS + 300_250
    assert edited.observed_at == NOON.replace(minute=5, microsecond=250_000)


@pytest.mark.parametrize("edited_at", ["3000-01-01T00:00:00Z", "yesterday", "0001-01-01T00:00:00Z", True])
@pytest.mark.parametrize("seen_at", [None, NOON])
def test_a_change_that_cannot_be_is_as_old_as_the_post(edited_at: object, seen_at: datetime | None) -> None:
    event = post(status(edited_at=edited_at), seen_at)
    assert (event.op, event.version) == ("update", NOON_MS)


def test_an_edit_that_does_not_say_when_is_one_all_the_same() -> None:
    [event] = parse({"event": "status.update", "payload": status()})
    assert isinstance(event, PostEvent)
    assert (event.op, event.version) == ("update", NOON_MS)


def test_a_claim_of_the_future_is_clamped_live_and_refused_in_a_recording() -> None:
    late = status(NOON_MS + 86_400_000)
    event = post(late, NOON)
    assert (event.published_at, event.flags) == (NOON, ["time_clamped"])
    with pytest.raises(Poison, match="bad_time"):
        parse(status(created_at="3000-01-01T00:00:00Z"))


def test_deletions_find_the_post_that_the_same_server_gave() -> None:
    seen = NOON.replace(minute=9)
    for server in ({}, {"server": "a.example"}):
        first = post({**server, "event": "update", "payload": status()}, seen)
        gone = post({**server, "event": "delete", "payload": ID}, seen)
        assert (gone.op, gone.id, gone.text, gone.version) == ("delete", first.id, None, NOON_MS + 9 * 60_000)


@pytest.mark.parametrize(
    ("payload", "seen"),
    [(ID, NOON), (int(ID), NOON), (f' "{ID}"\n', NOON), ("AbC9", EARLIEST), (5, EARLIEST), ("9" * 19, LATEST)],
)
def test_a_recorded_deletion_was_not_before_the_time_in_its_id(payload: object, seen: datetime) -> None:
    event = post({"event": "delete", "payload": payload})
    assert event.op == "delete"
    assert event.observed_at == seen


def test_the_answer_to_a_deletion_is_one() -> None:
    answered = {name: value for name, value in status(text="x").items() if name != "content"} | {"text": "A kettle"}
    event = post(answered)
    assert (event.op, event.id, event.text) == ("delete", post(status()).id, None)


def test_a_boost_comes_after_its_original() -> None:
    original = status(text="A kettle", number=1, reblogs_count=5, spoiler_text="tea", sensitive=True)
    boost = status(NOON_MS + 60_000, "A kettle", account=account("bo", "8", "b.example"), reblog=original)
    first, second = parse(boost)
    assert isinstance(first, PostEvent)
    assert isinstance(second, PostEvent)
    assert (first.via, first.kind, first.native_id) == ("repost", "post", original["id"])
    assert first.counts
    assert first.counts.reposts == 5
    assert (second.kind, second.repost_of, second.via, second.counts) == ("repost", first.id, None, None)
    assert (second.text, second.title, second.flags) == ("A kettle", "tea", ["sensitive"])
    assert second.author
    assert second.author.handle == "bo@b.example"
    assert first.observed_at == second.observed_at == NOON.replace(minute=1)


def test_replies_and_quotes() -> None:
    quoted = status(text="Day one", number=1)
    answer = status(in_reply_to_id="55", quote={"state": "accepted", "quoted_status": quoted})
    event = post(answer)
    assert (event.kind, event.parent_id) == ("reply", post_id("mastodon", "55"))
    assert (event.quote_of, event.quoted_text) == (post_id("mastodon", quoted["id"]), "Day one")
    inline = '<p class="quote-inline">RE: <a href="https://a.example/1">a.example/1</a></p><p>Look</p>'
    event = post(status(content=inline, quote={"state": "accepted", "quoted_status": quoted}))
    assert (event.kind, event.text) == ("quote", "Look")
    assert post(status(quote=quoted)).quote_of == post_id("mastodon", quoted["id"])


@pytest.mark.parametrize(
    "quote",
    [
        {"state": "pending", "quoted_status": None},
        {"state": "revoked", "quoted_status_id": None},
        {"state": "accepted", "quoted_status": status(visibility="private")},
    ],
)
def test_a_quote_that_is_not_shown_is_none(quote: dict[str, Any]) -> None:
    event = post(status(quote=quote))
    assert (event.kind, event.quote_of, event.quoted_text) == ("post", None, None)


def test_a_quote_that_names_only_the_quoted_is_one_too() -> None:
    named = post(status(quote={"state": "accepted", "quoted_status_id": "5"}))
    assert (named.kind, named.quote_of) == ("quote", post_id("mastodon", "5"))
    assert post(status(quote_id="5")).quote_of == named.quote_of


@pytest.mark.parametrize("visibility", ["private", "direct", "limited", "secret word"])
def test_what_is_not_for_everybody_is_not_taken(visibility: str) -> None:
    kind = visibility if visibility != "secret word" else "another visibility"
    assert parse(status(visibility=visibility)) == [Skipped(kind)]
    assert parse(status(reblog=status(visibility=visibility, number=1))) == [Skipped(kind)]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"hello": "secret"}, "unknown_kind"),
        (status(id=None), "bad_value"),
        (status(id=True), "bad_value"),
        (status(created_at="secret"), "bad_time"),
        (status(content=["secret"]), "bad_value"),
        (status(account="secret"), "bad_shape"),
        (status(poll="secret"), "bad_shape"),
        (status(reblog="secret"), "bad_shape"),
        ({"event": "update"}, "bad_shape"),
        ({"event": "update", "payload": '{"id":"sec'}, "truncated"),
        ({"event": "update", "payload": "secret"}, "bad_json"),
        ({"event": "update", "payload": "5"}, "bad_shape"),
        ({"event": "delete"}, "bad_value"),
        ({"statuses": ["secret"]}, "bad_shape"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(message: object, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(message)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)


def test_a_thousand_statuses_take_less_than_two_seconds() -> None:
    payload = orjson.dumps(status(content='<p>A kettle <a href="https://a.example/">sings</a> of <b>tea</b></p>' * 3))
    reader, began = source("mastodon-stream"), process_time()
    for number in range(1_000):
        list(reader.parse(Record(number, payload)))
    assert process_time() - began < 2
