"""Forms of payloads that platforms document, or that tools make of them: other envelopes, odd values, other answers."""

import io
from typing import Any

import orjson
import pytest

from ingest.parsing import parse_stream
from ingest.source import Parsed, Skipped, source
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import Counts, Place, PostEvent, post_id

Message = dict[str, Any]

TWEET: Message = {
    "created_at": "Wed Aug 27 13:08:45 +0000 2014",
    "id": 504620000000000001,
    "text": "A kettle",
    "user": {"id": 7, "screen_name": "ann", "followers_count": "12"},
}
VIEW: Message = {
    "uri": "at://did:plc:mia/app.bsky.feed.post/3kmmztx5zfr22",
    "author": {"did": "did:plc:mia", "handle": "mia.example"},
    "record": {"$type": "app.bsky.feed.post", "text": "A kettle", "createdAt": "2024-03-01T11:59:59Z"},
    "indexedAt": "2024-03-01T12:00:00.250Z",
}
LIKE: Message = {
    "$type": "app.bsky.feed.like",
    "subject": {"uri": VIEW["uri"], "cid": "c"},
    "createdAt": "2024-03-01T12:00:00Z",
}
STATUS: Message = {
    "id": "9",
    "created_at": "2024-03-01T12:00:00Z",
    "content": "<p>A kettle</p>",
    "account": {"id": "1"},
}
VIDEO_ID = 7123456789012345678  # whose first 31 bits are the seconds of its making
BLOG: Message = {"id": 4, "created_at": "Tue May 31 17:46:55 +0800 2011", "text": "A kettle", "user": {"id": 7}}
TIME = "2024-03-01T12:00:00Z"
POSTER = {"date": 1_709_294_400, "message_id": 4, "chat": {"id": "-1001234", "type": "channel", "username": "acme"}}


def parsed(name: str, *messages: object) -> list[Parsed | Poison]:
    """Return what a recording of these messages holds, each laid out, one after the other."""
    recording = b"\n".join(orjson.dumps(message, option=orjson.OPT_INDENT_2) for message in messages)
    found: list[Parsed | Poison] = []
    for _, outcome in parse_stream(source(name), io.BytesIO(recording)):
        found += [outcome] if isinstance(outcome, Poison) else outcome
    return found


def only(name: str, message: object) -> PostEvent:
    [found] = parsed(name, message)
    assert isinstance(found, PostEvent)
    return found


@pytest.mark.parametrize(
    ("name", "message", "native_id"),
    [
        ("x-v1.1", {"for_user_id": "7", "tweet_create_events": [TWEET]}, str(TWEET["id"])),
        ("x-v1.1", {"results": [TWEET], "requestParameters": {"maxResults": 100}}, str(TWEET["id"])),
        ("x-v1.1", {"id": {str(TWEET["id"]): TWEET, "5": None}}, str(TWEET["id"])),
        ("x-v1.1", {"for_user": "7", "message": TWEET}, str(TWEET["id"])),
        ("bluesky-rest", {"notifications": [{**VIEW, "reason": "reply", "isRead": False}]}, VIEW["uri"]),
        ("bluesky-rest", {"bookmarks": [{"createdAt": "2024-03-01T12:00:00Z", "item": VIEW}]}, VIEW["uri"]),
        (
            "bluesky-rest",
            {"thread": [{"uri": VIEW["uri"], "depth": 0, "value": {"$type": "x#threadItemPost", "post": VIEW}}]},
            VIEW["uri"],
        ),
        ("mastodon-rest", {"event": "status.created", "created_at": "2024-03-01T12:00:00Z", "object": STATUS}, "9"),
        ("tiktok-research", {"data": {"pinned_videos_list": [{"id": VIDEO_ID, "like_count": 1}]}}, str(VIDEO_ID)),
        ("telegram-bot-api", {**POSTER, "text": "A kettle"}, "-1001234/4"),
        ("weibo-open-api", {"ok": 1, "data": {"cards": [{"card_type": 9, "mblog": BLOG}, {"card_type": 11}]}}, "4"),
        ("weibo-open-api", {"ok": 1, "data": {"list": [BLOG]}}, "4"),
        ("weibo-open-api", {"ok": 1, "data": BLOG}, "4"),
    ],
)
def test_a_post_in_another_envelope(name: str, message: Message, native_id: str) -> None:
    assert only(name, message).native_id == native_id


