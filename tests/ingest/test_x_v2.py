from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import AuthorPause, AuthorRemoval, Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import PostEvent, post_id

NOON = datetime(2023, 3, 1, 12, tzinfo=UTC)
NOON_MS = 1_677_672_000_000
MIA = {"id": "7", "name": "Mia", "username": "mia_ex", "verified": True, "public_metrics": {"followers_count": 120}}
BO = {"id": "8", "name": "Bo", "username": "bo", "public_metrics": {"followers_count": 9}}


def tweet(native_id: str = "100", **fields: Any) -> dict[str, Any]:
    return {"id": native_id, "text": "A kettle", "author_id": "7", "created_at": "2023-03-01T12:00:00.000Z", **fields}


def parse(message: object) -> list[Parsed]:
    return list(source("x-v2-stream").parse(Record(1, orjson.dumps(message))))


def posts(message: object) -> list[PostEvent]:
    events = parse(message)
    return [event for event in events if isinstance(event, PostEvent)]


def snowflake(moment: datetime) -> str:
    return str((int(moment.timestamp() * 1000) - 1_288_834_974_657) << 22)


@pytest.mark.parametrize("flattened", [False, True])
def test_a_poll_says_what_it_lets_people_choose_from(flattened: bool) -> None:
    polls = [{"id": "5", "options": [{"position": 1, "label": "Tea &amp; milk"}, {"position": 2, "label": "Coffee"}]}]
    attached = {"poll_ids": ["5", "6"]} | ({"poll": polls} if flattened else {})
    data = tweet(attachments=attached, possibly_sensitive=True)
    [found] = posts(data if flattened else {"data": data, "includes": {"polls": polls}})
    assert (found.text, found.flags) == ("A kettle\nTea & milk\nCoffee", ["sensitive"])


def test_a_post_with_all_that_the_interface_gives() -> None:
    data = tweet(
        text="Tom &amp; Jerry https://t.co/a https://t.co/b",
        lang="qme",
        conversation_id="100",
        public_metrics={"like_count": 1, "retweet_count": 2, "reply_count": 3, "quote_count": 4, "impression_count": 5},
        attachments={"media_keys": ["3_1", "7_2", "3_absent"]},
        geo={"place_id": "p", "coordinates": {"type": "Point", "coordinates": [121.5, 25.0]}},
        entities={
            "urls": [
                {"expanded_url": "https://kettle.example/", "display_url": "kettle.example"},
                {"expanded_url": "https://twitter.com/mia_ex/status/100/photo/1", "display_url": "pic.twitter.com/b"},
            ]
        },
        edit_history_tweet_ids=["100"],
    )
    includes = {
        "users": [MIA],
        "places": [{"id": "p", "full_name": "Taipei", "country_code": "TW"}],
        "media": [
            {"media_key": "3_1", "type": "photo", "url": "https://pic.example/1.jpg", "alt_text": "a kettle"},
            {"media_key": "7_2", "type": "video", "preview_image_url": "https://pic.example/2.jpg"},
        ],
    }
    captured = {"retrieved_at": "2023-03-01T12:00:09+00:00"}
    [event] = posts({"data": data, "includes": includes, "matching_rules": [{"id": 1}], "__twarc": captured})
    assert event.model_dump(exclude_none=True, exclude={"schema_version"}) == {
        "id": post_id("x", "100"),
        "source": "x",
        "native_id": "100",
        "op": "create",
        "kind": "post",
        "version": NOON_MS,
        "published_at": NOON,
        "observed_at": NOON.replace(second=9),
        "author": {"id": "7", "name": "Mia", "handle": "mia_ex", "followers": 120, "verified": True},
        "text": "Tom & Jerry https://t.co/a https://t.co/b",
        "url": "https://x.com/mia_ex/status/100",
        "links": ["https://kettle.example/"],
        "media": [
            {"kind": "image", "url": "https://pic.example/1.jpg", "alt": "a kettle"},
            {"kind": "video", "url": "https://pic.example/2.jpg"},
        ],
        "counts": {"likes": 1, "reposts": 2, "replies": 3, "quotes": 4, "views": 5},
        "place": {"name": "Taipei", "country": "TW", "lat": 25.0, "lon": 121.5},
        "flags": [],
    }


def test_the_least_that_the_interface_gives_has_its_time_in_its_id() -> None:
    native_id = snowflake(NOON.replace(microsecond=345_000))
    [event] = posts({"data": {"id": native_id, "text": "A kettle", "edit_history_tweet_ids": [native_id]}})
    assert (event.published_at, event.version, event.author, event.counts) == (NOON, NOON_MS, None, None)


def test_long_posts_are_read_whole() -> None:
    note = {"text": "A kettle, at length", "entities": {"urls": [{"expanded_url": "https://kettle.example/"}]}}
    [event] = posts({"data": tweet(note_tweet=note)})
    assert (event.text, event.links) == ("A kettle, at length", ["https://kettle.example/"])


def test_a_retweet_comes_after_its_original() -> None:
    original = tweet(
        "90", text="A kettle that sings", public_metrics={"retweet_count": 41}, attachments={"media_keys": ["3_1"]},
        referenced_tweets=[{"type": "quoted", "id": "80"}], conversation_id="90",
    )  # fmt: skip
    retweet = tweet(
        "100", author_id="8", text="RT @mia_ex: A kettle th…", public_metrics={"retweet_count": 41},
        referenced_tweets=[{"type": "retweeted", "id": "90"}], conversation_id="100",
    )  # fmt: skip
    includes = {
        "users": [MIA, BO], "tweets": [original, tweet("80", text="Day one")],
        "media": [{"media_key": "3_1", "type": "photo", "alt_text": "steam"}],
    }  # fmt: skip
    first, second = posts({"data": retweet, "includes": includes})
    assert (first.via, first.kind, first.native_id, first.quoted_text) == ("repost", "quote", "90", "Day one")
    assert first.counts
    assert first.counts.reposts == 41
    assert (second.kind, second.repost_of, second.counts, second.quote_of) == ("repost", first.id, None, None)
    assert (second.text, second.quoted_text) == ("RT @mia_ex: A kettle that sings", "Day one")
    assert second.media[0].alt == "steam"
    [alone] = posts({"data": retweet})
    assert (alone.kind, alone.repost_of, alone.text) == ("repost", first.id, "RT @mia_ex: A kettle th…")


