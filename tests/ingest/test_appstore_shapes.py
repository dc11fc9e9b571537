"""The other shapes of the App Store's reviews: the feed as XML, and what App Store Connect answers."""

import io
from typing import Any

import orjson
import pytest

from ingest.parsing import Outcome, parse_stream
from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import Author, Counts, NativeRefs, Place, PostEvent

FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns:im="http://itunes.apple.com/rss" xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-tw">
  <id>https://itunes.apple.com/tw/rss/customerreviews/id=5/xml</id><title>iTunes Store: Customer Reviews</title>
  <updated>2024-03-01T06:00:00-07:00</updated>
  <link rel="alternate" type="text/html" href="https://music.apple.com/"/><link rel="self" href="https://a.example/"/>
  <entry><id im:id="5" im:bundleId="example.kettle">https://apps.apple.com/tw/app/id5</id><title>Kettle</title>
    <im:name>Kettle</im:name></entry>
  <entry>
    <updated>2024-03-01T05:00:00-07:00</updated><id>11</id><title>好用 &amp; 安靜</title>
    <content type="text">Quiet &lt;3</content><im:contentType term="Application" label="Application"/>
    <im:voteSum>3</im:voteSum><im:voteCount>5</im:voteCount><im:rating>4</im:rating><im:version>1.2</im:version>
    <author><name>Mia</name><uri>https://itunes.apple.com/tw/reviews/id77</uri></author>
    <link rel="related" href="https://itunes.apple.com/tw/review?id=5&amp;type=Purple%20Software"/>
    <content type="html">&lt;table&gt;&lt;tr&gt;&lt;td&gt;Quiet&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;</content>
  </entry>
</feed>"""
REVIEW: dict[str, Any] = {
    "type": "customerReviews",
    "id": "00000028-b08c",
    "attributes": {
        "rating": 2, "title": "Loud", "body": "It whistles.", "reviewerNickname": "Mia", "territory": "TWN",
        "createdDate": "2024-03-01T05:00:00-07:00",
    },
    "relationships": {"response": {"links": {"self": "https://a.example/"}}},
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "type": "customerReviewResponses",
    "id": "00000028-c1",
    "attributes": {"responseBody": "Sorry!", "lastModifiedDate": "2024-03-02T12:00:00Z", "state": "PUBLISHED"},
    "relationships": {"review": {"data": {"type": "customerReviews", "id": "00000028-b08c"}}},
}


def parse(answer: Any) -> list[Parsed]:
    return list(source("appstore-reviews").parse(Record(1, orjson.dumps(answer))))


def outcomes(recording: bytes) -> list[Outcome]:
    return [outcome for _, outcome in parse_stream(source("appstore-reviews"), io.BytesIO(recording))]


def posts(parsed: Outcome) -> list[PostEvent]:
    assert not isinstance(parsed, Poison), parsed.detail
    return [one for one in parsed if isinstance(one, PostEvent)]


@pytest.mark.parametrize("recording", [FEED.encode(), FEED.replace('"utf-8"', '"utf-16"').encode("utf-16")])
def test_a_page_in_xml_is_read_like_one_in_json(recording: bytes) -> None:
    (page,) = outcomes(recording)
    assert isinstance(page, list)
    assert page[0] == Skipped("application")
    (review,) = posts(page)
    assert (review.native_id, review.kind, review.version) == ("11", "review", 1709294400000)
    assert (review.title, review.text) == ("好用 & 安靜", "Quiet <3")
    assert (review.author, review.place) == (Author(id="77", name="Mia"), Place(country="TW"))
    assert (review.counts, review.model_extra) == (Counts(likes=3), {"rating": 4, "app_version": "1.2"})
    assert review.url == "https://itunes.apple.com/tw/review?id=5&type=Purple%20Software"


def test_pages_in_xml_one_after_the_other_and_recorded_answers() -> None:
    assert [len(posts(page)) for page in outcomes(f"{FEED}\n{FEED}".encode())] == [1, 1]
    bodies = [FEED, orjson.dumps({"data": [REVIEW]}).decode()]
    cassette = {"interactions": [{"request": {}, "response": {"body": {"string": body}}} for body in bodies]}
    assert [len(posts(page)) for page in outcomes(orjson.dumps(cassette))] == [1, 1]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"<html><body>secret</body></html>", "unknown_kind"),
        (FEED.encode()[:-30], "truncated"),
        (b'<!DOCTYPE feed [<!ENTITY a "secret">]><feed>&a;</feed>', "bad_value"),
        (FEED.replace("<im:rating>4", "<im:rating>secret").encode(), None),
    ],
)
def test_xml_that_is_no_page_of_reviews(page: bytes, reason: str | None) -> None:
    (outcome,) = outcomes(page)
    if reason is None:
        assert outcome == [Skipped("application"), Skipped("bad_value")]
    else:
        assert isinstance(outcome, Poison)
        assert outcome.reason == reason
        assert "secret" not in str(outcome)


def test_a_review_of_app_store_connect_and_the_answer_to_it() -> None:
    review, answer = posts(parse({"data": [REVIEW], "included": [ANSWER], "links": {}, "meta": {"paging": {}}}))
    assert (review.native_id, review.kind, review.version) == ("00000028-b08c", "review", 1709294400000)
    assert (review.title, review.text, review.author) == ("Loud", "It whistles.", Author(name="Mia"))
    assert (review.place, review.model_extra) == (Place(country="TW"), {"rating": 2})
    assert (answer.native_id, answer.kind, answer.text) == ("00000028-c1", "reply", "Sorry!")
    assert answer.native_refs == NativeRefs(parent="00000028-b08c", root="00000028-b08c")
    assert answer.version == 1709380800000


def test_an_answer_belongs_to_the_review_that_names_it() -> None:
    named = REVIEW | {"relationships": {"response": {"data": {"type": "customerReviewResponses", "id": "00000028-c1"}}}}
    alone = {name: value for name, value in ANSWER.items() if name != "relationships"}
    (_, answer) = posts(parse({"data": [named], "included": [alone]}))
    assert answer.native_refs == NativeRefs(parent="00000028-b08c", root="00000028-b08c")
    (single,) = posts(parse({"data": alone}))
    assert (single.kind, single.native_refs) == ("reply", None)


@pytest.mark.parametrize(
    ("answer", "skipped"),
    [
        ({"data": []}, ["empty"]),
        ({"data": None}, ["empty"]),
        ({"errors": [{"status": "401", "code": "NOT_AUTHORIZED"}]}, ["error"]),
        ({"data": {"type": "customerReviewSummarizations", "id": "1"}}, ["customerReviewSummarizations"]),
        ({"data": ANSWER | {"attributes": {"state": "PENDING_PUBLISH"}}}, ["pending response"]),
    ],
)
def test_what_is_no_review_of_app_store_connect(answer: Any, skipped: list[str]) -> None:
    assert parse(answer) == [Skipped(kind) for kind in skipped]


@pytest.mark.parametrize(
    ("said", "reason"), [({"rating": 9}, "bad_value"), ({"rating": True}, "bad_value"), ({}, "bad_shape")]
)
def test_refuses_with_a_reason(said: dict[str, Any], reason: str) -> None:
    attributes = REVIEW["attributes"] | said if said else {"rating": 5}
    with pytest.raises(Poison) as refused:
        parse({"data": [REVIEW | {"attributes": attributes}]})
    assert refused.value.reason == reason
