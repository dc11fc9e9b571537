"""Facebook's webhooks, field by field."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import PostEvent, post_id

AT_S = 1_709_294_400
AT = datetime(2024, 3, 1, 12, tzinfo=UTC)
ANN = {"id": "7", "name": "Ann"}


def parse(message: object, seen: datetime | None = None) -> list[Parsed]:
    return list(source("facebook-webhooks").parse(Record(1, orjson.dumps(message), seen_at=seen)))


def told(*changes: dict[str, Any], after_s: int = 5, **entry: Any) -> dict[str, Any]:
    return {"object": "page", "entry": [{"id": "5", "time": AT_S + after_s, "changes": list(changes), **entry}]}


def feed(field: str = "feed", **value: Any) -> dict[str, Any]:
    return {"field": field, "value": {"verb": "add", "post_id": "5_1", "created_time": AT_S, "from": ANN} | value}


def one(message: object) -> PostEvent:
    (event,) = parse(message)
    assert isinstance(event, PostEvent)
    return event


def test_a_post() -> None:
    event = one(told(feed(item="status", message="Kettles", photos=["https://pic.example/1.jpg"], published=1)))
    assert event.model_dump(exclude_none=True, exclude={"schema_version"}) == {
        "id": post_id("facebook", "5_1"),
        "source": "facebook",
        "native_id": "5_1",
        "op": "create",
        "kind": "post",
        "version": AT_S * 1000,
        "published_at": AT,
        "observed_at": AT.replace(second=5),
        "author": {"id": "7", "name": "Ann"},
        "text": "Kettles",
        "links": [],
        "media": [{"kind": "image", "url": "https://pic.example/1.jpg"}],
        "flags": [],
    }


@pytest.mark.parametrize("verb", ["edit", "edited"])
def test_an_edit_is_as_old_as_its_notification(verb: str) -> None:
    event = one(told(feed(item="post", verb=verb, message="Better kettles")))
    assert (event.op, event.version, event.published_at) == ("update", (AT_S + 5) * 1000, AT)
    assert event.text == "Better kettles"


def test_a_change_has_one_version_whenever_it_comes() -> None:
    message = told(feed(item="post", verb="remove"))
    versions = {event.version for seen in (None, AT) for event in parse(message, seen) if isinstance(event, PostEvent)}
    assert versions == {(AT_S + 5) * 1000}


def test_removals_and_hiding() -> None:
    removed = one(told(feed(item="post", verb="remove", message="Kettles")))
    assert (removed.op, removed.text, removed.author) == ("delete", None, None)
    hidden = one(told(feed(item="post", verb="hide", message="Kettles")))
    assert (hidden.op, hidden.text, hidden.flags) == ("update", None, ["hidden"])
    shown = one(told(feed(item="post", verb="unhide", message="Kettles"), after_s=9))
    assert (shown.op, shown.text, shown.flags) == ("update", "Kettles", [])
    assert shown.version > hidden.version
    assert one(told(feed(item="video", verb="block", video_id=3))).flags == ["hidden"]


def test_comments_and_replies_to_them() -> None:
    comment = one(told(feed(item="comment", comment_id="1_2", parent_id="5_1", photo="https://pic.example/1.jpg")))
    post = post_id("facebook", "5_1")
    assert (comment.native_id, comment.kind, comment.parent_id, comment.root_id) == ("1_2", "reply", post, post)
    assert [item.kind for item in comment.media] == ["image"]
    reply = one(told(feed(item="comment", comment_id="1_3", parent_id="1_2")))
    assert (reply.parent_id, reply.root_id) == (comment.id, post)
    assert one(told(feed(item="comment", verb="remove", comment_id="1_3", parent_id="1_2"))).op == "delete"


def test_older_versions_name_the_sender_beside_the_post() -> None:
    value = {
        "item": "photo",
        "verb": "add",
        "post_id": "5_1",
        "sender_id": 7,
        "sender_name": "Ann",
        "created_time": AT_S,
    }
    event = one(told({"field": "feed", "value": value | {"link": "https://pic.example/1.jpg"}}))
    assert event.author
    assert (event.author.id, event.author.name) == ("7", "Ann")
    assert ([item.url for item in event.media], event.links) == (["https://pic.example/1.jpg"], [])


def test_a_shared_link() -> None:
    event = one(
        told(feed(item="share", share_id=1, link="https://l.facebook.com/l.php?u=https%3A%2F%2Ftea.example%2F"))
    )
    assert (event.links, event.media) == (["https://tea.example/"], [])


def test_a_review() -> None:
    value = {"item": "rating", "verb": "add", "open_graph_story_id": 9, "reviewer_id": 7, "reviewer_name": "Ann"}
    event = one(told({"field": "ratings", "value": value | {"rating": 4, "review_text": "Hot", "created_time": AT_S}}))
    assert (event.kind, event.native_id, event.text) == ("review", "9", "Hot")
    assert event.author
    assert event.author.id == "7"
    gone = one(told({"field": "ratings", "value": {"item": "rating", "verb": "remove", "open_graph_story_id": 9}}))
    assert (gone.op, gone.id) == ("delete", event.id)


def test_a_mention_is_the_post_that_it_stands_in() -> None:
    assert one(told(feed("mention", item="post", message="Tea Co!"))).native_id == "5_1"
    assert one(told(feed("mention", item="comment", comment_id="1_2", message="Tea Co!"))).native_id == "1_2"


def test_a_reaction_is_a_like_of_the_post_or_comment() -> None:
    first, second = parse(
        told(feed(item="reaction", reaction_type="love"), feed(item="like", comment_id="1_2", created_time=AT_S + 1))
    )
    assert isinstance(first, Engagement)
    assert isinstance(second, Engagement)
    assert (first.kind, first.mention_id, first.at) == ("like", post_id("facebook", "5_1"), AT)
    assert second.mention_id == post_id("facebook", "1_2")
    (again,) = parse(told(feed(item="reaction", reaction_type="love")))
    assert again == first


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        (told(feed(item="reaction", verb="remove")), ["reaction"]),
        (told(feed(item="like", post_id=None)), ["like"]),
        (told(feed(item="album", post_id=None)), ["album"]),
        (told(feed(item="video", verb="mute", post_id=None)), ["mute"]),
        (told(feed(item="bar")), ["bar"]),
        (told({"field": "leadgen", "value": {"leadgen_id": 1}}), ["leadgen"]),
        (told({"field": "picture", "value": "photo"}), ["picture"]),
        (told(messaging=[{"sender": {"id": "7"}, "timestamp": 1, "message": {"text": "secret"}}]), ["message"]),
        (told(messaging=[{"sender": {"id": "7"}, "read": {}}], standby=[{}]), ["read", "standby"]),
        ({"object": "user", "entry": [{"id": "7", "time": AT_S, "changed_fields": ["feed"]}]}, ["feed"]),
        ({"object": "whatsapp_business_account", "entry": told(feed("messages"))["entry"]}, ["messages"]),
        ({"hub.mode": "subscribe", "hub.challenge": "1"}, ["subscribe"]),
        (told(), ["empty"]),
    ],
)  # fmt: skip
def test_what_is_no_post_is_skipped_by_its_name(message: object, kinds: list[str]) -> None:
    assert [found.kind for found in parse(message) if isinstance(found, Skipped)] == kinds


def test_one_bad_change_costs_no_other() -> None:
    found = parse(told(feed(item="post"), feed(item="post", created_time="secret"), feed(item="post", post_id="5_3")))
    assert [event.native_id for event in found if isinstance(event, PostEvent)] == ["5_1", "5_3"]
    assert found[2:] == [Skipped("bad_time")]


def test_examples_of_the_documentation() -> None:
    assert one({"sample": feed(item="status", message="x")}).text == "x"
    with pytest.raises(Poison, match="without any time"):
        parse({"sample": feed(item="status", created_time=None)})
    single = told(feed(item="status"))
    assert one(single | {"entry": single["entry"][0]}).native_id == "5_1"
