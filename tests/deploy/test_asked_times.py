"""Times as questions name them: what is meant, and that what cannot be is one line."""

from datetime import UTC, datetime

import pytest

from deploy.asked_times import day_after, interval_ms, moment
from schemas.errors import UsageError


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-03-20", datetime(2026, 3, 20, tzinfo=UTC)),
        ("2026-03-20T12:00", datetime(2026, 3, 20, 12, tzinfo=UTC)),
        ("2026-03-20T12:00+08:00", datetime(2026, 3, 20, 4, tzinfo=UTC)),
        (None, None),
    ],
)
def test_without_a_zone_a_moment_is_in_utc(text: str | None, meant: datetime | None) -> None:
    assert moment(text, "--from") == meant


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "0001-01-01T00:00+14:00", "9999-12-31T23:00-14:00"])
def test_what_is_no_date_or_outside_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--from is not a date: write "):
        moment(text, "--from")


@pytest.mark.parametrize(("text", "width"), [("5m", 300_000), ("1h", 3_600_000), ("2d", 172_800_000)])
def test_a_width_is_a_number_and_a_unit(text: str, width: int) -> None:
    assert interval_ms(text, "--interval") == width


@pytest.mark.parametrize("text", ["", "0h", "7m", "1y", "-1h", "1.5h", "٣h", "99999d"])
def test_any_other_width_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--interval: write a multiple of 5m"):
        interval_ms(text, "--interval")


def test_the_day_after_begins_at_midnight_also_at_the_end_of_a_month() -> None:
    assert day_after(datetime(2026, 2, 28, 23, 59, 59, 1, tzinfo=UTC)) == datetime(2026, 3, 1, tzinfo=UTC)
