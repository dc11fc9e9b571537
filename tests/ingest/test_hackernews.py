"""Hacker News: one item read through either interface, field by field."""

import io
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.parsing import ParseReport, parse_stream
from ingest.records import Record
from ingest.source import Skipped, source
from schemas.errors import Poison
from schemas.post import PostEvent, post_id

AT_S = 1_709_294_400
AT = datetime(2024, 3, 1, 12, tzinfo=UTC)
SEEN = datetime(2024, 3, 1, 13, tzinfo=UTC)


def item(**fields: Any) -> dict[str, Any]:
    return {"id": 9, "type": "story", "by": "ann", "time": AT_S, **fields}


def hit(**fields: Any) -> dict[str, Any]:
    return {"objectID": "9", "author": "ann", "created_at": "2024-03-01T12:00:00.000Z", "created_at_i": AT_S, **fields}


def posts(name: str, value: object, seen: datetime | None = None) -> list[PostEvent]:
    parsed = source(name).parse(Record(1, orjson.dumps(value), seen_at=seen))
    return [one for one in parsed if isinstance(one, PostEvent)]


def firebase(value: object, seen: datetime | None = None) -> PostEvent:
    (post,) = posts("hackernews-firebase", value, seen)
    return post


def algolia(value: object) -> PostEvent:
    (post,) = posts("hackernews-algolia", value)
    return post


def skipped(name: str, value: object) -> list[str]:
    parsed = source(name).parse(Record(1, orjson.dumps(value)))
    return [one.kind for one in parsed if isinstance(one, Skipped)]


def test_a_story() -> None:
    post = firebase(
        item(title="Acme &amp; Sons: a &lt;b&gt; b", url="https://acme.example/", score=7, descendants=0, kids=[1])
    )
    assert (post.id, post.source, post.native_id) == (post_id("hackernews", "9"), "hackernews", "9")
    assert (post.op, post.kind, post.version) == ("create", "post", AT_S * 1000)
    assert (post.published_at, post.observed_at) == (AT, AT)
    assert post.author is not None
    assert (post.author.id, post.author.handle, post.author.followers) == ("ann", "ann", None)
    assert (post.title, post.text) == ("Acme & Sons: a <b> b", None)
    assert post.url == "https://news.ycombinator.com/item?id=9"
    assert post.links == ["https://acme.example/"]
    assert post.counts is not None
    assert post.counts.model_dump(exclude_none=True) == {"likes": 7, "replies": 0}


def test_a_comment_with_its_markup() -> None:
    text = 'It&#x27;s <i>fine</i><p>see <a href="https:&#x2F;&#x2F;acme.example&#x2F;long" rel="nofollow">acme...</a>'
    post = firebase(item(type="comment", text=text, parent=5))
    assert post.text == "It's fine\nsee acme..."
    assert post.links == ["https://acme.example/long"]
    assert (post.kind, post.parent_id, post.root_id) == ("reply", post_id("hackernews", "5"), None)
    assert post.native_refs is not None
    assert post.native_refs.parent == "5"
    assert post.counts is None


def test_both_interfaces_say_the_same_of_the_same_item() -> None:
    story = {"title": "Acme", "url": "https://acme.example/"}
    same = [
        (
            item(**story, score=3, descendants=2),
            hit(**story, points=3, num_comments=2, story_text=None, _tags=["story"]),
        ),
        (item(type="job", title="Acme hires", text="x"), hit(title="Acme hires", story_text="x", _tags=["job"])),
        (item(type="poll", title="Which?", parts=[3]), hit(title="Which?", story_text="", _tags=["poll", "story_9"])),
        (item(type="pollopt", text="acme", poll=4, score=1), hit(type="pollopt", text="acme", parent_id=4, points=1)),
    ]
    for one, other in same:
        assert firebase(one) == algolia(other)


def test_search_knows_the_story_of_a_comment() -> None:
    post = algolia(hit(comment_text="x", parent_id=5, story_id=4, story_title="not its own", _tags=["comment"]))
    assert (post.parent_id, post.root_id) == (post_id("hackernews", "5"), post_id("hackernews", "4"))
    assert post.title is None


def test_a_deleted_item_is_deleted_and_a_dead_one_can_come_back() -> None:
    gone = firebase({"id": 9, "deleted": True, "type": "comment", "time": AT_S, "parent": 5})
    assert (gone.op, gone.text, gone.author) == ("delete", None, None)
    dead = firebase(item(type="comment", text="buy now", url="https://spam.example/", dead=True))
    assert (dead.op, dead.text, dead.author, dead.links, dead.flags) == ("update", None, None, [], ["dead"])


