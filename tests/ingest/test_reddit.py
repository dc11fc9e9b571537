"""Reddit's listings, field by field."""

import io
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.parsing import parse_stream
from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import PostEvent, post_id

AT_S = 1_709_294_400
AT = datetime(2024, 3, 1, 12, tzinfo=UTC)


def comment(**fields: Any) -> dict[str, Any]:
    own = {
        "id": "c1", "name": "t1_c1", "author": "ann", "author_fullname": "t2_ann", "body": "Fine", "edited": False,
        "body_html": '<div class="md"><p>Fine</p>\n</div>', "created_utc": float(AT_S), "created": AT_S + 28800.0,
        "link_id": "t3_p1", "parent_id": "t1_c0", "score": 3, "score_hidden": False, "num_comments": 41, "replies": "",
    }  # fmt: skip
    return {"kind": "t1", "data": own | fields}


def post(**fields: Any) -> dict[str, Any]:
    own = {
        "id": "p1", "name": "t3_p1", "author": "ann", "title": "Kettles", "selftext": "", "selftext_html": None,
        "is_self": True, "created_utc": float(AT_S), "edited": False, "permalink": "/r/tea/comments/p1/kettles/",
        "url": "https://www.reddit.com/r/tea/comments/p1/kettles/", "score": 5, "num_comments": 2, "over_18": False,
    }  # fmt: skip
    return {"kind": "t3", "data": own | fields}


def listing(*things: object) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": list(things), "after": None, "before": None}}


def parse(answer: object, seen: datetime | None = None) -> list[Parsed]:
    return list(source("reddit-listing").parse(Record(1, orjson.dumps(answer), seen_at=seen)))


def posts(answer: object) -> list[PostEvent]:
    return [event for event in parse(answer) if isinstance(event, PostEvent)]


def one(answer: object) -> PostEvent:
    (event,) = posts(answer)
    return event


def test_a_comment() -> None:
    event = one(listing(comment()))
    assert event.model_dump(exclude_none=True, exclude={"schema_version"}) == {
        "id": post_id("reddit", "t1_c1"),
        "source": "reddit",
        "native_id": "t1_c1",
        "op": "create",
        "kind": "reply",
        "version": AT_S * 1000,
        "published_at": AT,
        "observed_at": AT,
        "author": {"id": "t2_ann", "handle": "ann"},
        "text": "Fine",
        "url": "https://www.reddit.com/comments/p1/_/c1/",
        "links": [],
        "media": [],
        "parent_id": post_id("reddit", "t1_c0"),
        "root_id": post_id("reddit", "t3_p1"),
        "native_refs": {"parent": "t1_c0", "root": "t3_p1"},
        "counts": {"likes": 3},
        "flags": [],
    }


def test_a_post() -> None:
    markup = "&lt;div&gt;&lt;p&gt;See &lt;a href=&quot;https://tea.example/?a=1&amp;amp;b=2&quot;&gt;tea&lt;/a&gt;&lt;/p&gt;&lt;/div&gt;"
    event = one(
        post(title="Tea &amp; kettles", selftext="See [tea](x)", selftext_html=markup, over_18=True, num_crossposts=1)
    )
    assert (event.native_id, event.kind, event.title, event.text) == ("t3_p1", "post", "Tea & kettles", "See tea")
    assert event.url == "https://www.reddit.com/r/tea/comments/p1/kettles/"
    assert (event.links, event.flags, event.parent_id) == (["https://tea.example/?a=1&b=2"], ["sensitive"], None)
    assert event.counts
    assert event.counts.model_dump(exclude_none=True) == {"likes": 5, "reposts": 1, "replies": 2}


def test_what_was_not_escaped_stays() -> None:
    assert one(post(title="&amp; in HTML", selftext="x", selftext_html="<p>x</p>")).title == "&amp; in HTML"


def test_a_score_below_nought_or_hidden_is_none() -> None:
    assert one(comment(score=-4)).counts is None
    assert one(comment(score=1, score_hidden=True)).counts is None


@pytest.mark.parametrize("edited", [AT_S + 60, float(AT_S + 60)])
def test_an_edit_says_when(edited: float) -> None:
    event = one(comment(edited=edited))
    assert (event.op, event.version, event.published_at) == ("update", (AT_S + 60) * 1000, AT)


def test_an_old_edit_does_not_say_when() -> None:
    event = one(comment(edited=True))
    assert (event.op, event.version) == ("update", AT_S * 1000)


@pytest.mark.parametrize(
    "thing",
    [
        comment(author="[deleted]", body="[deleted]"),
        comment(author="ann", body="[removed]"),
        comment(body="[ Removed by Reddit ]"),
        post(author="[deleted]", selftext="[deleted]"),
        post(selftext="[removed]"),
        post(removed_by_category="deleted", author="[deleted]"),
        post(title="[deleted by user]"),
    ],
)
def test_what_is_gone_is_deleted_with_all_that_it_said(thing: dict[str, Any]) -> None:
    event = one(listing(thing))
    assert event.op == "delete"
    said = (event.text, event.title, event.author, event.url, event.links, event.counts)
    assert said == (None, None, None, None, [], None)


def test_whoever_writes_the_word_has_not_deleted() -> None:
    assert one(comment(body="[deleted]", body_html=None)).text == "[deleted]"
    assert one(comment(author="[deleted]")).author is None