def test_a_reply_knows_its_conversation() -> None:
    data = tweet(
        referenced_tweets=[{"type": "replied_to", "id": "80"}, {"type": "quoted", "id": "70"}], conversation_id="60"
    )
    [event] = posts({"data": data})
    assert (event.kind, event.parent_id, event.root_id) == ("reply", post_id("x", "80"), post_id("x", "60"))
    assert event.quote_of == post_id("x", "70")


def test_an_edit_is_an_update_of_the_first_state() -> None:
    first_id, later_id = snowflake(NOON), snowflake(NOON.replace(minute=5))
    states = {"edit_history_tweet_ids": [first_id, later_id]}
    [first] = posts({"data": tweet(first_id, edit_history_tweet_ids=[first_id])})
    later = tweet(later_id, text="A better kettle", created_at="2023-03-01T12:05:00.000Z", **states)
    [second] = posts({"data": later})
    assert (second.op, second.id, second.native_id) == ("update", first.id, first_id)
    assert second.version > first.version
    assert second.published_at == first.published_at
    assert second.url == f"https://x.com/i/status/{later_id}"
    quoting = tweet("300", referenced_tweets=[{"type": "quoted", "id": later_id}])
    [quote] = posts({"data": quoting, "includes": {"tweets": [later]}})
    assert (quote.quote_of, quote.quoted_text) == (first.id, "A better kettle")


def test_deletions_and_other_compliance() -> None:
    at = "2023-03-01T12:00:00.500Z"
    [event] = posts({"data": {"delete": {"tweet": {"id": "100", "author_id": "7"}, "event_at": at}}})
    assert (event.op, event.id, event.version) == ("delete", post_id("x", "100"), NOON_MS + 500)
    assert parse({"data": {"scrub_geo": {"user_id": "7"}}}) == [Skipped("scrub_geo")]
    about = {"user": {"id": "7"}, "event_at": at}
    moment = NOON.replace(microsecond=500_000)
    assert parse({"data": {"user_delete": about}}) == [AuthorRemoval("user_delete", "x", "7", moment)]
    assert parse({"data": {"user_suspend": about}}) == [AuthorPause("user_suspend", "x", "7", moment, over=False)]
    assert parse({"data": {"user_unsuspend": about}}) == [AuthorPause("user_unsuspend", "x", "7", moment, over=True)]


def test_a_post_that_stands_alone_has_what_it_refers_to_in_it() -> None:
    ann = {"id": "7", "username": "ann", "public_metrics": {"followers_count": 12}}
    original = tweet("90", text="A whole kettle", author_id="8", author={"id": "8", "username": "bo"})
    alone = tweet(
        text="RT @bo: A who…", author=ann, author_id="7", referenced_tweets=[{"type": "retweeted", **original}],
        geo={"place_id": "p", "full_name": "Kettleby", "country_code": "gb"}, __twarc={"version": "2"},
        attachments={"media_keys": ["3_1"], "media": [{"media_key": "3_1", "type": "photo", "url": "https://t.example/1"}]},
    )  # fmt: skip
    first, second = posts(alone)
    assert (first.native_id, first.via, first.author and first.author.handle) == ("90", "repost", "bo")
    assert (second.repost_of, second.text) == (first.id, "RT @bo: A whole kettle")
    assert second.author
    assert second.author.followers == 12
    assert second.place
    assert (second.place.name, second.place.country) == ("Kettleby", "GB")
    assert [item.kind for item in second.media] == ["image"]


def test_pages_and_what_reports_no_post() -> None:
    page = {"data": [tweet("1"), {"id": "2"}, tweet("3")], "meta": {"result_count": 3}}
    assert [event.native_id for event in posts(page)] == ["1", "3"]
    assert parse(page)[2:] == [Skipped("unknown_kind")]
    problem = {"title": "x", "type": "https://api.twitter.com/2/problems/operational-disconnect"}
    assert parse({"errors": [problem]}) == [Skipped("operational-disconnect")]
    assert parse(problem) == [Skipped("operational-disconnect")]
    assert parse({"errors": [{"message": "x"}]}) == [Skipped("error")]
    assert parse({"meta": {"result_count": 0}}) == [Skipped("empty")]
    assert len(posts({"data": tweet(), "errors": [problem]})) == 1


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"hello": "secret"}, "unknown_kind"),
        ({"data": {"id": "1", "name": "secret"}}, "unknown_kind"),
        ({"data": 5}, "bad_shape"),
        ({"data": tweet(created_at="0001-01-01T00:00:00Z")}, "bad_time"),
        ({"data": tweet(created_at="3000-01-01T00:00:00Z")}, "bad_time"),
        ({"data": {"id": "secret", "text": "x"}}, "bad_shape"),
        ({"data": {"id": "9" * 40, "text": "x"}}, "bad_shape"),
        ({"data": tweet(), "includes": ["secret"]}, "bad_shape"),
        ({"data": tweet(public_metrics="secret")}, "bad_shape"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(message: object, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(message)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)
