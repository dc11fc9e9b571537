"""What X's searches and lookups give beside the posts that the stream has too, and compliance jobs."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import PostEvent, post_id


def parse(message: object) -> list[Parsed]:
    return list(source("x-v2-search").parse(Record(1, orjson.dumps(message))))


def tweet(native_id: str = "100", **fields: Any) -> dict[str, Any]:
    return {"id": native_id, "text": "A kettle", "author_id": "7", "created_at": "2024-03-01T12:00:00.000Z", **fields}


def test_a_page_is_read_as_the_stream_is() -> None:
    includes = {"users": [{"id": "7", "username": "mia", "public_metrics": {"followers_count": 9}}]}
    page = {"data": [tweet(), tweet("101")], "includes": includes, "meta": {"result_count": 2}}
    found = parse(page)
    assert found == list(source("x-v2-stream").parse(Record(1, orjson.dumps(page))))
    assert [event.native_id for event in found if isinstance(event, PostEvent)] == ["100", "101"]


@pytest.mark.parametrize("redacted", [{}, {"redacted_at": "2024-03-02T12:00:00.000Z"}])
def test_a_compliance_job_deletes(redacted: dict[str, str]) -> None:
    line = {"id": "100", "action": "delete", "created_at": "2024-03-01T12:00:00.000Z", "reason": "deactivated"}
    (event,) = parse(line | redacted)
    assert isinstance(event, PostEvent)
    assert (event.op, event.id) == ("delete", post_id("x", "100"))
    assert event.observed_at == datetime(2024, 3, 2 if redacted else 1, 12, tzinfo=UTC)
    assert parse(line | {"action": "scrub_geo"}) == [Skipped("scrub_geo")]


def test_problems_with_parts_of_a_page_are_counted() -> None:
    gone = {"value": "5", "title": "Not Found Error", "type": "https://api.twitter.com/2/problems/resource-not-found"}
    found = parse({"data": [tweet()], "errors": [gone, {"title": "x"}]})
    assert found[1:] == [Skipped("resource-not-found"), Skipped("error")]
    assert parse({"errors": [gone]}) == [Skipped("resource-not-found")]


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        ([{"id": "7", "username": "mia", "name": "Mia"}], ["user"]),
        ([{"start": "x", "end": "y", "tweet_count": 345}] * 2, ["counts", "counts"]),
        ({"id": "1", "state": "live"}, ["space"]),
        ([{"id": "1", "value": "kettle"}], ["rule"]),
        ({"id": "1", "name": "Tea"}, ["list"]),
        ({"liked": True}, ["liked"]),
        ([], ["empty"]),
    ],
)
def test_what_is_no_post_is_skipped_by_what_it_is(data: object, kinds: list[str]) -> None:
    assert [one.kind for one in parse({"data": data, "meta": {}}) if isinstance(one, Skipped)] == kinds


def test_one_bad_post_costs_no_other() -> None:
    found = parse({"data": [tweet(), tweet("101", created_at="secret"), {"id": "7", "username": "mia"}]})
    assert isinstance(found[0], PostEvent)
    assert found[1:] == [Skipped("bad_time"), Skipped("user")]


@pytest.mark.parametrize("message", [{"secret": 1}, {"data": [{"secret": 1}]}, {"id": "secret", "action": "delete"}])
def test_refuses_with_a_reason_and_without_the_content(message: object) -> None:
    with pytest.raises(Poison) as refused:
        parse(message)
    assert "secret" not in str(refused.value)