@pytest.mark.parametrize(
    ("name", "message", "kind"),
    [
        ("x-v1.1", {"id": 7, "id_str": "7", "screen_name": "ann", "status": {}}, "user"),
        ("x-v1.1", {"for_user_id": "7", "favorite_events": [{"id": "a"}]}, "favorite_events"),
        ("x-v1.1", {"results": [{"timePeriod": "201701010000", "count": 32}], "totalCount": 32}, "counts"),
        ("x-v1.1", {"ids": [1, 2], "next_cursor": 0}, "ids"),
        ("x-v1.1", {"trends": [], "as_of": "2017-02-08T16:18:18Z"}, "trends"),
        ("x-v1.1", {"statuses": []}, "empty"),
        ("x-v2-stream", {"data": {"event_type": "profile.update.bio", "payload": {}}}, "profile.update.bio"),
        ("x-v2-stream", {"data": {"user_withheld": {"user": {"id": "7"}}}}, "user_withheld"),
        ("bluesky-rest", {"uri": VIEW["uri"], "likes": [{"actor": {"did": "d"}}]}, "like"),
        ("bluesky-rest", {"subject": {"did": "d"}, "followers": [{"did": "e", "handle": "e.example"}]}, "profile"),
        ("bluesky-rest", {"did": "did:plc:mia", "handle": "mia.example", "followersCount": 3}, "profile"),
        ("bluesky-rest", {"feed": [{"post": VIEW["uri"]}]}, "skeleton"),
        ("bluesky-rest", {"uri": VIEW["uri"], "cid": "c", "validationStatus": "valid"}, "createRecord"),
        ("bluesky-rest", {"count": 3}, "unreadCount"),
        ("bluesky-rest", {"posts": []}, "empty"),
        ("mastodon-rest", {"posting:default:visibility": "public", "reading:expand:media": "default"}, "preferences"),
        ("mastodon-rest", {"source": "staff", "account": {"id": "1", "username": "ann"}}, "suggestion"),
        ("mastodon-rest", {"event": "report.created", "object": {"id": "1"}}, "report.created"),
        ("mastodon-rest", ["a.example", "b.example"], "domain"),
        ("weibo-open-api", {"ok": -100, "url": "https://passport.example"}, "error"),
        ("youtube-data-api", {"kind": None, "items": [{"kind": "youtube#channel", "snippet": {}}]}, "channel"),
    ],
)
def test_what_is_no_post_is_skipped_as_what_it_is(name: str, message: object, kind: str) -> None:
    assert {*parsed(name, message)} == {Skipped(kind)}


def test_webhooks_of_x_tell_of_deletions() -> None:
    gone = {"status": {"id": str(TWEET["id"]), "user_id": "7"}, "timestamp_ms": "1409145000000"}
    event = only("x-v1.1", {"for_user_id": "7", "tweet_delete_events": [gone]})
    assert (event.op, event.native_id, event.version) == ("delete", str(TWEET["id"]), 1409145000000)


def test_numbers_of_x_that_have_no_text_beside_them() -> None:
    geo = {"type": "Point", "coordinates": [25.0, 121.5]}  # of old, latitude first
    event = only(
        "x-v1.1", {**TWEET, "in_reply_to_status_id": 5, "quoted_status_id": 6, "geo": geo, "coordinates": None}
    )
    assert event.native_refs is not None
    assert (event.native_refs.parent, event.native_refs.quote_of) == ("5", "6")
    assert event.author is not None
    assert (event.author.id, event.author.followers) == ("7", 12)
    assert event.place == Place(lat=25.0, lon=121.5)


