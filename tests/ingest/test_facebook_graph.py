"""Facebook's Graph API, field by field."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import PostEvent, post_id

NOON, LATER = "2024-03-01T12:00:00+0000", "2024-03-01T14:05:00+0200"
AT = datetime(2024, 3, 1, 12, tzinfo=UTC)
AT_MS = 1_709_294_400_000
WEB = "https://www.facebook.com/5/posts/1/"


def parse(answer: object) -> list[Parsed]:
    return list(source("facebook-graph").parse(Record(1, orjson.dumps(answer))))


def posts(answer: object) -> list[PostEvent]:
    return [event for event in parse(answer) if isinstance(event, PostEvent)]


def one(answer: object) -> PostEvent:
    (event,) = parse(answer)
    assert isinstance(event, PostEvent)
    return event


def node(native_id: str = "5_1", **fields: Any) -> dict[str, Any]:
    return {"id": native_id, "message": "Kettles", "created_time": NOON, **fields}


def total(number: int) -> dict[str, Any]:
    return {"data": [], "summary": {"total_count": number}}


def picture(number: int) -> dict[str, Any]:
    return {
        "media_type": "photo",
        "type": "photo",
        "media": {"image": {"src": f"https://pic.example/{number}.jpg"}},
        "url": f"https://www.facebook.com/photo/{number}",
    }


def test_a_post_with_all_that_was_asked_for() -> None:
    event = one(
        node(
            updated_time=LATER,
            story="Tea Co shared a link.",
            permalink_url=WEB,
            attachments={"data": [{"media_type": "link", "type": "share", "unshimmed_url": "https://tea.example/"}]},
            shares={"count": 4},
            reactions=total(9),
            likes=total(7),
            comments=total(3),
            place={"name": "Taipei", "location": {"country": "Taiwan", "latitude": 25.0, "longitude": 121.5}},
        )
        | {"from": {"id": "5", "name": "Tea Co"}}
    )
    assert event.model_dump(exclude_none=True, exclude={"schema_version"}) == {
        "id": post_id("facebook", "5_1"),
        "source": "facebook",
        "native_id": "5_1",
        "op": "create",
        "kind": "post",
        "version": AT_MS + 300_000,
        "published_at": AT,
        "observed_at": AT.replace(minute=5),
        "author": {"id": "5", "name": "Tea Co"},
        "text": "Kettles",
        "url": WEB,
        "links": ["https://tea.example/"],
        "media": [],
        "counts": {"likes": 9, "reposts": 4, "replies": 3},
        "place": {"name": "Taipei", "lat": 25.0, "lon": 121.5},
        "flags": [],
    }


def test_albums_films_and_what_stands_behind_a_counted_link() -> None:
    album = {"media_type": "album", "type": "album", "subattachments": {"data": [picture(1), picture(2)]}}
    event = one(node(attachments={"data": [album]}))
    assert [item.url for item in event.media] == ["https://pic.example/1.jpg", "https://pic.example/2.jpg"]
    film = {
        "media_type": "video",
        "type": "video_inline",
        "title": "Steam",
        "media": {"source": "https://film.example/1"},
    }
    event = one(node(attachments={"data": [film]}))
    assert (event.title, event.media[0].kind, event.media[0].url) == ("Steam", "video", "https://film.example/1")
    shim = "https://l.facebook.com/l.php?u=https%3A%2F%2Ftea.example%2F%3Fa%3D1&h=x"
    event = one(node(attachments={"data": [{"media_type": "link", "type": "share", "url": shim}]}))
    assert event.links == ["https://tea.example/?a=1"]


def test_older_posts_name_only_what_they_are() -> None:
    photo = one(node(type="photo", full_picture="https://pic.example/1.jpg", link="https://www.facebook.com/photo"))
    assert ([item.kind for item in photo.media], photo.links) == (["image"], [])
    link = one(node(type="link", full_picture="https://pic.example/1.jpg", link="https://tea.example/"))
    assert (link.media, link.links) == ([], ["https://tea.example/"])


def test_a_share_repeats_or_quotes() -> None:
    assert one(node(parent_id="6_2")).quote_of == post_id("facebook", "6_2")
    repost = one({"id": "5_1", "created_time": NOON, "story": "Ann shared a post.", "parent_id": "6_2"})
    assert (repost.kind, repost.repost_of, repost.text) == ("repost", post_id("facebook", "6_2"), "Ann shared a post.")


def test_comments_below_a_post_and_replies_below_them() -> None:
    reply = node("1_3", message="Hot")
    comment = node("1_2", message="Fine", like_count=2, comment_count=1, comments={"data": [reply]})
    top, second, third = posts({"data": [node(comments={"data": [comment]})]})
    assert (second.kind, second.parent_id, second.root_id) == ("reply", top.id, top.id)
    assert (third.kind, third.parent_id, third.root_id, third.text) == ("reply", second.id, top.id, "Hot")
    assert second.counts
    assert second.counts.model_dump(exclude_none=True) == {"likes": 2, "replies": 1}


def test_a_comment_without_an_id_has_it_in_its_address() -> None:
    comment = {"message": "Fine", "created_time": NOON, "permalink_url": f"{WEB}?comment_id=2"}
    reply = {"message": "Hot", "created_time": NOON, "permalink_url": f"{WEB}?comment_id=2&reply_comment_id=3"}
    first, second = posts({"data": [comment, reply]})
    assert (first.native_id, first.parent_id, first.root_id) == ("1_2", post_id("facebook", "5_1"), first.parent_id)
    assert (second.native_id, second.parent_id, second.root_id) == ("1_3", first.id, first.root_id)


def test_a_page_of_comments_names_their_post_in_the_next_one() -> None:
    paging = {"next": "https://graph.facebook.com/v11.0/5_1/comments?access_token=x&after=y"}
    (event,) = posts({"data": [node("1_2")], "paging": paging})
    assert (event.kind, event.parent_id) == ("reply", post_id("facebook", "5_1"))


def test_a_page_of_replies_is_below_a_comment() -> None:
    reply = node("1_3", permalink_url=f"{WEB}?comment_id=2&reply_comment_id=3")
    (event,) = posts({"data": [reply], "paging": {"next": "https://graph.facebook.com/v11.0/1_2/comments?x=y"}})
    assert (event.parent_id, event.root_id) == (post_id("facebook", "1_2"), post_id("facebook", "5_1"))
    slug = node("1_2", permalink_url="https://www.facebook.com/5/posts/fine-kettles-2024/1/?comment_id=2")
    assert one(slug).root_id == post_id("facebook", "5_1")


def test_nodes_come_in_many_wrappings() -> None:
    assert [event.native_id for event in posts({"5_1": node(), "5_2": node("5_2")})] == ["5_1", "5_2"]
    assert [event.native_id for event in posts({"id": "5", "name": "Tea", "posts": {"data": [node()]}})] == ["5_1"]
    batch = {"code": 200, "headers": [], "body": orjson.dumps(node()).decode()}
    assert [event.native_id for event in posts(batch)] == ["5_1"]
    assert [event.native_id for event in posts({"request": "/5_1", "reply": node()})] == ["5_1"]


def test_pictures_and_films_of_their_own() -> None:
    photo = one({"id": "9", "name": "A kettle", "created_time": NOON, "picture": "https://pic.example/9.jpg"})
    assert (photo.text, photo.title, photo.media[0].kind) == ("A kettle", None, "image")
    film = one(
        {"id": "8", "title": "Steam", "description": "It sings", "updated_time": NOON, "source": "https://f.example/"}
    )
    assert (film.title, film.text, film.published_at, film.version) == ("Steam", "It sings", None, AT_MS)


def test_a_picture_in_its_sizes_and_a_film_by_its_address() -> None:
    sizes = [{"source": "https://pic.example/large.jpg"}, {"source": "https://pic.example/small.jpg"}]
    photo = one({"id": "9", "created_time": NOON, "images": sizes, "source": "https://pic.example/large.jpg"})
    assert [(item.kind, item.url) for item in photo.media] == [("image", "https://pic.example/large.jpg")]
    film = one({"id": "8", "created_time": NOON, "embed_html": "<iframe>", "permalink_url": "/tea/videos/8/"})
    assert film.url == "https://www.facebook.com/tea/videos/8/"
    assert [(item.kind, item.url) for item in film.media] == [("video", film.url)]


def test_totals_alone_are_an_observation_where_it_is_known_when() -> None:
    answer = {"data": [{"id": "5_1", "shares": {"count": 4}, "comments": total(3)}]}
    (observed,) = source("facebook-graph").parse(Record(1, orjson.dumps(answer), seen_at=AT))
    assert isinstance(observed, Engagement)
    assert (observed.mention_id, observed.at) == (post_id("facebook", "5_1"), AT)
    assert observed.counts
    assert observed.counts.model_dump(exclude_none=True) == {"reposts": 4, "replies": 3}
    assert parse(answer) == [Skipped("counts")]


def test_what_is_hidden_may_be_shown_again() -> None:
    event = one(node(is_hidden=True))
    assert (event.op, event.text, event.flags) == ("update", None, ["hidden"])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"data": []}, ["empty"]),
        ({"error": {"message": "x", "type": "OAuthException", "code": 190}}, ["OAuthException"]),
        ({"success": True}, ["success"]),
        ({"4": {"id": "4", "name": "Ann"}}, ["profile"]),
        ({"id": "5", "name": "Tea", "category": "Shop", "fan_count": 3}, ["page"]),
        ({"data": [{"id": "1", "name": "B", "created_time": NOON, "verification_status": "verified"}]}, ["business"]),
        ({"data": [{"id": "t_1", "snippet": "secret", "updated_time": NOON}]}, ["conversation"]),
        ({"data": [{"id": "1", "name": "Fair", "description": "x", "start_time": NOON}]}, ["event"]),
        ({"data": [{"id": "7", "name": "Ann", "type": "LIKE"}]}, ["reaction"]),
        ({"data": [{"id": "5_1/insights/x", "name": "x", "period": "day", "values": []}]}, ["insights"]),
    ],
)
def test_what_is_no_post_is_skipped_by_what_it_is(answer: object, expected: list[str]) -> None:
    assert [found.kind for found in parse(answer) if isinstance(found, Skipped)] == expected


def test_one_bad_node_costs_no_other() -> None:
    bad = node("1_2", created_time="secret")
    found = parse({"data": [node(comments={"data": [bad]}), node("5_2", created_time=5e40), node("5_3")]})
    assert [event.native_id for event in found if isinstance(event, PostEvent)] == ["5_1", "5_3"]
    assert [one.kind for one in found if isinstance(one, Skipped)] == ["bad_time", "bad_time"]


@pytest.mark.parametrize("answer", [{"secret": 1}, node(created_time="secret"), node() | {"id": {"secret": 1}}])
def test_refuses_with_a_reason_and_without_the_content(answer: object) -> None:
    with pytest.raises(Poison) as refused:
        parse(answer)
    assert "secret" not in str(refused.value)
