from datetime import UTC, datetime

import pytest

from schemas.errors import Poison
from schemas.times import read_time, recorded_time

NOON = datetime(2014, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2014-07-01T12:00:00Z", "2014-07-01T12:00:00.000000000Z", "2014-07-01 12:00", "20140701T120000Z",
        "2014-07-01T20:00:00+08:00", " 2014-07-01T12:00:00 ", "Tue, 01 Jul 2014 14:00:00 +0200",
        "Tue Jul 01 12:00:00 +0000 2014", 1404216000, 1404216000.0, "1404216000", "1404216000.0", 1404216000000,
        "1404216000000000",
    ],
)  # fmt: skip
def test_reads_the_ways_in_which_times_are_written(written: object) -> None:
    assert read_time(written) == NOON


@pytest.mark.parametrize("written", ["", "soon", "2014-13-01", "2014", None, True, [], float("nan"), 10**40, "9" * 400])
def test_refuses_what_is_no_time(written: object) -> None:
    with pytest.raises(Poison, match="bad_time: ") as refused:
        read_time(written)
    assert "soon" not in str(refused.value)


def test_any_year_of_the_calendar_can_be_claimed_but_not_recorded() -> None:
    for written, year in (("0001-01-01T00:00:00+05:00", 1), ("3000-06-01", 3000), ("9999-12-31T23:59:59-12:00", 9999)):
        assert read_time(written).year == year
        with pytest.raises(Poison, match="bad_time: "):
            recorded_time(written)
    assert recorded_time(NOON) == NOON
