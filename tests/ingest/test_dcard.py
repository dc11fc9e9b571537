from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import Author, Counts, Media, PostEvent, post_id
from schemas.wire import ms

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def thread(**fields: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": 1001,
        "title": "Kettles",
        "content": "A kettle",
        "createdAt": "2024-03-01T12:00:00.000Z",
    }
    return shown | {"updatedAt": "2024-03-01T13:00:00.000Z", "forumAlias": "tea", "excerpt": "A ket"} | fields


def comment(**fields: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": "c-1", "postId": 1001, "floor": 1, "content": "好", "hidden": False}
    times = {"createdAt": "2024-03-01T12:00:00.000Z", "updatedAt": "2024-03-01T12:00:00.000Z"}
    return shown | times | fields


def parse(message: object) -> list[Parsed]:
    return list(source("dcard").parse(Record(1, orjson.dumps(message))))


def post(message: object) -> PostEvent:
    [found] = parse(message)
    assert isinstance(found, PostEvent)
    return found


def test_a_post_with_all_that_is_told_of_it() -> None:
    found = post(
        thread(
            school="茶大學", department="水系", gender="F", likeCount=3, commentCount=0, nsfw=True, replyId=None,
            content="A kettle https://i.example/k.jpg see https://shop.example/",
            mediaMeta=[
                {"url": "https://i.example/k.jpg", "type": "image/host"},
                {"url": "https://v.example/1", "type": "video/host"},
                {"url": "https://i.example/t.jpg", "type": "image/thumbnail"},
            ],
        )
    )  # fmt: skip
    assert (found.id, found.native_id, found.kind) == (post_id("dcard", "1001"), "1001", "post")
    assert (found.title, found.url) == ("Kettles", "https://www.dcard.tw/f/tea/p/1001")
    assert (found.published_at, found.observed_at, found.version) == (NOON, LATER, ms(LATER))
    assert (found.author, found.counts) == (Author(name="茶大學"), Counts(likes=3, replies=0))
    assert found.links == ["https://shop.example/"]
    assert found.media == [
        Media(kind="image", url="https://i.example/k.jpg"),
        Media(kind="video", url="https://v.example/1"),
    ]
    assert (found.op, found.flags) == ("create", ["sensitive"])


def test_an_excerpt_never_takes_the_place_of_the_text() -> None:
    excerpt = thread()
    del excerpt["content"]
    assert (post(excerpt).text, post(excerpt).version) == ("A ket", ms(NOON))
    assert post(excerpt).version < post(thread()).version


def test_a_nickname_stands_where_the_school_does() -> None:
    assert post(thread(school="Mia", department="mia_tea", withNickname=True)).author == Author(
        name="Mia", handle="mia_tea"
    )
    assert post(thread(anonymousSchool=True)).author is None


def test_comments_answer_the_post_or_a_floor_that_is_known() -> None:
    alone = post(comment(content="B2 no", likeCount=4))
    assert (alone.kind, alone.parent_id, alone.root_id) == ("reply", post_id("dcard", "1001"), post_id("dcard", "1001"))
    assert (alone.counts, alone.author, alone.url) == (Counts(likes=4), None, None)
    second = comment(id="c-2", floor=2, content="b1 yes", createdAt="2024-03-01T12:30:00.000Z")
    first, _, below = parse({"content": thread(), "comments": [comment(), second], "links": {}})
    assert isinstance(first, PostEvent)
    assert isinstance(below, PostEvent)
    assert (below.parent_id, below.root_id) == (post_id("dcard", "c-1"), first.id)
    assert below.url == "https://www.dcard.tw/f/tea/p/1001/b/2"
    assert post(comment(content="b2b")).parent_id == first.id


@pytest.mark.parametrize("gone", [{"hidden": True}, {"withheld": True}, {"deletedAt": "2024-03-01T13:00:00.000Z"}])
def test_what_is_hidden_or_withheld_is_deleted(gone: dict[str, Any]) -> None:
    found = post(thread(**gone))
    assert (found.op, found.version, found.text, found.title) == ("delete", ms(LATER), None, None)
    hidden = comment(hidden=True)
    del hidden["content"]
    assert post(hidden).op == "delete"
    assert post(thread(deletedAt=None, hidden=False, withheld=False)).op == "create"


def test_an_edit_is_only_what_is_called_so() -> None:
    assert post(comment(edited=True)).op == "update"
    assert post(comment(updatedAt="2024-03-02T12:00:00.000Z")).op == "create"


def test_a_post_can_answer_another() -> None:
    found = post(thread(replyId=900, replyTitle="Pots"))
    assert (found.kind, found.parent_id) == ("reply", post_id("dcard", "900"))


def test_what_is_no_post() -> None:
    assert parse({"error": 1202, "message": "x"}) == [Skipped("error")]
    assert parse({"id": "f", "alias": "tea", "name": "Tea"}) == [Skipped("forum")]
    assert parse({"items": [], "nextKey": None}) == [Skipped("empty")]
    good, bad = parse({"items": [comment(createdAt="soon"), comment()]})
    assert isinstance(good, PostEvent)
    assert bad == Skipped("bad_time")
    with pytest.raises(Poison):
        parse({"id": 1})
