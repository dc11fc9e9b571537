"""TikTok's Research API, golden: videos, comments, and what is none."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import Author, Counts, Media, NativeRefs, Place, PostEvent, post_id

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
ADDRESS = "https://www.tiktok.com/@mia/video/7000000000000000011"
VIDEO = {
    "id": 7000000000000000011, "create_time": 1709294400, "username": "mia", "region_code": "TW", "music_id": 5,
    "video_description": "tea #kettle", "voice_to_text": "it hums", "hashtag_names": ["kettle"], "like_count": 5,
    "share_count": 2, "comment_count": 1, "view_count": 90, "favorites_count": 3, "effect_ids": ["0"],
}  # fmt: skip
COMMENT = {
    "id": "7000000000000000012", "video_id": 7000000000000000011, "parent_comment_id": 7000000000000000013,
    "create_time": 1709294400, "text": "loud", "like_count": 4, "reply_count": 0,
}  # fmt: skip


def parse(answer: Any) -> list[Parsed]:
    return list(source("tiktok-research").parse(Record(1, orjson.dumps(answer))))


def posts(**data: Any) -> list[PostEvent]:
    answer = {"data": data | {"cursor": 100, "has_more": True}, "error": {"code": "ok", "message": ""}}
    return [found for found in parse(answer) if isinstance(found, PostEvent)]


def test_a_video() -> None:
    assert posts(videos=[VIDEO]) == [
        PostEvent(
            id=post_id("tiktok", "7000000000000000011"), source="tiktok", native_id="7000000000000000011",
            version=1709294400000, published_at=NOON, observed_at=NOON, author=Author(handle="mia"), text="tea #kettle",
            url=ADDRESS, media=[Media(kind="video", url=ADDRESS, alt="it hums")], place=Place(country="TW"),
            counts=Counts(likes=5, reposts=2, replies=1, views=90),
        )
    ]  # fmt: skip


def test_an_older_video_says_less() -> None:
    (video,) = posts(videos=[{"video_id": 11, "create_time": 1709294400}])
    assert (video.native_id, video.url, video.author, video.counts, video.place) == ("11", None, None, None, None)


@pytest.mark.parametrize("name", ["user_liked_videos", "pinned_videos_list", "reposted_videos"])
def test_videos_of_somebody(name: str) -> None:
    assert posts(**{name: [VIDEO]}) == posts(videos=[VIDEO])


def test_comments_know_their_video() -> None:
    (comment,) = posts(comments=[COMMENT])
    assert (comment.kind, comment.text, comment.counts) == ("reply", "loud", Counts(likes=4, replies=0))
    assert comment.native_refs == NativeRefs(parent="7000000000000000013", root="7000000000000000011")
    (first,) = posts(comments=[COMMENT | {"parent_comment_id": 7000000000000000011}])
    assert first.parent_id == first.root_id == post_id("tiktok", "7000000000000000011")
    (bare,) = posts(comments=[COMMENT | {"parent_comment_id": 0}])
    assert bare.parent_id == first.parent_id


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"and": [{"field_name": "region_code"}], "not": []}, "query"),
        ({"query": {"and": []}, "max_count": 100}, "query"),
        ({"error": {"code": "rate_limit_exceeded", "message": "x"}}, "error"),
        ({"data": {}, "error": {"code": "ok"}}, "empty"),
        ({"data": {"videos": [], "has_more": False}, "error": {"code": "ok"}}, "empty"),
        ({"data": {"cursor": 1, "has_more": False}, "error": {"code": "ok"}}, "empty"),
        ({"data": {"display_name": "Mia", "follower_count": 5}, "error": {"code": "ok"}}, "user"),
        ({"data": {"user_followers": [{"username": "bo"}]}, "error": {"code": "ok"}}, "user"),
    ],
)
def test_what_is_no_post_is_skipped_by_its_name(answer: Any, kind: str) -> None:
    assert parse(answer) == [Skipped(kind)]


def test_one_bad_video_does_not_take_the_others_with_it() -> None:
    first, second = parse({"data": {"videos": [VIDEO | {"create_time": "secret"}, VIDEO]}})
    assert isinstance(first, PostEvent)
    assert second == Skipped("bad_time")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"secret": 1}, "unknown_kind"),
        ({"data": {"videos": "secret"}}, "bad_shape"),
        ({"data": {"videos": [VIDEO | {"id": "secret"}]}}, "bad_value"),
        ({"data": {"comments": [COMMENT | {"create_time": 1}]}}, "bad_time"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(answer: Any, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(answer)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)