def test_links_and_pictures() -> None:
    link = one(post(is_self=False, url="https://tea.example/"))
    assert (link.links, link.media) == (["https://tea.example/"], [])
    picture = one(post(is_self=False, url="https://i.redd.it/a.jpg", post_hint="image"))
    assert (picture.links, [item.kind for item in picture.media]) == ([], ["image"])
    film = {"reddit_video": {"fallback_url": "https://v.redd.it/a/DASH_720.mp4?source=fallback", "is_gif": False}}
    video = one(post(is_self=False, url="https://v.redd.it/a", is_video=True, media=film))
    assert (video.links, video.media[0].kind, video.media[0].url) == ([], "video", film["reddit_video"]["fallback_url"])
    gallery = one(
        post(
            is_self=False,
            url="https://www.reddit.com/gallery/p1",
            gallery_data={"items": [{"media_id": "b", "caption": "a kettle"}, {"media_id": "a"}, {"media_id": "gone"}]},
            media_metadata={
                "a": {"status": "valid", "e": "AnimatedImage", "s": {"gif": "https://i.redd.it/a.gif"}},
                "b": {"status": "valid", "e": "Image", "s": {"u": "https://preview.redd.it/b.jpg?w=1&amp;s=2"}},
                "gone": {"status": "failed", "e": "Image"},
            },
        )
    )
    assert [(item.kind, item.url, item.alt) for item in gallery.media] == [
        ("image", "https://preview.redd.it/b.jpg?w=1&s=2", "a kettle"),
        ("gif", "https://i.redd.it/a.gif", None),
    ]
    assert gallery.links == []


def test_a_crosspost_repeats_or_quotes() -> None:
    original = post(id="p0", name="t3_p0", author="bo", selftext="Hot", title="Kettles")["data"]
    fields = {"crosspost_parent": "t3_p0", "crosspost_parent_list": [original]}
    first, again = posts(post(**fields))
    assert (first.native_id, first.via, first.kind) == ("t3_p0", "repost", "post")
    assert (again.kind, again.repost_of, again.text) == ("repost", first.id, "Hot")
    quote = one(post(**fields, title="Look at this"))
    assert (quote.kind, quote.quote_of, quote.quoted_text) == ("quote", first.id, "Kettles\nHot")
    gone = original | {"selftext": "[removed]"}
    for alone in (post(crosspost_parent="t3_p0"), post(crosspost_parent="t3_p0", crosspost_parent_list=[gone])):
        assert (one(alone).repost_of, one(alone).text) == (first.id, None)


def test_a_thread_is_read_from_the_top_down() -> None:
    below = listing(comment(id="c2", name="t1_c2", parent_id="t1_c1"), {"kind": "more", "data": {"count": 3}})
    thread = [listing(post()), listing(comment(parent_id="t3_p1", replies=below))]
    records = [outcome for _, outcome in parse_stream(source("reddit-listing"), io.BytesIO(orjson.dumps(thread)))]
    found = [thing for outcome in records if isinstance(outcome, list) for thing in outcome]
    assert [event.native_id for event in found if isinstance(event, PostEvent)] == ["t3_p1", "t1_c1", "t1_c2"]
    assert found[-1] == Skipped("more")


def test_a_mention_in_the_inbox_knows_its_thread() -> None:
    inbox = comment(context="/r/tea/comments/p1/kettles/c1/?context=3", was_comment=True, subject="username mention")
    del inbox["data"]["link_id"]
    event = one(listing(inbox))
    assert (event.root_id, event.url) == (
        post_id("reddit", "t3_p1"),
        "https://www.reddit.com/r/tea/comments/p1/kettles/c1/",
    )


def test_one_bad_thing_costs_no_other() -> None:
    found = parse(listing(comment(), {"kind": "t1", "data": {"id": "c9"}}, 5, post()))
    assert [event.native_id for event in found if isinstance(event, PostEvent)] == ["t1_c1", "t3_p1"]
    assert found[2:] == [Skipped("bad_shape"), Skipped("bad_shape")]


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        (listing(), ["empty"]),
        (listing({"kind": "t5", "data": {"display_name": "tea"}}), ["t5"]),
        ({"kind": "t2", "data": {"name": "ann"}}, ["t2"]),
        ({"message": "Forbidden", "error": 403}, ["error"]),
        ({"json": {"errors": [["RATELIMIT", "x", "ratelimit"]]}}, ["error"]),
        ({"json": {"errors": [], "data": {"things": []}}}, ["empty"]),
    ],
)
def test_what_is_neither_post_nor_comment_is_skipped_by_its_kind(answer: object, kinds: list[str]) -> None:
    assert [one.kind for one in parse(answer) if isinstance(one, Skipped)] == kinds


def test_bare_things_and_answers_to_a_form() -> None:
    assert one(comment()["data"]).native_id == "t1_c1"
    assert one(post(subreddit="tea")["data"]).native_id == "t3_p1"
    assert one({"kind": "t1", "data": {"id": "c1", "body": "Fine", "created_utc": AT_S}}).kind == "reply"
    assert one({"json": {"errors": [], "data": {"things": [comment()]}}}).native_id == "t1_c1"


@pytest.mark.parametrize("fields", [{"name": "t3_p1"}, {"id": "secret!", "name": ""}, {"created_utc": None}])
def test_refuses_with_a_reason_and_without_the_content(fields: dict[str, Any]) -> None:
    with pytest.raises(Poison) as refused:
        parse(comment(**fields))
    assert "secret" not in str(refused.value)
