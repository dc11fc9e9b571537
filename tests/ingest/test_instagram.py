"""Instagram's Graph API and webhooks, field by field."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.instagram_ids import address_time
from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import PostEvent, post_id

NOON = "2024-03-01T12:00:00+0000"
AT_S = 1_709_294_400
AT = datetime(2024, 3, 1, 12, tzinfo=UTC)
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def parse(answer: object, seen: datetime | None = None, name: str = "instagram-graph") -> list[Parsed]:
    return list(source(name).parse(Record(1, orjson.dumps(answer), seen_at=seen)))


def told(*changes: dict[str, Any]) -> list[Parsed]:
    entry = {"id": "5", "time": AT_S, "changes": list(changes)}
    return parse({"object": "instagram", "entry": [entry]}, name="instagram-webhooks")


def posts(answer: object) -> list[PostEvent]:
    return [event for event in parse(answer) if isinstance(event, PostEvent)]


def one(answer: object) -> PostEvent:
    (event,) = posts(answer)
    return event


def code(moment: datetime) -> str:
    """Return a short code of that moment, as the network's ids are laid out."""
    number = (int(moment.timestamp() * 1000) - 1_314_220_021_721) << 23 | 5
    digits = ""
    while number:
        number, digit = divmod(number, 64)
        digits = DIGITS[digit] + digits
    return digits


def medium(**fields: Any) -> dict[str, Any]:
    own = {"id": "1", "caption": "Kettles", "media_type": "IMAGE", "media_url": "https://pic.example/1.jpg"}
    return own | {"timestamp": NOON, "permalink": "https://www.instagram.com/p/abc/"} | fields


def comment(native_id: str = "2", **fields: Any) -> dict[str, Any]:
    return {"id": native_id, "text": "Fine", "timestamp": NOON, **fields}


def test_a_medium() -> None:
    event = one(medium(username="tea", owner={"id": "7"}, like_count=3, comments_count=0, alt_text="steam"))
    assert event.model_dump(exclude_none=True, exclude={"schema_version"}) == {
        "id": post_id("instagram", "1"),
        "source": "instagram",
        "native_id": "1",
        "op": "create",
        "kind": "post",
        "version": AT_S * 1000,
        "published_at": AT,
        "observed_at": AT,
        "author": {"id": "7", "handle": "tea"},
        "text": "Kettles",
        "url": "https://www.instagram.com/p/abc/",
        "links": [],
        "media": [{"kind": "image", "url": "https://pic.example/1.jpg", "alt": "steam"}],
        "counts": {"likes": 3, "replies": 0},
        "flags": [],
    }


def test_an_album_has_what_is_in_it() -> None:
    inside = [
        {"id": "8", "media_type": "VIDEO", "media_url": "https://film.example/8"},
        {"id": "9", "media_type": "IMAGE"},
    ]
    album = medium(media_type="CAROUSEL_ALBUM", children={"data": inside})
    assert [(item.kind, item.url) for item in one(album).media] == [
        ("video", "https://film.example/8"),
        ("image", None),
    ]
    assert [item.kind for item in one(medium(media_type="CAROUSEL_ALBUM", children={"data": [{"id": "8"}]})).media] == [
        "image"
    ]


def test_the_address_says_when_a_medium_was_made() -> None:
    moment = AT.replace(microsecond=345_000)
    for address in (
        "https://www.instagram.com/p/{}/",
        "https://www.instagram.com/reel/{}",
        "https://www.threads.net/@a/post/{}",
    ):
        assert address_time(address.format(code(moment))) == AT
    assert (
        address_time(f"https://instagram.com/stories/tea/{(int(AT.timestamp() * 1000) - 1_314_220_021_721) << 23}")
        == AT
    )
    assert address_time("https://www.instagram.com/tea/") is None
    undated = medium(permalink=f"https://www.instagram.com/p/{code(moment)}/", timestamp=None)
    assert (one(undated).published_at, one(undated).version) == (AT, AT_S * 1000)


def test_totals_alone_are_an_observation_where_it_is_known_when() -> None:
    page = {"data": [{"id": "1", "media_type": "IMAGE", "comments_count": 2, "like_count": 8}]}
    (observed,) = parse(page, AT)
    assert isinstance(observed, Engagement)
    assert (observed.mention_id, observed.at) == (post_id("instagram", "1"), AT)
    assert observed.counts
    assert observed.counts.model_dump(exclude_none=True) == {"likes": 8, "replies": 2}
    assert parse(page) == [Skipped("counts")]


