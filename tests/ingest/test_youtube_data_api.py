"""YouTube's Data API, field by field."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import PostEvent, post_id

AT_MS = 1_709_294_400_000
AT = datetime(2024, 3, 1, 12, tzinfo=UTC)
NOON, LATER = "2024-03-01T12:00:00Z", "2024-03-01T12:05:00.000Z"


def parse(answer: object, seen: datetime | None = None) -> list[Parsed]:
    return list(source("youtube-data-api").parse(Record(1, orjson.dumps(answer), seen_at=seen)))


def one(answer: object) -> PostEvent:
    (event,) = parse(answer)
    assert isinstance(event, PostEvent)
    return event


def kinds(answer: object) -> list[str]:
    return [found.kind for found in parse(answer) if isinstance(found, Skipped)]


def video(**fields: Any) -> dict[str, Any]:
    snippet = {
        "publishedAt": NOON, "channelId": "UCtea", "channelTitle": "Tea & Co", "title": "Kettles &amp; co",
        "description": "All about kettles", "defaultLanguage": "en-GB", "defaultAudioLanguage": "de",
    }  # fmt: skip
    return {"kind": "youtube#video", "id": "vid00000001", "snippet": snippet} | fields


def comment(native_id: str = "Ug1", **fields: Any) -> dict[str, Any]:
    snippet = {
        "authorDisplayName": "@ann", "authorChannelId": {"value": "UCann"}, "likeCount": 2,
        "textDisplay": "Fine &amp; <b>hot</b><br>Yes", "publishedAt": NOON, "updatedAt": NOON, "videoId": "vid00000001",
    }  # fmt: skip
    return {"kind": "youtube#comment", "id": native_id, "snippet": snippet | fields}


def test_a_video() -> None:
    item = video(
        statistics={"viewCount": "1200", "likeCount": "34", "commentCount": "5", "favoriteCount": "0"},
        recordingDetails={"locationDescription": "Taipei", "location": {"latitude": 25.0, "longitude": 121.5}},
    )
    event = one({"kind": "youtube#videoListResponse", "items": [item]})
    assert event.model_dump(exclude_none=True, exclude={"schema_version"}) == {
        "id": post_id("youtube", "vid00000001"),
        "source": "youtube",
        "native_id": "vid00000001",
        "op": "create",
        "kind": "post",
        "version": AT_MS,
        "published_at": AT,
        "observed_at": AT,
        "author": {"id": "UCtea", "name": "Tea & Co"},
        "title": "Kettles &amp; co",
        "text": "All about kettles",
        "lang": "en-GB",
        "url": "https://www.youtube.com/watch?v=vid00000001",
        "links": [],
        "media": [{"kind": "video", "url": "https://www.youtube.com/watch?v=vid00000001"}],
        "counts": {"likes": 34, "replies": 5, "views": 1200},
        "place": {"name": "Taipei", "lat": 25.0, "lon": 121.5},
        "flags": [],
    }


def test_search_writes_as_in_html() -> None:
    result = {"kind": "youtube#searchResult", "id": {"kind": "youtube#video", "videoId": "vid00000001"}}
    event = one({"items": [result | {"snippet": video()["snippet"]}]})
    assert (event.title, event.native_id, event.counts) == ("Kettles & co", "vid00000001", None)
    assert event.author
    assert event.author.id == "UCtea"


def test_a_thread_with_its_replies() -> None:
    reply = comment("Ug1.r", parentId="Ug1", textDisplay="No", likeCount=0)
    del reply["snippet"]["videoId"]
    thread = {
        "kind": "youtube#commentThread", "id": "Ug1", "replies": {"comments": [reply]},
        "snippet": {"videoId": "vid00000001", "topLevelComment": comment(), "totalReplyCount": 1, "isPublic": True},
    }  # fmt: skip
    top, below = parse({"kind": "youtube#commentThreadListResponse", "items": [thread]})
    assert isinstance(top, PostEvent)
    assert isinstance(below, PostEvent)
    video_id = post_id("youtube", "vid00000001")
    assert (top.kind, top.parent_id, top.root_id, top.text) == ("reply", video_id, video_id, "Fine & hot\nYes")
    assert top.author
    assert top.author.model_dump(exclude_none=True) == {"id": "UCann", "name": "@ann", "handle": "ann"}
    assert top.counts
    assert top.counts.model_dump(exclude_none=True) == {"likes": 2, "replies": 1}
    assert top.url == "https://www.youtube.com/watch?v=vid00000001&lc=Ug1"
    assert (below.parent_id, below.root_id, below.counts and below.counts.likes) == (top.id, video_id, 0)


def test_a_reply_alone_knows_by_its_id_what_it_answers() -> None:
    reply = comment("Ug1.r")
    del reply["snippet"]["videoId"]
    event = one(reply)
    assert (event.parent_id, event.root_id, event.url) == (post_id("youtube", "Ug1"), None, None)


def test_an_edited_comment_has_the_time_of_its_edit() -> None:
    event = one(comment(updatedAt=LATER))
    assert (event.op, event.version, event.published_at) == ("update", AT_MS + 300_000, AT)


def test_text_as_written_comes_before_text_as_shown() -> None:
    assert one(comment(textOriginal="a < b")).text == "a < b"
    assert one(comment(textDisplay="one\ntwo <3")).text == "one\ntwo <3"


def test_links_of_a_comment() -> None:
    shown = (
        '<a href="https://tea.example/">tea</a> <a href="https://www.youtube.com/watch?v=vid00000001&amp;t=9s">0:09</a>'
        '<a href="http://www.youtube.com/results?search_query=%23tea">#tea</a>'
    )
    assert one(comment(textDisplay=shown)).links == ["https://tea.example/"]


def test_an_entry_of_a_playlist_is_its_video_not_the_listing() -> None:
    snippet = {
        "publishedAt": LATER, "channelId": "UClist", "channelTitle": "Lister", "title": "Kettles", "description": "",
        "resourceId": {"kind": "youtube#video", "videoId": "vid00000001"}, "videoOwnerChannelId": "UCtea",
        "videoOwnerChannelTitle": "Tea", "thumbnails": {"default": {"url": "u"}},
    }  # fmt: skip
    entry = {"kind": "youtube#playlistItem", "id": "x", "snippet": snippet}
    event = one({"items": [entry | {"contentDetails": {"videoPublishedAt": NOON}}]})
    assert (event.native_id, event.published_at, event.author and event.author.id) == ("vid00000001", AT, "UCtea")
    assert one({"items": [entry]}).published_at is None
    gone = {"title": "Deleted video", "description": "This video is unavailable.", "thumbnails": {}}
    assert one({"items": [entry | {"snippet": snippet | gone}]}).op == "delete"
    assert kinds({"items": [entry | {"snippet": snippet | gone | {"title": "Private video"}}]}) == ["private"]


def test_totals_alone_are_an_observation_where_it_is_known_when() -> None:
    answer = {"items": [{"kind": "youtube#video", "id": "vid00000001", "statistics": {"viewCount": "7"}}]}
    (observed,) = parse(answer, AT)
    assert isinstance(observed, Engagement)
    assert (observed.kind, observed.mention_id, observed.at) == ("counts", post_id("youtube", "vid00000001"), AT)
    assert observed.counts
    assert observed.counts.model_dump(exclude_none=True) == {"views": 7}
    assert kinds(answer) == ["counts"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"kind": "youtube#searchListResponse", "items": []}, ["empty"]),
        ({"items": [{"kind": "youtube#searchResult", "id": {"kind": "youtube#channel"}}]}, ["channel"]),
        ({"items": [{"kind": "youtube#channel", "id": "UC", "statistics": {"viewCount": "1"}}]}, ["channel"]),
        ({"kind": "youtube#videoGetRatingResponse", "items": [{"videoId": "v"}]}, ["videoGetRatingResponse"]),
        ({"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}, ["quotaExceeded"]),
        ({"error": {"code": 500}}, ["error"]),
        (video(status={"privacyStatus": "private"}), ["private"]),
        (comment(moderationStatus="heldForReview"), ["heldForReview"]),
    ],
)  # fmt: skip
def test_what_is_no_post_is_skipped_by_its_kind(answer: object, expected: list[str]) -> None:
    assert kinds(answer) == expected


def test_one_bad_item_costs_no_other() -> None:
    found = parse({"items": [video(), {"kind": "youtube#video", "id": 5, "snippet": {}}, comment()]})
    assert [event.native_id for event in found if isinstance(event, PostEvent)] == ["vid00000001", "Ug1"]
    assert found[2:] == [Skipped("bad_value")]


def test_refuses_what_is_none_of_youtubes() -> None:
    with pytest.raises(Poison):
        parse({"secret": 1})
