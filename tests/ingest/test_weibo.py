from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import Author, Counts, Place, PostEvent, post_id
from schemas.wire import ms

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def status(**fields: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": 4001, "created_at": "Fri Mar 01 20:00:00 +0800 2024", "text": "好水壶"}
    return shown | {"user": {"id": 7, "screen_name": "mia"}} | fields


def parse(message: object, seen_at: datetime | None = None) -> list[Parsed]:
    return list(source("weibo-open-api").parse(Record(1, orjson.dumps(message), seen_at=seen_at)))


def posts(message: object, seen_at: datetime | None = None) -> list[PostEvent]:
    found = [item for item in parse(message, seen_at) if isinstance(item, PostEvent)]
    assert found
    return found


def test_a_status_with_all_that_is_told_of_it() -> None:
    user = {
        "id": 7, "idstr": "7", "name": "Mia", "screen_name": "mia", "followers_count": 5, "verified": True,
        "location": "elsewhere",
    }  # fmt: skip
    [found] = posts(
        {
            "statuses": [
                status(
                    idstr="4001", user=user, attitudes_count=3, reposts_count=2, comments_count=0,
                    text="好水壶 http://t.cn/a 看看",
                    url_struct=[{"short_url": "http://t.cn/a", "long_url": "https://shop.example/kettle"}],
                    geo={"type": "Point", "coordinates": [39.9, 116.4]},
                    annotations=[{"place": {"title": "Kitchen"}}, {"client_mblogid": "x"}],
                    pic_urls=[{"thumbnail_pic": "http://i.example/k.jpg"}, {"thumbnail_pic": "http://i.example/g.gif"}],
                    source='<a href="http://app.example" rel="nofollow">App</a>',
                )
            ],
            "total_number": 1,
        }
    )  # fmt: skip
    assert (found.id, found.native_id, found.source) == (post_id("weibo", "4001"), "4001", "weibo")
    assert (found.text, found.links) == ("好水壶 http://t.cn/a 看看", ["https://shop.example/kettle"])
    assert (found.published_at, found.version) == (NOON, ms(NOON))
    assert found.author == Author(id="7", name="Mia", handle="mia", followers=5, verified=True)
    assert found.counts == Counts(likes=3, reposts=2, replies=0)
    assert found.place == Place(name="Kitchen", lat=39.9, lon=116.4)
    assert [medium.kind for medium in found.media] == ["image", "gif"]


def test_a_repost_comes_after_its_original() -> None:
    original = status(id=4000, created_at="Fri Mar 01 19:00:00 +0800 2024", text="水开了", reposts_count=9)
    first, again = posts(status(text="转发微博", retweeted_status=original))
    assert (first.via, first.native_id, first.counts) == ("repost", "4000", Counts(reposts=9))
    assert first.observed_at == NOON
    assert (again.kind, again.repost_of, again.text, again.quoted_text) == ("repost", first.id, "转发微博", "水开了")


@pytest.mark.parametrize("mark", ["1", 1, True])
def test_a_deleted_status_is_known_by_its_notice(mark: object) -> None:
    gone = {"id": 4000, "text": "x", "deleted": mark, "created_at": "Fri Mar 01 19:00:00 +0800 2024"}
    first, again = posts(status(retweeted_status=gone))
    assert (first.op, first.native_id, first.text, first.version) == ("delete", "4000", None, ms(NOON))
    assert (again.repost_of, again.quoted_text) == (first.id, None)
    assert posts({"id": 4000, "deleted": mark}, NOON)[0].op == "delete"


def test_an_apology_is_no_status() -> None:
    hidden = {"id": 4000, "text": "抱歉，此微博已不可见。", "created_at": "Fri Mar 01 19:00:00 +0800 2024"}
    skipped, again = parse(status(retweeted_status=hidden))
    assert skipped == Skipped("not shown")
    assert isinstance(again, PostEvent)
    assert (again.repost_of, again.quoted_text) == (post_id("weibo", "4000"), None)


def test_a_comment_answers_the_status_or_another_comment() -> None:
    comment = status(id=5001, text="不错", status=status())
    [found] = posts({"comments": [comment], "hasvisible": False})
    assert (found.kind, found.parent_id, found.root_id) == ("reply", post_id("weibo", "4001"), post_id("weibo", "4001"))
    [below] = posts(comment | {"reply_comment": {"id": 5000}})
    assert (below.parent_id, below.root_id) == (post_id("weibo", "5000"), post_id("weibo", "4001"))


def test_long_texts_markup_and_edits() -> None:
    markup = '水壶<br /><a href="https://shop.example/">link</a> &amp; 茶'
    [found] = posts(status(text="水...", isLongText=True, longText={"longTextContent": markup}))
    assert (found.text, found.links) == ("水壶\nlink & 茶", ["https://shop.example/"])
    [plain] = posts(status(text="一\n二 <3"))
    assert plain.text == "一\n二 <3"
    [edited] = posts(status(edit_count=1, edit_at="Fri Mar 01 21:00:00 +0800 2024"))
    assert (edited.op, edited.version, edited.published_at) == ("update", ms(NOON) + 3_600_000, NOON)


def test_texts_are_escaped_also_without_markup() -> None:
    assert posts(status(text="茶 &lt;3 &amp; 水"))[0].text == "茶 <3 & 水"


def test_what_is_not_told_is_absent() -> None:
    [found] = posts(status(in_reply_to_status_id="", geo=None, annotations=[], user=None))
    assert (found.native_refs, found.place, found.counts, found.author, found.media) == (None, None, None, None, [])


def test_users_and_what_else_there_is() -> None:
    user = {"id": 7, "screen_name": "mia", "followers_count": 5}
    assert parse(user) == [Skipped("user")]
    [last] = posts({"users": [user | {"status": {key: value for key, value in status().items() if key != "user"}}]})
    assert last.author == Author(id="7", name="mia", handle="mia", followers=5)
    assert parse({"error": "expired_token", "error_code": 21327, "request": "/2"}) == [Skipped("error")]
    assert parse({"statuses": [], "total_number": 0}) == [Skipped("empty")]
    assert parse({"statuses": ["4001"]}) == [Skipped("id")]
    assert parse({"id": "4001", "reposts": "1", "comments": "2"}) == [Skipped("count")]
    assert parse(status(visible={"type": 10, "list_id": 0})) == [Skipped("not public")]


@pytest.mark.parametrize("at", [1709294400, "1709294400", "2024-03-01T20:00:00+08:00"])
def test_times_in_other_forms(at: object) -> None:
    [found] = posts(status(created_at=at))
    assert found.published_at == NOON


def test_one_bad_status_leaves_the_others() -> None:
    good, bad = parse({"statuses": [status(created_at="soon"), status()]})
    assert isinstance(good, PostEvent)
    assert bad == Skipped("bad_time")
    with pytest.raises(Poison):
        parse({"statuses": [status(id=None)]})
