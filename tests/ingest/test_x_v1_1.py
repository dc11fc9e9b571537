import io
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import AuthorPause, AuthorRemoval, Parsed, Skipped
from ingest.sources.x_v1_1 import XV11
from schemas.engagement import engagements_of
from schemas.errors import Poison
from schemas.post import PostEvent, post_id

NOON = datetime(2014, 7, 1, 12, tzinfo=UTC)
NOON_MS = 1_404_216_000_000


def tweet(native_id: str = "100", **fields: Any) -> dict[str, Any]:
    return {
        "created_at": "Tue Jul 01 12:00:00 +0000 2014",
        "id_str": native_id,
        "text": "A kettle",
        "user": {"id_str": "7", "name": "Mia", "screen_name": "mia_ex", "followers_count": 120, "verified": False},
        **fields,
    }


def parse(message: object) -> list[Parsed]:
    return XV11().parse(Record(1, orjson.dumps(message)))


def post(message: object) -> PostEvent:
    [event] = parse(message)
    assert isinstance(event, PostEvent)
    return event


def test_a_post_with_all_that_the_interface_gives() -> None:
    event = post(
        tweet(
            text="Tom &amp; Jerry &lt;3 &amp;lt; http://t.co/a http://t.co/b",
            lang="in",
            timestamp_ms="1404216000123",
            favorite_count=3,
            retweet_count=0,
            place={"full_name": "Taipei City, Taiwan", "country_code": "tw"},
            coordinates={"type": "Point", "coordinates": [121.5, 25.0]},
            entities={
                "urls": [{"url": "http://t.co/a", "expanded_url": "https://kettle.example/"}],
                "media": [{"type": "photo", "media_url_https": "https://pic.example/1.jpg"}],
            },
            extended_entities={
                "media": [
                    {"type": "photo", "media_url_https": "https://pic.example/1.jpg", "ext_alt_text": "a kettle"},
                    {"type": "animated_gif", "media_url_https": "https://pic.example/2.jpg"},
                ]
            },
        )
    )
    assert event.model_dump(exclude_none=True, exclude={"schema_version", "media", "author"}) == {
        "id": post_id("x", "100"),
        "source": "x",
        "native_id": "100",
        "op": "create",
        "kind": "post",
        "version": NOON_MS,
        "published_at": NOON,
        "observed_at": NOON.replace(microsecond=123_000),
        "text": "Tom & Jerry <3 &lt; http://t.co/a http://t.co/b",
        "lang": "id",
        "url": "https://x.com/mia_ex/status/100",
        "links": ["https://kettle.example/"],
        "counts": {"likes": 3, "reposts": 0},
        "place": {"name": "Taipei City, Taiwan", "country": "TW", "lat": 25.0, "lon": 121.5},
        "flags": [],
    }
    assert [(item.kind, item.alt) for item in event.media] == [("image", "a kettle"), ("gif", None)]
    assert event.author
    assert event.author.model_dump() == {
        "id": "7", "name": "Mia", "handle": "mia_ex", "followers": 120, "verified": False,
    }  # fmt: skip


def test_what_is_not_there_is_none() -> None:
    event = post({"created_at": tweet()["created_at"], "id": 100, "text": "", "lang": "und", "user": {}})
    for name in ("text", "lang", "author", "counts", "place", "native_refs", "quoted_text", "parent_id"):
        assert getattr(event, name) is None, name
    assert event.url == "https://x.com/i/status/100"


@pytest.mark.parametrize(
    ("code", "tag"),
    [("en", "en"), ("in", "id"), ("iw", "he"), ("zh-CN", "zh-CN"), ("und", None), ("zxx", None), ("qme", None),
     ("qht", None), ("art", None), ("", None), ("ckb", "ckb"), (None, None), ("not a tag", None)],
)  # fmt: skip
def test_languages(code: str | None, tag: str | None) -> None:
    assert post(tweet(lang=code)).lang == tag


def test_whole_texts_are_preferred() -> None:
    urls = {"urls": [{"expanded_url": "https://kettle.example/"}]}
    cut = tweet(
        text="A ket… https://t.co/x", truncated=True,
        entities={"urls": [{"expanded_url": "https://twitter.com/i/web/status/100"}]},
        extended_tweet={"full_text": "A kettle &amp; more", "entities": urls},
    )  # fmt: skip
    assert (post(cut).text, post(cut).links) == ("A kettle & more", ["https://kettle.example/"])
    assert post({**tweet(full_text="All of it"), "text": None}).text == "All of it"
    del cut["extended_tweet"]
    assert post(cut).links == []  # the only link leads to the post itself


