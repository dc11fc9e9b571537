"""Reviews of the App Store, golden."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.records import Record
from ingest.source import Parsed, Skipped, source
from schemas.errors import Poison
from schemas.post import Author, Counts, Place, PostEvent, post_id

LINK = "https://itunes.apple.com/tw/review?id=5&type=Purple%20Software"


def labels(**fields: str) -> dict[str, Any]:
    return {name.replace("im_", "im:"): {"label": label} for name, label in fields.items()}


def entry(**fields: Any) -> dict[str, Any]:
    return {
        **labels(id="11", title="好用", im_rating="4", im_version="1.2", im_voteSum="3", im_voteCount="5",
                 updated="2024-03-01T05:00:00-07:00"),
        "author": {**labels(uri="https://itunes.apple.com/tw/reviews/id77", name="Mia"), "label": ""},
        "content": {"label": "很安靜 <3", "attributes": {"type": "text"}},
        "link": {"attributes": {"rel": "related", "href": LINK}},
    } | fields  # fmt: skip


def parse(answer: Any) -> list[Parsed]:
    return list(source("appstore-reviews").parse(Record(1, orjson.dumps(answer))))


def page(*entries: Any, updated: str | None = "2024-03-01T06:00:00-07:00") -> list[Parsed]:
    return parse({"feed": {"entry": list(entries), **(labels(updated=updated) if updated else {})}})


def review(*args: Any, **kwargs: Any) -> PostEvent:
    (found,) = page(*args, **kwargs)
    assert isinstance(found, PostEvent)
    return found


def test_a_review() -> None:
    found = review(entry())
    assert found.model_extra == {"rating": 4, "app_version": "1.2"}
    assert PostEvent(**{name: getattr(found, name) for name in PostEvent.model_fields}) == PostEvent(
        id=post_id("appstore", "11"), source="appstore", native_id="11", kind="review", version=1709294400000,
        published_at=datetime(2024, 3, 1, 12, tzinfo=UTC), observed_at=datetime(2024, 3, 1, 13, tzinfo=UTC),
        author=Author(id="77", name="Mia"), title="好用", text="很安靜 <3", url=LINK, counts=Counts(likes=3),
        place=Place(country="TW"),
    )  # fmt: skip


def test_an_edited_review_is_the_same_one_with_a_newer_date() -> None:
    edited = review(entry(updated={"label": "2024-03-02T05:00:00-07:00"}))
    assert edited.id == review(entry()).id
    assert edited.version == review(entry()).version + 86_400_000
    assert edited.observed_at == edited.published_at, "a page that was kept is older than what is in it"


def test_an_undated_review_is_as_old_as_its_page() -> None:
    undated = entry()
    del undated["updated"]
    found = review(undated)
    assert (found.published_at, found.version) == (None, 1709298000000)
    with pytest.raises(Poison, match="bad_time"):
        page(undated, updated=None)


def test_the_app_itself_comes_first_in_old_feeds() -> None:
    app = {"im:name": {"label": "Kettle"}, "id": {"label": "https://itunes.apple.com/tw/app/id5"}}
    assert page(app) == [Skipped("application")]
    assert isinstance(page(app, entry())[1], PostEvent)


def test_a_page_of_one_review_and_of_none() -> None:
    assert len(parse({"feed": {"entry": entry()}})) == 1
    assert parse({"feed": {"title": {"label": "x"}}}) == parse({"feed": {"entry": None}}) == [Skipped("empty")]
    assert isinstance(parse(entry())[0], PostEvent)


def test_a_text_that_stands_twice() -> None:
    forms = [{"label": "plain", "attributes": {"type": "text"}}, {"label": "<b>x</b>", "attributes": {"type": "html"}}]
    assert review(entry(content=forms)).text == "plain"
    assert review(entry(content=forms[1])).text == "x"


def test_votes_below_nothing_are_no_count() -> None:
    assert review(entry(**labels(im_voteSum="-1"))).counts is None


def test_one_bad_review_does_not_take_the_others_with_it() -> None:
    first, second = page(entry(**labels(im_rating="secret")), entry())
    assert isinstance(first, PostEvent)
    assert second == Skipped("bad_value")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"secret": 1}, "unknown_kind"),
        ({"feed": "secret"}, "bad_shape"),
        ({"feed": {"entry": entry(id="")}}, "bad_shape"),
        ({"feed": {"entry": entry(**labels(updated="secret"))}}, "bad_time"),
        ({"feed": {"entry": entry(**labels(im_rating="9"))}}, "bad_value"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(answer: Any, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        parse(answer)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)
