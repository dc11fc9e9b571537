"""When people post: hours of the day, days of the week, and how a post travels from one to the next."""

import heapq
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import sqrt
from random import Random

from deploy.demo.people import Account

# Share of a day's posts per UTC hour: people who live between Lisbon and Chicago, and people on Taipei's time.
WEST = (3, 2, 1, 1, 1, 2, 4, 6, 7, 7, 7, 7, 8, 8, 8, 8, 9, 9, 10, 10, 9, 7, 5, 4)
EAST = (6, 7, 7, 7, 8, 8, 6, 6, 6, 7, 7, 8, 9, 10, 9, 7, 4, 2, 1, 1, 1, 1, 2, 4)
WEEKDAYS = (1.05, 1.1, 1.05, 1.0, 1.0, 0.8, 0.75)  # Monday to Sunday

_SHARES_PER_ROOT_FOLLOWER = 0.035  # a mean of 0.7 further reposts each: a cascade that needs a push to grow
_MOST_SHARES = 90


def draw(rng: Random, mean: float) -> int:
    """Return a whole number that varies around the mean as counts of independent people do."""
    return max(0, round(rng.gauss(mean, sqrt(mean))))


def moments(rng: Random, day: datetime, count: int, hours: Sequence[int]) -> list[datetime]:
    """Return so many moments of the day, more of them in its busy hours, in order."""
    chosen = rng.choices(range(24), weights=hours, k=count)
    return sorted(day + timedelta(hours=hour, seconds=rng.randrange(3600)) for hour in chosen)


def cascade(
    rng: Random, pushes: Sequence[tuple[datetime, float]], people: Sequence[Account], hours: Sequence[int]
) -> list[tuple[datetime, Account]]:
    """Return who reposts when, in order.

    A push is a moment and the mean number of reposts it causes directly; each repost causes others, the more the
    more followers it has, after a log-normal delay that is longer while people sleep. Nobody reposts twice.
    """
    waiting: list[datetime] = []

    def push(at: datetime, mean: float) -> None:
        for _ in range(draw(rng, mean)):
            minutes = rng.lognormvariate(3.2, 1.2) * max(hours) / hours[at.hour]
            heapq.heappush(waiting, at + timedelta(minutes=minutes))

    for at, mean in pushes:
        push(at, mean)
    shares: list[tuple[datetime, Account]] = []
    crowd = rng.sample(list(people), len(people))
    while waiting and crowd:
        at, account = heapq.heappop(waiting), crowd.pop()
        shares.append((at, account))
        push(at, min(_MOST_SHARES, _SHARES_PER_ROOT_FOLLOWER * sqrt(account.followers)))
    return shares
