"""Discourse's answers and webhooks, golden: posts, topics, deletions, and what is none."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import Author, Counts, Media, NativeRefs, PostEvent, post_id

SITE = "https://forum.example"
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
NOON_MS = 1709294400000
COOKED = (
    '<p>Kettles &amp; tea <a class="mention" href="/u/bo">@bo</a>, <a href="https://a.example/">see</a> '
    '<img src="//forum.example/images/emoji/twitter/tea.png" class="emoji" alt=":tea:">'
    '<img src="/uploads/k.png" alt="a kettle"></p>'
)
QUOTE = (
    '<aside class="quote no-group" data-username="bo" data-post="2" data-topic="3"><div class="title">'
    '<img src="/user_avatar/bo.png"> bo:</div>\n<blockquote><p>Kettles are loud</p></blockquote></aside>'
)


def post(**fields: Any) -> dict[str, Any]:
    return {
        "id": 91, "topic_id": 4, "post_number": 2, "post_type": 1, "username": "mia", "name": "Mia Wu", "user_id": 7,
        "created_at": "2024-03-01T07:00:00.000-05:00", "updated_at": "2024-03-01T12:00:00.000Z", "cooked": COOKED,
        "reply_count": 1, "quote_count": 2, "reads": 30, "topic_slug": "kettles", "reply_to_post_number": None,
        "actions_summary": [{"id": 2, "count": 5}, {"id": 3, "count": 9}], "version": 1,
    } | fields  # fmt: skip


def parse(answer: Any, site: str | None = SITE) -> list[Parsed]:
    return list(source("discourse", {"site": site}).parse(Record(1, orjson.dumps(answer))))


def only(answer: Any) -> PostEvent:
    (found,) = parse(answer)
    assert isinstance(found, PostEvent)
    return found


def test_a_reply() -> None:
    assert only({"post": post(reply_to_post_number=1)}) == PostEvent(
        id=post_id("discourse", "4/2"), source="discourse", native_id="4/2", kind="reply", version=NOON_MS,
        published_at=NOON, observed_at=NOON, author=Author(id="7", name="Mia Wu", handle="mia"),
        text="Kettles & tea @bo, see", url="https://forum.example/t/kettles/4/2", links=["https://a.example/"],
        media=[Media(kind="image", url="https://forum.example/uploads/k.png", alt="a kettle")],
        counts=Counts(likes=5, replies=1, quotes=2, views=30), parent_id=post_id("discourse", "4/1"),
        root_id=post_id("discourse", "4/1"), native_refs=NativeRefs(parent="4/1", root="4/1"),
    )  # fmt: skip


def test_a_post_without_a_number_to_answer_answers_its_topic() -> None:
    assert only(post()).native_refs == NativeRefs(parent="4/1", root="4/1")
    assert only(post(reply_to_post_number=7)).native_refs == NativeRefs(parent="4/7", root="4/1")


def test_a_topic_gives_its_first_post_the_title_and_the_totals() -> None:
    topic = {"id": 4, "title": "Kettles &amp; tea", "slug": "kettles", "views": 200, "posts_count": 3}
    first, second = parse(topic | {"post_stream": {"posts": [post(post_number=1, topic_id=4), post()], "stream": [1]}})
    assert isinstance(first, PostEvent)
    assert isinstance(second, PostEvent)
    assert (first.kind, first.native_refs, first.title) == ("post", None, "Kettles & tea")
    assert first.counts == Counts(likes=5, replies=2, quotes=2, views=200)
    assert (second.title, second.counts) == (None, Counts(likes=5, replies=1, quotes=2, views=30))


def test_a_list_of_topics_names_the_first_post_of_each() -> None:
    topic = {
        "id": 4, "title": "Kettles", "slug": "kettles", "created_at": "2024-03-01T12:00:00Z", "excerpt": "Loud&hellip;",
        "bumped_at": "2024-03-01T12:00:09Z", "views": 200, "like_count": 14, "posts_count": 3, "image_url": "https://i/k",
        "posters": [{"user_id": 8, "description": "Frequent Poster"}, {"user_id": 7, "description": "Original Poster"}],
    }  # fmt: skip
    users = [{"id": 7, "username": "mia", "name": "Mia Wu"}, {"id": 8, "username": "bo"}]
    found = only({"users": users, "topic_list": {"topics": [topic]}})
    assert (found.native_id, found.kind, found.title, found.text) == ("4/1", "post", "Kettles", "Loud…")
    assert (found.version, found.observed_at.second) == (NOON_MS, 9)
    assert (found.author, found.url) == (
        Author(id="7", name="Mia Wu", handle="mia"),
        "https://forum.example/t/kettles/4",
    )
    assert (found.counts, found.media) == (
        Counts(likes=14, replies=2, views=200), [Media(kind="image", url="https://i/k")],
    )  # fmt: skip


def test_what_a_post_quotes_are_not_its_words() -> None:
    found = only(post(cooked=f"{QUOTE}\n<p>They are not</p>"))
    assert (found.text, found.quoted_text) == ("They are not", "Kettles are loud")
    assert found.native_refs == NativeRefs(parent="4/1", root="4/1", quote_of="3/2")
    assert found.media == []
    assert only(post(post_number=1, cooked=QUOTE)).kind == "quote"
    nested = QUOTE.replace(
        "<p>Kettles are loud</p>", QUOTE.replace('data-post="2"', 'data-post="1"') + "<p>Are they?</p>"
    )
    found = only(post(cooked=nested + "<p>No</p>"))
    assert (found.text, found.quoted_text) == ("No", "Are they?\nKettles are loud")
    assert found.native_refs == NativeRefs(parent="4/1", root="4/1", quote_of="3/2")


def test_an_edit_is_a_later_state() -> None:
    edited = only(post(updated_at="2024-03-01T12:05:00Z", version=2))
    assert (edited.op, edited.version, edited.published_at) == ("update", NOON_MS + 300_000, NOON)
    assert only(post(version=2)).op == "update"


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        (post(deleted_at="2024-03-01T12:05:00Z"), NOON_MS + 300_000),
        (post(user_deleted=True, updated_at="2024-03-01T12:05:00Z"), NOON_MS + 300_000),
        ({"event": "post_destroyed", "payload": {"post": post()}}, NOON_MS),
    ],
)
def test_deletions(answer: Any, version: int) -> None:
    gone = only(answer)
    assert (gone.op, gone.native_id, gone.version, gone.text) == ("delete", "4/2", version, None)


def test_a_destroyed_topic_is_its_first_post() -> None:
    topic = {"id": 4, "title": "Kettles", "created_at": "2024-03-01T12:00:00Z"}
    gone = only({"event": "topic_destroyed", "payload": {"topic": topic}})
    assert (gone.op, gone.native_id) == ("delete", "4/1")
    assert only({"topic": topic | {"created_by": {"id": 7, "username": "mia"}}}).author == Author(id="7", handle="mia")


def test_what_is_hidden_may_be_shown_again() -> None:
    hidden = only(post(hidden=True))
    assert (hidden.op, hidden.text, hidden.flags, hidden.links) == ("update", None, ["hidden"], [])


def test_search_results_and_what_people_did() -> None:
    hit = {"id": 91, "username": "mia", "created_at": "2024-03-01T12:00:00Z", "like_count": 3, "blurb": "a kettle",
           "post_number": 2, "topic_id": 4}  # fmt: skip
    found = only({"posts": [hit], "topics": [{"id": 4, "title": "Kettles", "slug": "kettles"}], "users": []})
    assert (found.text, found.counts) == ("a kettle", Counts(likes=3))
    assert found.version < only(post()).version, "an extract never takes the place of the whole"
    action = {"action_type": 5, "post_id": 91, "topic_id": 4, "post_number": 2, "username": "mia",
              "excerpt": "a kettle", "created_at": "2024-03-01T12:00:00Z", "reply_to_post_number": 1}  # fmt: skip
    replied, liked = parse({"user_actions": [action, action | {"action_type": 1}]})
    assert isinstance(replied, PostEvent)
    assert (replied.native_id, replied.text) == ("4/2", "a kettle")
    assert liked == Skipped("user_action")


def test_without_the_address_of_the_forum_a_post_has_none() -> None:
    (found,) = parse(post(), site=None)
    assert isinstance(found, PostEvent)
    assert (found.url, found.links, found.media) == (None, ["https://a.example/"], [])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (post(post_type=3), "small_action"),
        (post(post_type=4), "whisper"),
        ({"post": post(topic_archetype="private_message")}, "private_message"),
        ({"private_posts": [post()]}, "private_message"),
        ({"topic_list": {"topics": [{"id": 4, "archetype": "private_message"}]}}, "private_message"),
        ({"ping": "OK"}, "ping"),
        ({"event": "another_plugin", "payload": {"kettle": {}}}, "another event"),
        ({"user": {"id": 7, "username": "mia"}}, "user"),
        ({"errors": ["not found"], "error_type": "not_found"}, "errors"),
        ({"category_list": {}}, "category_list"),
        ({"latest_posts": []}, "empty"),
    ],
)
def test_what_is_no_post_is_skipped_by_its_name(answer: Any, kind: str) -> None:
    assert parse(answer) == [Skipped(kind)]


def test_one_bad_post_does_not_take_the_others_with_it() -> None:
    first, second = parse({"latest_posts": [post(created_at="secret"), post()]})
    assert isinstance(first, PostEvent)
    assert second == Skipped("bad_time")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"secret": 1}, "unknown_kind"),
        (post(created_at="secret"), "bad_time"),
        (post(topic_id="secret"), "bad_value"),
        ({"post_stream": "secret"}, "bad_shape"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(answer: Any, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(answer)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)
