"""What servers say about how often they may be asked, in every form that is in use."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.rate_headers import LONGEST_PAUSE_S, quota

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("headers", "pause_s"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "Thu, 01 Jan 2026 12:02:00 GMT"}, 120),
        ({"retry-after": "Thu, 01 Jan 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "Thu, 01 Jan 2026 12:02:00 GMT", "date": "Thu, 01 Jan 2026 12:01:50 GMT"}, 10),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "9" * 400}, 0),
        ({"retry-after": "99999999"}, LONGEST_PAUSE_S),
        # Reddit: how many seconds, with a fraction left of what is left.
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "100", "x-ratelimit-reset": "37"}, 37),
        ({"x-ratelimit-remaining": "4.0", "x-ratelimit-reset": "37"}, 0),
        # GitHub, Bluesky: a moment in seconds; X with another hyphen; some in milliseconds.
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 60)}, 60),
        ({"ratelimit-remaining": "0", "ratelimit-reset": str(EPOCH + 60), "ratelimit-policy": "3000;w=300"}, 60),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(EPOCH + 60)}, 60),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str((EPOCH + 60) * 1000)}, 60),
        # Mastodon: a moment in ISO 8601.
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-01-01T12:05:00.000000Z"}, 300),
        # The drafts of the IETF, older and newer; several windows.
        ({"ratelimit": "limit=100, remaining=0, reset=50"}, 50),
        ({"ratelimit": '"default";r=0;t=50'}, 50),
        ({"ratelimit": '"default";r=5;t=50'}, 0),
        ({"ratelimit-remaining": "10, 0", "ratelimit-reset": "5"}, 5),
        ({"x-ratelimit-remaining": "0"}, 0),
        ({"x-ratelimit-reset": "50"}, 0),
        ({"retry-after": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "50"}, 50),
        ({}, 0),
    ],
)
def test_how_long_nothing_is_asked(headers: dict[str, str], pause_s: float) -> None:
    assert quota(headers, NOW).pause_s == pytest.approx(pause_s)


def test_what_is_left_is_told() -> None:
    assert quota({"x-ratelimit-remaining": "299"}, NOW).remaining == 299
    assert quota({"ratelimit": '"default";r=5;t=50'}, NOW).remaining == 5
    assert quota({}, NOW).remaining is None


NAMES = ["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit", "date"]


@given(
    st.dictionaries(
        st.sampled_from(NAMES), st.text(max_size=30) | st.floats().map(str) | st.datetimes().map(datetime.isoformat)
    ),
    st.datetimes(datetime(1999, 1, 1), datetime(2100, 1, 1)),
)
def test_no_header_raises_or_asks_for_more_than_a_day(headers: dict[str, str], now: datetime) -> None:
    assert 0 <= quota(headers, now.replace(tzinfo=UTC)).pause_s <= timedelta(days=1).total_seconds()
