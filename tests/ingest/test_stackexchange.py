"""Stack Exchange's answers, golden: questions, answers, comments, and what is none."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import Author, Counts, Media, NativeRefs, PostEvent, post_id

AT = 1709294400  # 2024-03-01T12:00:00Z
SITE = "cooking.stackexchange.com"
OWNER = {"user_id": 7, "user_type": "registered", "display_name": "Mia &amp; Bo", "link": f"https://{SITE}/users/7/mia"}
QUESTION = {
    "question_id": 11, "title": "Why is my kettle &quot;loud&quot;?", "owner": OWNER, "creation_date": AT, "score": 3,
    "view_count": 40, "answer_count": 1, "last_activity_date": AT + 90, "is_answered": True, "tags": ["kettle"],
    "link": f"https://{SITE}/questions/11/why-is-my-kettle-loud",
    "body": '<p>It &lt;hums&gt;. See <a href="/q/1">this</a>.</p>'
    '<p><img src="https://i.example/k.png" alt="a kettle"></p>',
}  # fmt: skip
ANSWER = {
    "answer_id": 12,
    "question_id": 11,
    "owner": OWNER,
    "creation_date": AT + 60,
    "score": -1,
    "body": "<p>Scale</p>",
}
COMMENT = {"comment_id": 12, "post_id": 12, "owner": {"user_type": "does_not_exist", "display_name": "user9"},
           "creation_date": AT + 90, "score": 2, "edited": True, "body": "It&#39;s <i>lime</i>"}  # fmt: skip


def parse(answer: Any) -> list[Parsed]:
    return list(source("stackexchange").parse(Record(1, orjson.dumps(answer))))


def posts(*items: Any) -> list[PostEvent]:
    return [found for found in parse({"items": items, "has_more": False}) if isinstance(found, PostEvent)]


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(AT + seconds, UTC)


def test_a_question() -> None:
    assert posts(QUESTION) == [
        PostEvent(
            id=post_id("stackexchange", f"{SITE}/11"), source="stackexchange", native_id=f"{SITE}/11",
            version=AT * 1000, published_at=moment(0), observed_at=moment(90), author=Author(id="7", name="Mia & Bo"),
            title='Why is my kettle "loud"?', text="It <hums>. See this.",
            url=f"https://{SITE}/questions/11/why-is-my-kettle-loud", links=[f"https://{SITE}/q/1"],
            media=[Media(kind="image", url="https://i.example/k.png", alt="a kettle")],
            counts=Counts(likes=3, replies=1, views=40),
        )
    ]  # fmt: skip


def test_what_stands_below_a_question_is_its_thread() -> None:
    _, answer, comment = posts(QUESTION | {"answers": [ANSWER | {"comments": [COMMENT]}]})
    assert (answer.native_id, answer.kind, answer.title) == (f"{SITE}/12", "reply", None)
    assert answer.native_refs == NativeRefs(parent=f"{SITE}/11", root=f"{SITE}/11")
    assert answer.counts is None, "a score below nothing is no count"
    assert answer.url == f"https://{SITE}/a/12"
    assert (comment.native_id, comment.op) == (f"{SITE}/comment/12", "update")
    assert comment.native_refs == NativeRefs(parent=f"{SITE}/12", root=f"{SITE}/11")
    assert (comment.text, comment.counts, comment.author) == ("It's lime", Counts(likes=2), Author(name="user9"))


def test_a_comment_names_its_question_by_its_address_or_its_post() -> None:
    link = f"https://{SITE}/questions/11/why#comment12_12"
    (comment,) = posts(COMMENT | {"link": link})
    assert comment.native_refs == NativeRefs(parent=f"{SITE}/12", root=f"{SITE}/11")
    assert comment.url == link
    (comment,) = posts(COMMENT | {"post_type": "question"})
    assert comment.native_refs == NativeRefs(parent="12", root="12")


def test_an_edit_and_a_closing_are_later_states() -> None:
    (edited,) = posts(QUESTION | {"last_edit_date": AT + 30})
    assert (edited.op, edited.version) == ("update", (AT + 30) * 1000)
    (closed,) = posts(QUESTION | {"closed_date": AT + 60, "closed_reason": "Needs details"})
    assert (closed.op, closed.version, closed.flags) == ("update", (AT + 60) * 1000, ["closed"])


def test_posts_of_either_kind_and_excerpts() -> None:
    post = {"post_id": 12, "post_type": "answer", "creation_date": AT, "body_markdown": "It&#39;s **lime**"}
    (answer,) = posts(post)
    assert (answer.native_id, answer.kind, answer.text) == ("12", "reply", "It's **lime**")
    hit = {"item_type": "question", "question_id": 11, "creation_date": AT, "title": "Tea", "excerpt": "hot <b>tea</b>"}
    (question,) = posts(hit)
    assert (question.native_id, question.title, question.text) == ("11", "Tea", "hot tea")
    assert question.version < posts(QUESTION)[0].version, "an excerpt never takes the place of the whole"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"error_id": 502, "error_name": "throttle_violation", "error_message": "wait"}, "error"),
        ({"items": [], "has_more": False, "backoff": 10, "quota_remaining": 9}, "empty"),
        ({"items": [{"user_id": 7, "reputation": 5, "account_id": 1}]}, "user"),
        ({"items": [{"account_id": 1, "site_url": "u", "user_id": 7}]}, "network_user"),
        ({"items": [{"name": "kettle", "count": 5, "has_synonyms": False}]}, "tag"),
        ({"items": [{"revision_guid": "g", "post_id": 1, "post_type": "question"}]}, "revision"),
        ({"items": [{"timeline_type": "comment", "question_id": 1, "comment_id": 2, "creation_date": 1}]}, "timeline"),
    ],
)
def test_what_is_no_post_is_skipped_by_its_name(answer: Any, kind: str) -> None:
    assert parse(answer) == [Skipped(kind)]


def test_one_bad_item_does_not_take_the_others_with_it() -> None:
    first, second = parse({"items": [QUESTION | {"creation_date": "secret"}, ANSWER]})
    assert isinstance(first, PostEvent)
    assert second == Skipped("bad_time")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"secret": 1}, "unknown_kind"),
        ({"items": "secret"}, "bad_shape"),
        ({"items": [ANSWER | {"answer_id": "secret"}]}, "bad_value"),
        ({"items": [ANSWER | {"owner": "secret"}]}, "bad_shape"),
        ({"items": [{"answer_id": 1}]}, "bad_shape"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(answer: Any, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(answer)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)
