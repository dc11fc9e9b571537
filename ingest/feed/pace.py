"""When a feed is asked again: as often as configured, never more often than it asks for."""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b

from schemas.header_times import retry_after_s

LONGEST_S = 86_400.0  # what asks to be left alone for longer is asked daily all the same
SELDOM_S = 7 * 86_400.0  # what is gone for good may have been declared so by mistake

_SPREAD_S = 0.5  # between the first polls of two feeds
_MAX_AGE = re.compile(r"(?i)(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})")


def pause_s(interval_s: float, headers: Mapping[str, str], ttl_s: float | None, now: datetime) -> float:
    """Return the seconds until the next poll: the longest of the interval, the feed's own, Cache-Control and
    Retry-After, but the wishes of others for at most a day."""
    max_age = _MAX_AGE.search(headers.get("cache-control", ""))
    wishes = [
        ttl_s or 0.0,
        float(max_age[1]) if max_age else 0.0,
        retry_after_s(headers, now) or 0.0,
    ]
    return max(interval_s, min(LONGEST_S, max(wishes)))


def first_pause_s(url: str, feeds: int, interval_s: float) -> float:
    """Return how long the first poll of a feed waits, so that many are not asked at once: the same for each start."""
    share = int.from_bytes(blake2b(url.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big") / 2**32
    return share * min(interval_s, (feeds - 1) * _SPREAD_S)