def test_another_account_with_its_media() -> None:
    account = {"id": "7", "username": "tea", "name": "Tea Co", "followers_count": 120, "media": {"data": [medium()]}}
    event = one({"business_discovery": account, "id": "5"})
    assert event.author
    assert event.author.model_dump(exclude_none=True) == {
        "id": "7", "name": "Tea Co", "handle": "tea", "followers": 120,
    }  # fmt: skip


def test_comments_below_a_medium_and_replies_below_them() -> None:
    reply = comment("3", text="Hot", user={"id": "8"})
    below = comment(like_count=1, replies={"data": [reply]}) | {"from": {"id": "7", "username": "ann"}}
    top, second, third = posts(medium(comments={"data": [below]}))
    assert (second.kind, second.parent_id, second.root_id) == ("reply", top.id, top.id)
    assert (third.parent_id, third.root_id, third.author and third.author.id) == (second.id, top.id, "8")
    assert second.author
    assert (second.author.id, second.author.handle) == ("7", "ann")


def test_a_page_of_comments_names_its_medium_in_the_next_one() -> None:
    for edge, parent, root in (("comments", "17", "17"), ("replies", "17", None)):
        paging = {"next": f"https://graph.facebook.com/v11.0/17/{edge}?limit=2"}
        event = one({"data": [comment()], "paging": paging})
        assert (event.parent_id, event.root_id) == (post_id("instagram", parent), root and post_id("instagram", root))


def test_a_hidden_comment_may_be_shown_again() -> None:
    event = one(comment(hidden=True))
    assert (event.op, event.text, event.flags) == ("update", None, ["hidden"])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"id": "7", "username": "tea", "biography": "x"}, "user"),
        ({"17": {"id": "17", "name": "love"}}, "hashtag"),
        ({"data": [{"id": "17"}]}, "id"),
        ({"data": [{"product_id": 5, "name": "x"}]}, "product"),
        ({"data": [{"name": "reach", "period": "day", "values": [], "id": "1/insights/reach/day"}]}, "insights"),
        ({"data": [{"quota_usage": 2}]}, "content_publishing_limit"),
        ({"error": {"type": "OAuthException"}}, "OAuthException"),
    ],
)  # fmt: skip
def test_what_is_no_post_is_skipped_by_what_it_is(answer: object, kind: str) -> None:
    assert parse(answer) == [Skipped(kind)]


def test_a_mentioned_comment() -> None:
    event = one({"mentioned_comment": comment(media={"id": "1"}), "id": "5"})
    assert (event.kind, event.parent_id) == ("reply", post_id("instagram", "1"))


@pytest.mark.parametrize("field", ["comments", "live_comments"])
def test_a_comment_that_is_told(field: str) -> None:
    value = {"id": "2", "text": "Fine", "from": {"id": "7", "username": "ann"}, "media": {"id": "1"}, "parent_id": "3"}
    (event,) = told({"field": field, "value": value})
    assert isinstance(event, PostEvent)
    assert (event.native_id, event.text, event.kind) == ("2", "Fine", "reply")
    assert (event.parent_id, event.root_id) == (post_id("instagram", "3"), post_id("instagram", "1"))
    assert (event.published_at, event.observed_at, event.version) == (None, AT, AT_S * 1000)
    assert event.author
    assert event.author.handle == "ann"


def test_what_else_is_told() -> None:
    (observed,) = told(
        {"field": "story_insights", "value": {"media_id": "1", "impressions": 9, "exits": 2, "replies": 0}}
    )
    assert isinstance(observed, Engagement)
    assert observed.counts
    assert observed.counts.model_dump(exclude_none=True) == {"views": 9, "replies": 0}
    assert told({"field": "mentions", "value": {"media_id": "1", "comment_id": "2"}}) == [Skipped("mentions")]
    looked_up = parse(comment(media={"id": "1"}), name="instagram-webhooks")
    assert isinstance(looked_up[0], PostEvent)


def test_one_bad_comment_costs_no_other() -> None:
    found = parse(medium(comments={"data": [comment("3", timestamp="secret")]}))
    assert isinstance(found[0], PostEvent)
    assert found[1:] == [Skipped("bad_time")]
    with pytest.raises(Poison, match="without time"):
        parse({"id": "1", "caption": "secret"})
