"""How often a post is looked at again: hot ones often, cold ones seldom, as pure functions.

A look is worth it when something has changed. A post that gains `v` engagements an hour, decayed by half for each hour
that nothing came, gains a tenth of what it has, or five, in `max(5, total / 10) / v` hours: that is the interval. One
that gains nothing is looked at after a quarter of its age, so that four times as old is four times as seldom. Neither
is less than five minutes, nor more than a day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schemas.mention import Mention
from schemas.wire import ms

SHORTEST_S, LONGEST_S = 300.0, 86_400.0
_NOTICED = 5.0
_SHARE = 0.1
_AGES = 4
_HOUR_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Tracked:
    """A post that is worth a look: its id, that of its network, and how many seconds lie between two looks at it."""

    mention_id: str
    native_id: str
    interval_s: float


def interval_s(velocity: float, total: int, age_s: float) -> float:
    """Return the seconds between two looks at a post; `velocity` is in engagements an hour, as it is now."""
    by_age = age_s / _AGES
    by_velocity = max(_NOTICED, total * _SHARE) / velocity * _HOUR_S if velocity > 0 else LONGEST_S
    return min(max(min(by_age, by_velocity), SHORTEST_S), LONGEST_S)


def tracked(mention: Mention, now: datetime) -> Tracked:
    """Return how a mention is to be looked at, from now on."""
    velocity = 0.0
    if mention.velocity is not None:
        quiet_s = max(0.0, (now - mention.velocity.as_of).total_seconds())
        velocity = max(0.0, mention.velocity.v1h) * 0.5 ** (quiet_s / _HOUR_S)
    age_s = max(0.0, (ms(now) - mention.published_ms) / 1000)
    return Tracked(mention.id, mention.native_id, interval_s(velocity, mention.engagement, age_s))


def due(posts: Iterable[Tracked], looked_s: dict[str, float], now_s: float, most: int) -> list[Tracked]:
    """Return the posts whose time has come, those first that wait for the most intervals, `most` at the most.

    `looked_s` holds when each was looked at last; one that never was is due, after all that wait for longer than two
    intervals.
    """
    waits = [(_intervals(post, looked_s, now_s), post) for post in posts]
    ready = sorted((pair for pair in waits if pair[0] >= 1), key=lambda pair: (-pair[0], pair[1].mention_id))
    return [post for _, post in ready[:most]]


def _intervals(post: Tracked, looked_s: dict[str, float], now_s: float) -> float:
    last_s = looked_s.get(post.mention_id)
    return 2.0 if last_s is None else (now_s - last_s) / post.interval_s