def test_a_like_among_notifications_is_engagement() -> None:
    liked = {**VIEW, "uri": "at://did:plc:bo/app.bsky.feed.like/3kmmztx5zfr22", "record": LIKE, "reason": "like"}
    [found] = parsed("bluesky-rest", {"notifications": [liked]})
    assert isinstance(found, Engagement)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x-v1.1", {**TWEET, "entities": {"urls": [None], "media": [None]}}),
        (
            "x-v2-search",
            {"data": {"id": "1", "text": "A kettle", "entities": {"urls": [None]}}, "includes": {"users": [None]}},
        ),
        ("bluesky-rest", {**VIEW, "record": {**VIEW["record"], "facets": [None, {"features": [None]}]}}),
        ("mastodon-rest", {**STATUS, "mentions": [None], "tags": [None], "media_attachments": [None]}),
        ("telegram-bot-api", {**POSTER, "text": "A kettle", "entities": [None, {"type": "url"}]}),
        (
            "weibo-open-api",
            {**BLOG, "pics": [None]},
        ),
    ],
)
def test_nothing_where_something_belongs_does_not_lose_the_post(name: str, message: Message) -> None:
    assert only(name, message).text == "A kettle"


def test_totals_that_are_written_as_texts_or_cannot_be() -> None:
    totals = {"favourites_count": "3", "reblogs_count": 4.0, "replies_count": -1, "quotes_count": 2**60}
    assert only("mastodon-rest", {**STATUS, **totals}).counts == Counts(likes=3, reposts=4)


@pytest.mark.parametrize("point", [[200, 10], ["x", "y"], [None, None], [1], "x", [float("inf"), 1]])
def test_a_point_that_is_nowhere_is_no_place(point: object) -> None:
    assert only("x-v1.1", {**TWEET, "coordinates": {"type": "Point", "coordinates": point}}).place is None


def test_a_language_with_an_underscore() -> None:
    assert only("mastodon-rest", {**STATUS, "language": "zh_TW"}).lang == "zh-TW"


def test_laid_out_documents_one_after_the_other() -> None:
    found = parsed("mastodon-rest", STATUS, {**STATUS, "id": "10"}, [{**STATUS, "id": "11"}])
    assert [event.native_id for event in found if isinstance(event, PostEvent)] == ["9", "10", "11"]


@pytest.mark.parametrize("name", ["x-v1.1", "x-v2-stream", "bluesky-jetstream", "bluesky-rest", "ndjson"])
def test_a_cassette_is_read_by_every_source_of_json(name: str) -> None:
    cassette = b'{"http_interactions": [{"response": {"body": {"string": "{\\"x\\": 1}"}}}]}'
    [(record, outcome)] = parse_stream(source(name), io.BytesIO(cassette))
    assert record.payload == b'{"x": 1}'
    assert isinstance(outcome, Poison)


def test_facebook_names_things_by_whatever_id_it_gives() -> None:
    value = {"verb": "add", "created_time": 1_709_294_400, "message": "A kettle"}
    entry = {"id": "5", "time": 1_709_294_405}
    change = {"field": "feed", "value": {**value, "item": "photo", "photo_id": 777}}
    assert only("facebook-webhooks", {**entry, "changes": [change]}).native_id == "777"
    below = {**value, "item": "comment", "comment_id": "9_2", "open_graph_story_id": "9"}
    comment = only("facebook-webhooks", {"field": "ratings", "value": below})
    assert (comment.kind, comment.root_id) == ("reply", post_id("facebook", "9"))
    rating = {"created_time": TIME, "review_text": "Hot", "reviewer": {"id": "7", "name": "Ann"}}
    review = only("facebook-graph", {"data": [{**rating, "open_graph_story": {"id": "9"}}]})
    assert (review.native_id, review.kind, review.text) == ("9", "review", "Hot")
    assert parsed("facebook-graph", {"data": [{**rating, "recommendation_type": "positive"}]}) == [Skipped("rating")]
    assert only("facebook-graph", {"data": [{"id": "5_1", "tagged_time": TIME, "message": "Hot"}]}).text == "Hot"


def test_a_comment_on_instagram_is_nobody_where_nobody_is_named() -> None:
    comment = {"timestamp": TIME, "text": "@acme hi", "id": "6", "media": {"id": "5"}}
    assert only("instagram-graph", {"mentioned_comment": comment, "id": "1"}).author is None
    value = {"id": "17", "text": "hi", "from": {"id": "2", "username": "u"}}
    alone = {"object": "instagram", "entry": [{"id": "1", "time": 1_709_294_400, "field": "comments", "value": value}]}
    assert only("instagram-webhooks", alone).text == "hi"


