"""Times as feeds write them."""

from datetime import UTC, datetime
from time import gmtime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.feed.times import feed_time

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 01 Mar 2024 12:00:00 GMT",
        "Fri, 01 Mar 2024 06:30:00 -0530",
        "2024-03-01T12:00:00Z",
        "2024-03-01 12:00:00",
        "1709294400",
        "2024年3月1日 20:00 +0800",
        "2024/03/01 12:00",
        "2024年03月01日 下午12:00",
        "2024년 3월 1일 12:00:00",
        "Fr, 01 Mär 2024 13:00:00 MEZ",
        "ven., 1 mars 2024 12:00:00",
        "1 de marzo de 2024 12:00:00 UTC",
    ],
)
def test_forms_and_languages(text: str) -> None:
    assert feed_time(text) == NOON


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("1 déc. 2024", 12),
        ("1. Mai 2024", 5),
        ("1 ago 2024", 8),
        ("1 juil. 2024", 7),
        ("1 juin 2024", 6),
        ("1 ott 2024", 10),
    ],
)
def test_months_of_other_languages(text: str, month: int) -> None:
    assert feed_time(text) == datetime(2024, month, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "3 days ago", "32 Foo 2024", "2024-13-45", None, [], True])
def test_what_nobody_can_read_is_no_time(text: object) -> None:
    assert feed_time(text) is None


def test_what_feedparser_read_is_taken_where_the_text_is_strange() -> None:
    assert feed_time("strange", gmtime(1_709_294_400)) == NOON


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("Fri, 01 Mar 2024 12:00:00 +08:00", 4),
        ("Fri, 01 Mar 2024 12:00:00 CET", 11),
        ("Fri, 01 Mar 2024 12:00:00 ET", 17),
        ("01 Mar 2024 12:00:00 HKT", 4),
        ("Fri, 01 Mar 2024 12:00:00 -0500 (EST)", 17),
        ("2024-03-01T12:00:00+8", 4),
        ("2024/03/01 12:00:00 EST", 17),
        ("Friday, March 1, 2024 - 12:00", 12),
        ("March 1, 2024, 11:00 pm", 23),
    ],
)
def test_zones_that_have_a_name_or_another_form(text: str, hour: int) -> None:
    assert feed_time(text) == NOON.replace(hour=hour)


@pytest.mark.parametrize("text", ["2024年3月1日 12:00", "2024/03/01 12:00", "2024년 3월 1일 12:00", "2024-1st-March"])
def test_a_time_that_feedparser_fills_up_from_today_is_not_taken(text: str) -> None:
    """Of what is not in its own form it may read the year alone, and begins this month."""
    assert feed_time(text, gmtime(1_730_419_200)) in (NOON, None)


@pytest.mark.parametrize(("text", "year"), [("0001-01-01T00:00:00+09:00", 1), ("3000-01-01", 3000)])
def test_any_year_that_exists(text: str, year: int) -> None:
    moment = feed_time(text)
    assert moment is not None
    assert moment.year == year


@given(st.text(max_size=60) | st.from_regex(r"\d{1,4}[年/. -]\d{1,2}[月/. -]\d{1,2}.{0,12}", fullmatch=True))
def test_no_text_raises(text: str) -> None:
    moment = feed_time(text)
    assert moment is None or moment.tzinfo is UTC
