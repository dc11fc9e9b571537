"""The expected volume follows the wall clock of the brand's own time zone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.brand import Brand
from sinks.questions import Span
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.mentions import T0, bucket

# Monday 08:00 in New York, in three weeks of winter time and in the first of summer time.
WINTER = [datetime(2024, 2, day, 13, tzinfo=UTC) for day in (19, 26)] + [datetime(2024, 3, 4, 13, tzinfo=UTC)]
SUMMER = datetime(2024, 3, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(("zone", "expected"), [("America/New_York", 9), ("UTC", 0), (None, 0)])
def test_the_same_hour_on_the_clock(tmp_path: Path, zone: str | None, expected: float) -> None:
    with SqliteStore(tmp_path / "store.db") as store:
        hours = [(moment - T0) / timedelta(hours=1) for moment in WINTER]
        start = bucket((WINTER[0] - T0) / timedelta(hours=1) - 48, count=1)
        store.write(Write(trends=[start, *(bucket(hour, count=9) for hour in hours)]))
        if zone:
            store.save_brands([Brand(name="acme", query="acme", timezone=zone)])
        (point,) = store.volume("acme", Span(SUMMER, SUMMER + timedelta(hours=1), 3_600_000))
        assert point.expected == pytest.approx(expected)
