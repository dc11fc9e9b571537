"""Google Play's reviews, golden: every field of a review, and everything that is none."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import Author, Counts, NativeRefs, PostEvent, post_id

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
AT = {"seconds": "1709294400", "nanos": 123000000}


def review(*answers: Any, **said: Any) -> dict[str, Any]:
    written = {"text": "好用\t很安靜", "lastModified": AT, "starRating": 4, "reviewerLanguage": "zh_TW"} | said
    return {"reviewId": "gp:A1", "authorName": "Mia", "comments": [{"userComment": written}, *answers]}


def parse(answer: Any) -> list[Parsed]:
    return list(source("googleplay-reviews").parse(Record(1, orjson.dumps(answer))))


def test_a_review() -> None:
    [found] = parse({"reviews": [review(thumbsUpCount=3, appVersionName="1.2")], "tokenPagination": {}})
    assert isinstance(found, PostEvent)
    assert found.model_extra == {"rating": 4, "app_version": "1.2"}
    assert PostEvent(**{name: getattr(found, name) for name in PostEvent.model_fields}) == PostEvent(
        id=post_id("googleplay", "gp:A1"), source="googleplay", native_id="gp:A1", kind="review",
        version=1709294400123, published_at=NOON.replace(microsecond=123000),
        observed_at=NOON.replace(microsecond=123000), author=Author(name="Mia"), title="好用", text="很安靜",
        lang="zh-TW", counts=Counts(likes=3),
    )  # fmt: skip


def test_the_words_of_the_author_and_not_their_translation() -> None:
    [found] = parse(review(text="\tQuiet", originalText="\t安靜"))
    assert isinstance(found, PostEvent)
    assert (found.title, found.text) == (None, "安靜")


def test_an_edited_review_is_the_same_one_with_a_newer_version() -> None:
    [before], [after] = parse(review()), parse(review(lastModified={"seconds": "1709294500"}))
    assert isinstance(before, PostEvent)
    assert isinstance(after, PostEvent)
    assert (after.id, after.version) == (before.id, 1709294500000)


def test_what_the_seller_answers_is_a_reply() -> None:
    _, answer = parse(review({"developerComment": {"text": "Thanks", "lastModified": AT}}))
    assert isinstance(answer, PostEvent)
    assert (answer.native_id, answer.kind, answer.text) == ("gp:A1/answer", "reply", "Thanks")
    assert answer.native_refs == NativeRefs(parent="gp:A1", root="gp:A1")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [({}, "empty"), ({"reviews": []}, "empty"), ({"error": {"code": 401}}, "error"), (review(starRating=4), None)],
)
def test_what_is_no_review_is_skipped(answer: Any, kind: str | None) -> None:
    assert [one for one in parse(answer) if isinstance(one, Skipped)] == ([Skipped(kind)] if kind else [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"secret": 1}, "unknown_kind"),
        (review(starRating=9), "bad_value"),
        (review(lastModified={"seconds": "secret"}), "bad_shape"),
        ({"reviewId": "gp:A1"}, "bad_shape"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(answer: Any, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(answer)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)