def test_versions_order_what_the_network_does_not_date() -> None:
    first = firebase(item(text="one"), SEEN)
    again = firebase(item(text="one"), datetime(2024, 3, 2, tzinfo=UTC))
    unsure = firebase({"updated": item(text="two")}, SEEN)
    edited = firebase({"edited": item(text="two")}, SEEN)
    assert first.version == again.version == unsure.version == AT_S * 1000
    assert (first.op, unsure.op, edited.op) == ("create", "update", "update")
    assert edited.version == SEEN.timestamp() * 1000
    assert firebase({"edited": item(text="two")}).version == AT_S * 1000
    assert (first.observed_at, again.observed_at) == (SEEN, datetime(2024, 3, 2, tzinfo=UTC))


def test_what_an_index_says_of_itself_dates_the_counts() -> None:
    post = algolia(hit(title="x", points=5, updated_at="2024-03-01T13:00:00Z"))
    assert (post.version, post.published_at, post.observed_at) == (AT_S * 1000, AT, SEEN)


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        (None, ["null"]),
        (41, ["maxitem"]),
        ([1, 2], ["ids"]),
        ({"items": [1], "profiles": ["ann"]}, ["updates"]),
        ({"id": "ann", "created": AT_S, "karma": 3}, ["user"]),
        ({"event": "keep-alive", "payload": "null"}, ["keep-alive"]),
    ],
)
def test_what_is_no_item_is_skipped_by_its_name(value: object, kinds: list[str]) -> None:
    assert skipped("hackernews-firebase", value) == kinds


def test_search_skips_people_and_what_is_gone() -> None:
    assert skipped("hackernews-algolia", {"username": "ann", "karma": 3}) == ["user"]
    assert skipped("hackernews-algolia", {"hits": [], "nbHits": 0}) == ["empty"]
    gone = {"id": 9, "created_at_i": AT_S, "type": "comment", "author": None, "text": None, "children": []}
    assert skipped("hackernews-algolia", gone) == ["gone"]


RECORDED = [
    b"\n".join(orjson.dumps(item(id=number)) for number in (1, 2, 3)),
    orjson.dumps([item(id=1), None, item(id=2), item(id=3)]),
    orjson.dumps({"1": item(id=1), "2": item(id=2), "3": item(id=3)}, option=orjson.OPT_INDENT_2),
    orjson.dumps([[item(id=1), item(id=2)], item(id=3)]),
    b"".join(b'event: put\ndata: {"path":"/","data":%s}\n\n' % orjson.dumps(item(id=number)) for number in (1, 2, 3)),
]


@pytest.mark.parametrize("recording", RECORDED, ids=["lines", "array", "by id", "pages", "stream"])
def test_items_are_read_whatever_they_are_recorded_in(recording: bytes) -> None:
    outcomes = [outcome for _, outcome in parse_stream(source("hackernews-firebase"), io.BytesIO(recording))]
    found = [one for some in outcomes if isinstance(some, list) for one in some if isinstance(one, PostEvent)]
    assert [post.native_id for post in found] == ["1", "2", "3"]


def test_a_page_and_a_tree_of_search() -> None:
    page = {"hits": [hit(objectID="1", title="x"), {"objectID": "2"}, hit(objectID="3", title="x")], "page": 0}
    report = ParseReport()
    for _, outcome in parse_stream(
        source("hackernews-algolia"), io.BytesIO(orjson.dumps([{"url": "u", "reply": page}]))
    ):
        report.add(outcome)
    assert (report.events, dict(report.skipped), report.bad) == (2, {"gone": 1}, 0)
    below = {
        "id": 2,
        "type": "comment",
        "author": "bob",
        "text": "x",
        "created_at_i": AT_S,
        "parent_id": 1,
        "story_id": 1,
    }
    tree = {**below, "id": 1, "type": "story", "title": "t", "parent_id": None, "children": [below, below | {"id": 3}]}
    found = posts("hackernews-algolia", tree)
    assert [(post.native_id, post.kind, bool(post.root_id)) for post in found] == [
        ("1", "post", False), ("2", "reply", True), ("3", "reply", True),
    ]  # fmt: skip


@pytest.mark.parametrize("bad", [item(id="x1"), item(type="ad"), {"id": 3}, {"type": "story"}, {"1": {"id": 1}}])
def test_what_cannot_be_used_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(Poison):
        firebase(bad)
