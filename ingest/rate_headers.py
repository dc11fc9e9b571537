"""What servers say in their headers about how often they may be asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.header_times import header_number, retry_after_s, seconds_until, server_now

LONGEST_PAUSE_S = 86_400.0  # nothing sensible is longer; what says so is a mistake

_PREFIXES = ("x-ratelimit-", "x-rate-limit-", "ratelimit-")
# `RateLimit: "default";r=50;t=30` (IETF draft) and `RateLimit: limit=100, remaining=50, reset=30` (its older form).
_COMBINED = re.compile(r"\b(remaining|reset|r|t)=(\d+)")


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
    at_server = server_now(headers, now)
    remaining, reset = None, None
    for prefix in _PREFIXES:
        remaining = remaining if remaining is not None else header_number(headers.get(prefix + "remaining", ""))
        reset = reset if reset is not None else _bounded(seconds_until(headers.get(prefix + "reset", ""), at_server))
    combined = dict(_COMBINED.findall(headers.get("ratelimit", "")))
    if remaining is None and (left := combined.get("remaining", combined.get("r"))):
        remaining = float(left)
    if reset is None and (after := combined.get("reset", combined.get("t"))):
        reset = _bounded(float(after))
    return Quota(remaining, reset, _bounded(retry_after_s(headers, now)))


def _bounded(seconds: float | None) -> float | None:
    return None if seconds is None else min(seconds, LONGEST_PAUSE_S)
