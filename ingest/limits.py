"""How often a server is asked: at most as often as is known or polite, and less when it says so."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ingest.rate_headers import Quota
from schemas.clock import AsyncClock
from schemas.errors import Transient

PATIENCE_S: Final = 60.0  # longer than this nobody is kept waiting: the caller is told how long it would be
_MOST_BUCKETS = 4096


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so many seconds; `burst` of them may come at once."""

    requests: float
    window_s: float
    burst: float


POLITE: Final = Limit(60, 60, burst=10)  # where nothing is published
_OURS: Final = Limit(1e6, 1, burst=1e6)

# What the services publish for one client, a little below it where others may share our address.
PUBLISHED: Final[Mapping[str, Limit]] = {
    "bluesky-rest": Limit(2_700, 300, burst=100),
    "dcard": Limit(30, 60, burst=5),  # nothing is published, and it turns away who asks often
    "discourse": Limit(60, 60, burst=10),
    "gdelt-doc": Limit(1, 5, burst=1),
    "github-webhooks": Limit(28, 60, burst=5),  # searches; the rest may be asked for more often
    "hackernews-algolia": Limit(9_000, 3_600, burst=50),
    "hackernews-firebase": Limit(20, 1, burst=40),  # "currently no rate limit"
    "mastodon-rest": Limit(280, 300, burst=40),
    "mastodon-stream": Limit(280, 300, burst=40),
    "reddit-listing": Limit(90, 60, burst=10),
    "stackexchange": Limit(20, 1, burst=20),  # the source shares out the day's itself: a key has more of them
    "telegram-bot-api": Limit(20, 1, burst=20),
    "tiktok-research": Limit(950, 86_400, burst=100),
    "weibo-open-api": Limit(140, 3_600, burst=30),
    "x-v2-stream": Limit(280, 900, burst=40),
    "youtube-data-api": Limit(5, 1, burst=10),
}


class Bucket:
    """A token bucket: tokens flow in at the limit's rate up to its burst, and each request takes one."""

    def __init__(self, limit: Limit, now: datetime) -> None:
        self._limit, self._filled_at = limit, now
        self._tokens = limit.burst
        self._closed_s = 0.0
        self.turn = asyncio.Lock()  # first come, first served

    def wait_s(self, now: datetime) -> float:
        """Return in how many seconds a request may be made; 0 is now."""
        per_s = self._limit.requests / self._limit.window_s
        passed_s = max(0.0, (now - self._filled_at).total_seconds())  # a clock may be set back
        self._tokens, self._filled_at = min(self._limit.burst, self._tokens + passed_s * per_s), now
        self._closed_s = max(0.0, self._closed_s - passed_s)
        # A hair less than one token is one: what was waited for exactly must not be waited for again.
        return max(self._closed_s, 0.0 if self._tokens > 1 - 1e-6 else (1 - self._tokens) / per_s)

    def take(self) -> None:
        """Count one request."""
        self._tokens -= 1

    def close(self, seconds: float, now: datetime) -> None:
        """Let nothing through for so long from now on."""
        self.wait_s(now)
        self._closed_s = max(self._closed_s, seconds)


class Limits:
    """One bucket for each server and source. `table` is the limit per source; others are asked politely.

    A server for which `is_ours` is true is asked as often as is needed, unless it says otherwise itself.
    """

    def __init__(
        self,
        clock: AsyncClock,
        table: Mapping[str, Limit] = PUBLISHED,
        is_ours: Callable[[str], bool] = lambda host: False,
    ) -> None:
        self._clock, self._table, self._is_ours = clock, table, is_ours
        self._buckets: dict[tuple[str, str], Bucket] = {}

    async def admit(self, host: str, source: str) -> float:
        """Return when a request may be made, with the seconds that this was waited for.

        Raises Transient with `retry_after_s` at once where it would be more than a minute.
        """
        bucket = self._bucket(host, source)
        waited_s = 0.0
        async with bucket.turn:
            while wait_s := bucket.wait_s(self._clock.now()):
                if wait_s > PATIENCE_S:
                    raise Transient(f"{host}: its limit for {source} is used up for {wait_s:.0f} s", wait_s)
                await self._clock.wait(wait_s)
                waited_s += wait_s
            bucket.take()
        return waited_s

    def heed(self, host: str, source: str, quota: Quota) -> None:
        """Keep to what the server said."""
        if quota.pause_s:
            self._bucket(host, source).close(quota.pause_s, self._clock.now())

    def _bucket(self, host: str, source: str) -> Bucket:
        bucket = self._buckets.get((host, source))
        if bucket is None:
            if len(self._buckets) >= _MOST_BUCKETS:
                del self._buckets[next(iter(self._buckets))]
            limit = _OURS if self._is_ours(host) else self._table.get(source, POLITE)
            bucket = Bucket(limit, self._clock.now())
            self._buckets[host, source] = bucket
        return bucket