def test_events_of_mastodon_without_a_name_and_quotes_of_pleroma() -> None:
    assert only("mastodon-stream", {"event": "message", "payload": orjson.dumps(STATUS).decode()}).native_id == "9"
    mention = {"id": "1", "type": "mention", "created_at": TIME, "status": STATUS}
    assert only("mastodon-stream", {"event": "notification", "payload": orjson.dumps(mention).decode()}).text
    quote = only("mastodon-rest", {**STATUS, "pleroma": {"quote": {**STATUS, "id": "8", "content": "<p>Tea</p>"}}})
    assert (quote.kind, quote.quote_of, quote.quoted_text) == ("quote", post_id("mastodon", "8"), "Tea")


def test_archives_of_reddit_keep_the_source_alone() -> None:
    comment = {"id": "c1", "body": "A [kettle](https://tea.example/a)", "link_id": "t3_p", "created_utc": 1_709_294_400}
    assert only("reddit-listing", {"data": [{**comment, "parent_id": "t3_p"}]}).links == ["https://tea.example/a"]


def test_a_picture_that_a_forum_enlarges_is_no_link() -> None:
    picture = '<a class="lightbox" href="https://f.example/1.png"><img src="https://f.example/1s.png"></a>'
    post = {"id": 1, "topic_id": 9, "post_number": 1, "created_at": TIME, "cooked": f"<p>A kettle</p>{picture}"}
    event = only("discourse", post)
    assert (event.links, [item.url for item in event.media]) == ([], ["https://f.example/1s.png"])


def test_what_a_person_of_nostr_can_replace_has_an_address() -> None:
    event = {"id": "a" * 64, "pubkey": "b" * 64, "created_at": 1_709_294_400, "content": "A kettle"}
    offer = only("nostr", {**event, "kind": 30402, "tags": [["d", "k1"], ["title", "Kettle"]]})
    assert (offer.kind, offer.native_id, offer.title) == ("post", f"30402:{'b' * 64}:k1", "Kettle")
    assert only("nostr", {**event, "kind": 30818, "tags": [["d", "k1"]]}).kind == "article"


def test_totals_that_weibo_rounds() -> None:
    user = {"id": 7, "followers_count": "12.3万"}
    counted = only("weibo-open-api", {**BLOG, "user": user, "reposts_count": "100万+", "comments_count": "x万"})
    assert counted.author
    assert counted.author.followers == 123_000
    assert counted.counts == Counts(reposts=1_000_000)


def test_a_delivery_of_github_as_it_is_looked_up() -> None:
    issue = {"html_url": "https://github.com/o/r/issues/3", "title": "Kettle", "body": "x", "created_at": TIME}
    delivery = {"guid": "x", "event": "issues", "request": {"payload": {"action": "opened", "issue": issue}}}
    assert only("github-webhooks", delivery).native_id == "o/r#3"


SAYS = "see https://a.example/x?utm_source=y."
CHANGED = {"item": "comment", "verb": "add", "comment_id": "1_2_3", "post_id": "1_2", "created_time": 1709294400}
SHOWN = {"publishedAt": TIME}
RSS = f"<rss><channel><item><title>A</title><description>{SAYS}</description></item></channel></rss>"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("facebook-graph", {"id": "1_2", "created_time": TIME, "message": SAYS}),
        ("facebook-webhooks", {"field": "feed", "value": CHANGED | {"message": SAYS}}),
        ("feeds", RSS),
        ("threads", {"id": "1", "text": SAYS, "timestamp": TIME}),
        ("youtube-data-api", {"kind": "youtube#video", "id": "v", "snippet": SHOWN | {"description": SAYS}}),
        ("youtube-data-api", {"kind": "youtube#comment", "id": "c", "snippet": SHOWN | {"textOriginal": SAYS}}),
    ],
)  # fmt: skip
def test_addresses_in_plain_words_are_links_where_people_can_follow_them(name: str, message: Message | str) -> None:
    if name == "facebook-webhooks":
        message = {"object": "page", "entry": [{"id": "1", "time": 1709294400, "changes": [message]}]}
    recording = message.encode() if isinstance(message, str) else orjson.dumps(message)
    [(_, outcome)] = parse_stream(source(name), io.BytesIO(recording))
    assert isinstance(outcome, list)
    [found] = outcome
    assert isinstance(found, PostEvent)
    assert found.links == ["https://a.example/x?utm_source=y"]
