"""Threads, field by field."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import PostEvent, post_id

NOON = "2024-03-01T12:00:00+0000"
AT_S = 1_709_294_400
AT = datetime(2024, 3, 1, 12, tzinfo=UTC)


def parse(answer: object) -> list[Parsed]:
    return list(source("threads").parse(Record(1, orjson.dumps(answer))))


def posts(answer: object) -> list[PostEvent]:
    return [event for event in parse(answer) if isinstance(event, PostEvent)]


def one(answer: object) -> PostEvent:
    (event,) = posts(answer)
    return event


def post(native_id: str = "1", **fields: Any) -> dict[str, Any]:
    own = {"id": native_id, "media_product_type": "THREADS", "media_type": "TEXT_POST", "text": "Kettles"}
    return own | {"timestamp": NOON, "username": "ann", "permalink": "https://www.threads.net/@ann/post/abc"} | fields


def test_a_post() -> None:
    fields: dict[str, Any] = {
        "owner": {"id": "7"}, "media_type": "IMAGE", "media_url": "https://pic.example/1.jpg", "alt_text": "steam",
        "link_attachment_url": "https://tea.example/", "is_verified": True, "is_quote_post": False,
        "location": {"id": "5", "name": "Taipei", "country": "TW", "latitude": 25.0, "longitude": 121.5},
    }  # fmt: skip
    event = one({"data": [post(**fields)], "paging": {"cursors": {"before": "x", "after": "y"}}})
    assert event.model_dump(exclude_none=True, exclude={"schema_version"}) == {
        "id": post_id("threads", "1"),
        "source": "threads",
        "native_id": "1",
        "op": "create",
        "kind": "post",
        "version": AT_S * 1000,
        "published_at": AT,
        "observed_at": AT,
        "author": {"id": "7", "handle": "ann", "verified": True},
        "text": "Kettles",
        "url": "https://www.threads.net/@ann/post/abc",
        "links": ["https://tea.example/"],
        "media": [{"kind": "image", "url": "https://pic.example/1.jpg", "alt": "steam"}],
        "place": {"name": "Taipei", "country": "TW", "lat": 25.0, "lon": 121.5},
        "flags": [],
    }


def test_replies_quotes_and_reposts() -> None:
    reply = one(post(is_reply=True, replied_to={"id": "3"}, root_post={"id": "2"}))
    assert (reply.kind, reply.parent_id, reply.root_id) == ("reply", post_id("threads", "3"), post_id("threads", "2"))
    quote = one(post(is_quote_post=True, quoted_post={"id": "4", "text": "Tea"}))
    assert (quote.kind, quote.quote_of, quote.quoted_text) == ("quote", post_id("threads", "4"), "Tea")
    original = post("5", username="bo", text="Steam")
    first, again = posts(post(media_type="REPOST_FACADE", text=None, reposted_post=original))
    assert (first.native_id, first.via) == ("5", "repost")
    assert (again.kind, again.repost_of, again.text) == ("repost", first.id, "Steam")
    alone = one(post(media_type="REPOST_FACADE", reposted_post={"id": "5"}))
    assert (alone.kind, alone.repost_of) == ("repost", first.id)


def test_albums_polls_and_attached_texts() -> None:
    album = one(
        post(media_type="CAROUSEL_ALBUM", children={"data": [{"id": "8", "media_type": "VIDEO", "alt_text": "x"}]})
    )
    assert [(item.kind, item.alt) for item in album.media] == [("video", "x")]
    assert one(post(poll_attachment={"option_a": "tea", "option_b": "coffee"})).text == "Kettles\ntea\ncoffee"
    longer = {"plaintext": "At length", "link_attachment_url": "https://tea.example/"}
    assert one(post(text_attachment=longer)).links == ["https://tea.example/"]


def test_a_hidden_reply_may_be_shown_again() -> None:
    event = one(post(hide_status="HIDDEN", replied_to={"id": "3"}))
    assert (event.op, event.text, event.flags, event.kind) == ("update", None, ["hidden"], "reply")
    assert one(post(hide_status="NOT_HUSHED")).text == "Kettles"


def test_what_is_told() -> None:
    value = post(replied_to={"id": "3"}, root_post={"id": "2", "username": "bo"})
    told = {"app_id": "1", "topic": "moderate", "target_id": "7", "time": AT_S + 5}
    event = one(told | {"values": {"field": "replies", "value": value}})
    assert (event.parent_id, event.version, event.observed_at) == (
        post_id("threads", "3"),
        AT_S * 1000,
        AT.replace(second=5),
    )
    gone = one(told | {"values": {"field": "delete", "value": {"id": "1", "deleted_at": NOON}}})
    assert (gone.op, gone.id, gone.version) == ("delete", event.id, AT_S * 1000)
    assert parse(told | {"values": [{"field": "secret", "value": {}}]}) == [Skipped("another field")]


def test_a_confirmed_deletion_stands_without_a_time() -> None:
    event = one({"success": True, "deleted_id": "1"})
    assert (event.op, event.id) == ("delete", post_id("threads", "1"))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"id": "7", "username": "ann", "threads_biography": "x"}, "profile"),
        (
            {"data": [{"name": "views", "period": "lifetime", "values": [{"value": 0}], "id": "1/insights/views"}]},
            "insights",
        ),
        ({"id": "1"}, "id"),
        ({"data": []}, "empty"),
        ({"data": [{"quota_usage": 1, "config": {}}]}, "publishing_limit"),
        ({"id": "1", "status": "FINISHED"}, "container"),
        ({"error": {"type": "THApiException"}}, "THApiException"),
    ],
)
def test_what_is_no_post_is_skipped_by_what_it_is(answer: object, kind: str) -> None:
    assert parse(answer) == [Skipped(kind)]


def test_one_bad_post_costs_no_other() -> None:
    found = parse({"data": [post(), post("2", timestamp="secret"), post("3")]})
    assert [event.native_id for event in found if isinstance(event, PostEvent)] == ["1", "3"]
    with pytest.raises(Poison, match="without time"):
        parse(post(timestamp=None))