def test_a_retweet_comes_after_its_original_whose_counts_it_carries() -> None:
    long = "A kettle that sings " * 6
    original = tweet(
        "90", created_at="Tue Jul 01 10:00:00 +0000 2014", text=long, retweet_count=41, favorite_count=7,
        in_reply_to_status_id_str="80", entities={"urls": [{"expanded_url": "https://kettle.example/"}]},
    )  # fmt: skip
    retweet = tweet(
        "100", text="RT @mia_ex: " + long[:100] + "…", retweeted_status=original, retweet_count=41, favorite_count=0,
        user={"id_str": "8", "screen_name": "bo", "followers_count": 9}, entities={"urls": []},
    )  # fmt: skip
    first, second = parse(retweet)
    assert isinstance(first, PostEvent)
    assert isinstance(second, PostEvent)
    assert (first.via, first.kind, first.native_id, first.observed_at) == ("repost", "reply", "90", NOON)
    assert first.counts
    assert (first.counts.reposts, first.counts.likes) == (41, 7)
    assert first.version == NOON_MS - 7_200_000
    assert (second.kind, second.via, second.counts, second.parent_id) == ("repost", None, None, None)
    assert second.repost_of == first.id
    assert second.native_refs
    assert second.native_refs.repost_of == "90"
    assert second.text == "RT @mia_ex: " + long
    assert second.links == ["https://kettle.example/"]
    assert [(e.kind, e.mention_id, e.followers) for e in engagements_of(second)] == [("repost", first.id, 9)]
    whole = parse({**retweet, "text": "RT @mia_ex: short"})[1]
    assert isinstance(whole, PostEvent)
    assert whole.text == "RT @mia_ex: short"


def test_a_quote_takes_the_text_of_what_it_quotes() -> None:
    quoted = tweet("90", text="A kettle &amp; a cup")
    event = post(tweet(quoted_status_id_str="90", quoted_status=quoted))
    assert (event.kind, event.quote_of, event.quoted_text) == ("quote", post_id("x", "90"), "A kettle & a cup")
    repost = parse(tweet("110", text="RT @mia_ex: A kettle", retweeted_status=tweet("100", quoted_status=quoted)))[1]
    assert isinstance(repost, PostEvent)
    assert (repost.quoted_text, repost.quote_of) == ("A kettle & a cup", None)


def test_a_reply_names_what_it_answers() -> None:
    event = post(tweet(in_reply_to_status_id_str="80"))
    assert (event.kind, event.parent_id, event.root_id) == ("reply", post_id("x", "80"), None)


def test_a_deletion_is_known_by_its_id_alone() -> None:
    event = post(
        {"delete": {"status": {"id": 100, "id_str": "100", "user_id_str": "7"}, "timestamp_ms": "1404216000500"}}
    )
    assert (event.op, event.id, event.version) == ("delete", post_id("x", "100"), NOON_MS + 500)
    without_time = post({"delete": {"status": {"id": 484_000_000_000_000_000}}})
    assert without_time.observed_at.year == 2014


@pytest.mark.parametrize("kind", ["limit", "scrub_geo", "status_withheld", "user_withheld", "disconnect", "warning"])
def test_notices_are_skipped_by_their_kind(kind: str) -> None:
    assert parse({kind: {"track": 5}}) == [Skipped(kind)]


def test_who_has_left_or_is_not_to_be_shown() -> None:
    notice = {"id": 7, "timestamp_ms": "1709294400000"}
    moment = datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert parse({"user_delete": notice}) == [AuthorRemoval("user_delete", "x", "7", moment)]
    assert parse({"user_suspend": notice}) == [AuthorPause("user_suspend", "x", "7", moment, over=False)]
    assert parse({"user_undelete": notice}) == [AuthorPause("user_undelete", "x", "7", moment, over=True)]
    assert parse({"user_delete": {"id": 7}}) == [Skipped("user_delete")]


def test_an_archive_that_a_person_has_downloaded() -> None:
    archive = b"window.YTD.tweets.part0 = " + orjson.dumps([{"tweet": tweet("1")}, {"tweet": tweet("2")}])
    assert [post(orjson.loads(record.payload)).native_id for record in XV11().records(io.BytesIO(archive))] == [
        "1",
        "2",
    ]


def test_search_results_are_one_record_with_many_posts() -> None:
    page = {"statuses": [tweet("1"), tweet("2", created_at="never"), tweet("3")], "search_metadata": {"count": 3}}
    found = parse(page)
    assert [event.native_id for event in found if isinstance(event, PostEvent)] == ["1", "3"]
    assert found[2:] == [Skipped("bad_time")]
    with pytest.raises(Poison, match="bad_time"):
        parse({"statuses": [tweet("2", created_at="never")]})


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"favourite_colour": {"id": 1}}, "unknown_kind"),
        ({}, "unknown_kind"),
        (tweet(created_at="Mon Jan 01 12:00:00 +0000 0001"), "bad_time"),
        (tweet(created_at="Wed Jan 01 12:00:00 +0000 3000"), "bad_time"),
        (tweet(created_at=None), "bad_time"),
        (tweet(timestamp_ms="32503680000000"), "bad_time"),
        ({"id_str": "1", "text": "secret"}, "bad_shape"),
        (tweet(user="secret"), "bad_shape"),
        (tweet(entities="secret"), "bad_shape"),
        (tweet(id_str=" "), "bad_value"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(message: object, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(message)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)
