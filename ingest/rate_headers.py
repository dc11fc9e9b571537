"""What servers say in their headers about how often they may be asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

LONGEST_PAUSE_S = 86_400.0  # nothing sensible is longer; what says so is a mistake

_PREFIXES = ("x-ratelimit-", "x-rate-limit-", "ratelimit-")
# `RateLimit: "default";r=50;t=30` (IETF draft) and `RateLimit: limit=100, remaining=50, reset=30` (its older form).
_COMBINED = re.compile(r"\b(remaining|reset|r|t)=(\d+)")
_DATE_AT_LEAST = 1e8  # a number above it is a moment, below it a number of seconds
_MILLISECONDS_AT_LEAST = 1e11


@dataclass(frozen=True, slots=True)
class Quota:
    """What an answer said: how many requests are left, in how many seconds there are new ones, and for how long, in
    seconds, it asks for none at all. None is what was not said."""

    remaining: float | None = None
    reset_s: float | None = None
    retry_after_s: float | None = None

    @property
    def pause_s(self) -> float:
        """For how many seconds nothing should be asked."""
        spent = self.reset_s if self.remaining is not None and self.remaining < 1 else None
        return max(self.retry_after_s or 0.0, spent or 0.0)


def quota(headers: Mapping[str, str], now: datetime) -> Quota:
    """Read Retry-After in both its forms, the X-RateLimit headers in all of theirs, and RateLimit; never raises.

    Header names are in lower case. A moment is compared with the answer's own Date, for the server's clock may not be
    ours; a moment that has passed is 0 seconds.
    """
    server_now = _http_date(headers.get("date", "")) or now
    remaining, reset = None, None
    for prefix in _PREFIXES:
        remaining = remaining if remaining is not None else _number(headers.get(prefix + "remaining", ""))
        reset = reset if reset is not None else _seconds(headers.get(prefix + "reset", ""), server_now)
    combined = dict(_COMBINED.findall(headers.get("ratelimit", "")))
    if remaining is None and (left := combined.get("remaining", combined.get("r"))):
        remaining = float(left)
    if reset is None and (after := combined.get("reset", combined.get("t"))):
        reset = _bounded(float(after))
    return Quota(remaining, reset, _seconds(headers.get("retry-after", ""), server_now))


def _seconds(text: str, now: datetime) -> float | None:
    """Return the seconds from now that a header means: a number of them, an epoch, an HTTP date or an ISO time."""
    number = _number(text)
    if number is not None:
        if number >= _MILLISECONDS_AT_LEAST:
            number /= 1000
        return _bounded(number - now.timestamp() if number >= _DATE_AT_LEAST else number)
    moment = _http_date(text) or _iso(text)
    return None if moment is None else _bounded((moment - now).total_seconds())


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), LONGEST_PAUSE_S)


def _number(text: str) -> float | None:
    """Return the number that a header is, the smallest where several windows are listed."""
    try:
        numbers = [float(part.partition(";")[0]) for part in text.split(",")]
    except ValueError:
        return None
    return min(numbers) if all(isfinite(number) for number in numbers) else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
