from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import Author, Counts, PostEvent, post_id
from tests.support.jetstream_events import commit, like

POST = "app.bsky.feed.post"
INDEXED = datetime(2024, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
URI = f"at://did:plc:mia/{POST}/3kmmztx5zfr22"


def view(uri: str = URI, **fields: Any) -> dict[str, Any]:
    author = {"did": "did:plc:mia", "handle": "mia.example", "displayName": "Mia"}
    record = {"$type": POST, "text": "A kettle", "createdAt": "2024-03-01T11:59:59Z", "langs": ["en"]}
    return {
        "uri": uri,
        "cid": "x",
        "author": author,
        "record": record,
        "indexedAt": "2024-03-01T12:00:00.250Z",
    } | fields


def parse(answer: object, seen_at: datetime | None = None) -> list[Parsed]:
    return list(source("bluesky-rest").parse(Record(1, orjson.dumps(answer), seen_at=seen_at)))


def post(answer: object, seen_at: datetime | None = None) -> PostEvent:
    [found] = parse(answer, seen_at)
    assert isinstance(found, PostEvent)
    return found


def test_a_post_with_its_author_and_its_totals() -> None:
    found = post({"posts": [view(likeCount=3, replyCount=0, repostCount=-1)]})
    assert (found.id, found.source, found.native_id) == (post_id("bluesky", URI), "bluesky", URI)
    assert found.author == Author(id="did:plc:mia", handle="mia.example", name="Mia")
    assert found.counts == Counts(likes=3, replies=0)
    assert (found.text, found.lang, found.observed_at) == ("A kettle", "en", INDEXED)
    assert found.url == "https://bsky.app/profile/did:plc:mia/post/3kmmztx5zfr22"


def test_totals_are_observed_when_the_answer_came_and_the_version_stays() -> None:
    later = datetime(2024, 3, 2, tzinfo=UTC)
    found = post({"posts": [view(likeCount=3)]}, later)
    assert (found.observed_at, found.version) == (later, post({"posts": [view()]}).version)


def test_it_is_the_post_that_jetstream_sends() -> None:
    sent = orjson.loads(commit("did:plc:mia", INDEXED, "3kmmztx5zfr22", view()["record"]))
    [streamed] = source("bluesky-jetstream").parse(Record(1, orjson.dumps(sent)))
    assert isinstance(streamed, PostEvent)
    shown = post({"posts": [view()]})
    assert shown.id == streamed.id
    assert shown.version <= streamed.version
    assert (shown.text, shown.published_at, shown.kind) == (streamed.text, streamed.published_at, streamed.kind)


def test_a_feed_tells_of_reposts() -> None:
    repost = f"at://did:plc:bo/{POST.replace('post', 'repost')}/3b"
    reason = {"by": {"did": "did:plc:bo"}, "uri": repost, "indexedAt": "2024-03-01T13:00:00Z"}
    original, again = parse({"feed": [{"post": view(), "reason": reason, "reply": {"parent": view("at://x/y/z")}}]})
    assert isinstance(original, PostEvent)
    assert isinstance(again, PostEvent)
    assert (again.kind, again.repost_of, again.native_id, again.text) == ("repost", original.id, repost, None)
    assert again.author == Author(id="did:plc:bo")
    assert len(parse({"feed": [{"post": view(), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}]})) == 1


def test_a_thread_is_read_from_its_first_post_on() -> None:
    gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": True}
    middle = {"post": view("at://did:plc:mia/a/2"), "parent": {"post": view("at://did:plc:mia/a/1"), "parent": gone}}
    answer = {"thread": {**middle, "replies": [{"post": view("at://did:plc:mia/a/3")}, gone]}}
    found = [one.native_id[-1] if isinstance(one, PostEvent) else one for one in parse(answer)]
    assert found == [Skipped("notFoundPost"), "1", "2", "3", Skipped("notFoundPost")]


def test_a_quoted_text() -> None:
    quoted = {"value": {"text": "Another kettle"}}
    assert post({"posts": [view(embed={"record": quoted})]}).quoted_text == "Another kettle"
    assert post({"posts": [view(embed={"record": {"record": quoted}, "media": {}})]}).quoted_text == "Another kettle"
    assert post({"posts": [view(embed={"images": []})]}).quoted_text is None


def test_records_in_a_repository() -> None:
    record = {"uri": URI, "cid": "x", "value": view()["record"]}
    assert post(record).author == Author(id="did:plc:mia")
    sent = orjson.loads(like("did:plc:bo", INDEXED, "3l", URI))["commit"]["record"]
    answer = {"records": [record, {"uri": "at://did:plc:bo/app.bsky.feed.like/3l", "value": sent}]}
    _, found = parse(answer)
    assert isinstance(found, Engagement)
    assert (found.kind, found.mention_id, found.at) == ("like", post_id("bluesky", URI), INDEXED)
    assert parse({"uri": "at://a/b/c", "value": {"$type": "app.bsky.feed.generator"}}) == [
        Skipped("app.bsky.feed.generator")
    ]


def test_one_bad_post_does_not_take_the_others_with_it() -> None:
    assert [type(one) for one in parse({"feed": [{"post": view()}, {"post": {"uri": 1}}, {"post": view()}]})] == [
        PostEvent, PostEvent, Skipped,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"secret": 1}, "unknown_kind"),
        ({"posts": "secret"}, "bad_shape"),
        ({"thread": ["secret"]}, "bad_shape"),
        ({"posts": [view(indexedAt="secret")]}, "bad_time"),
        ({"posts": [view(author={"did": ["secret"]})]}, "bad_shape"),
        ({"uri": URI, "value": {"$type": POST, "text": "secret"}}, "bad_time"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(answer: object, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(answer)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)


def test_media_have_their_addresses_where_the_network_shows_them() -> None:
    pictures = {"$type": "app.bsky.embed.images", "images": [{"alt": "a"}, {"alt": "b"}]}
    shown = {"images": [{"fullsize": "https://cdn.example/1"}, {"fullsize": "https://cdn.example/2"}]}
    quoting = {"$type": "app.bsky.embed.recordWithMedia", "media": pictures, "record": {}}
    film, plain = {"$type": "app.bsky.embed.video", "alt": "c"}, view()["record"]
    for embed, view_of, urls in (
        (pictures, shown, ["https://cdn.example/1", "https://cdn.example/2"]),
        (quoting, {"record": {}, "media": shown}, ["https://cdn.example/1", "https://cdn.example/2"]),
        (film, {"playlist": "https://cdn.example/3.m3u8"}, ["https://cdn.example/3.m3u8"]),
        (film, None, [None]),
    ):
        event = post({"posts": [view(embed=view_of, record={**plain, "embed": embed})]})
        assert [item.url for item in event.media] == urls
    card = {"$type": "app.bsky.embed.external", "external": {"uri": "https://gif.example/a.gif", "description": "d"}}
    [gif] = post({"posts": [view(record={**plain, "embed": card})]}).media
    assert (gif.kind, gif.url, gif.alt) == ("gif", "https://gif.example/a.gif", "d")
