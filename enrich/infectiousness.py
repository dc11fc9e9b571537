"""How infectious a cascade is: how many new reshares each recent one brings, the reproduction number R.

After SEISMIC (Zhao, Erdogdu, He, Rajaraman and Leskovec, "SEISMIC: A Self-Exciting Point Process Model for Predicting
Tweet Popularity", KDD 2015): the reshares of a recent window over those that its reach would bring if each brought
one. Where followers are not known, every resharer counts the same. R is taken over the window, weighted towards now,
so that it falls below 1 when a cascade dies down however well it began (compare the instantaneous reproduction number
of Cori, Ferguson, Fraser and Cauchemez, American Journal of Epidemiology, 2013).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

from enrich.attention import DEFAULT, Attention

FEWEST = 5
"""Below so many reshares there is no R."""

_SHORTEST_S, _LONGEST_S = 300.0, 7200.0  # the window: half the age, between these
_TENTH = 1.2815516  # the standard normal deviate that one in ten exceeds


@dataclass(frozen=True, slots=True)
class Kernel:
    """When people who see a post reshare it: evenly for `hold_s` seconds, then less and less by a power law.

    The defaults are those measured on Twitter by the authors of SEISMIC; they make it a density: 0.0006265725 a second
    at first.
    """

    hold_s: float = 300.0
    exponent: float = 0.2314843

    @classmethod
    def of(cls, attention: Attention) -> "Kernel":
        """Return the kernel that is as much slower or faster as the source's attention is than the usual."""
        return cls(hold_s=300.0 * exp(min(max((attention.middle - DEFAULT.middle) / 2, -2.5), 2.5)))

    def share(self, since_s: float) -> float:
        """Return the share of all reactions that came within so many seconds, 0..1."""
        theta, hold = self.exponent, self.hold_s
        if since_s <= hold:
            return theta / (1 + theta) * max(since_s, 0.0) / hold
        late: float = (since_s / hold) ** -theta
        return 1 - late / (1 + theta)

    def summed(self, since_s: float) -> float:
        """Return the integral of `share` from 0, in seconds."""
        theta, hold = self.exponent, self.hold_s
        if since_s <= hold:
            return theta / (1 + theta) * max(since_s, 0.0) ** 2 / (2 * hold)
        begun = theta / (1 + theta) * hold / 2
        late: float = (since_s / hold) ** (1 - theta)
        return begun + (since_s - hold) - hold / (1 - theta**2) * (late - 1)


@dataclass(frozen=True, slots=True)
class Reproduction:
    """R with its 80 % interval."""

    r: float
    low: float
    high: float


def reproduction(
    course: Sequence[tuple[float, float]],
    age_s: float,
    kernel: Kernel | None = None,
    reach: Sequence[float] | None = None,
) -> Reproduction | None:
    """Return R of a course (seconds since the post, number) at `age_s`, None below five reshares.

    `reach` says of the post itself and then of each point how many people it reached, in any unit; without it all
    reached as many. Finite whatever the course.
    """
    seen = sum(number for _, number in course)
    if seen < FEWEST or age_s <= 0:
        return None
    kernel = kernel or Kernel()
    window = min(max(age_s / 2, _SHORTEST_S), _LONGEST_S, age_s)
    expected = (reach[0] if reach else 1.0) * _recently(kernel, age_s, window)
    came = squares = reached = 0.0
    for place, (at_s, number) in enumerate(course, start=1):
        since = age_s - at_s
        reached += number * (reach[place] if reach else 1.0)
        expected += number * (reach[place] if reach else 1.0) * _recently(kernel, since, window)
        if since < window:
            weight = 1 - since / window
            came += number * weight
            squares += number * weight * weight
    mean_reach = reached / seen
    if mean_reach <= 0 or expected <= 0:
        return reproduction(course, age_s, kernel) if reach else None
    per_event = squares / came if came > 0 else 0.5
    events = came / per_event  # as many whole events are as uncertain as these weighted ones
    scale = per_event * mean_reach / expected
    low, high = _rate_interval(events)
    return Reproduction(events * scale, low * scale, high * scale)


def _recently(kernel: Kernel, since_s: float, window_s: float) -> float:
    """Return the share of the reactions to something `since_s` ago that fall into the window, by the window's weight.

    The integral of weight times density, by parts; the weight falls from 1 now to 0 at the window's far end.
    """
    if since_s <= 0:
        return 0.0
    before = kernel.summed(since_s - window_s) if since_s > window_s else 0.0
    return max(kernel.share(since_s) - (kernel.summed(since_s) - before) / window_s, 0.0)


def _rate_interval(events: float) -> tuple[float, float]:
    """Return the 80 % interval of a Poisson mean of which so many events were seen, by Wilson and Hilferty's cubes."""
    low = events * (1 - 1 / (9 * events) - _TENTH / (3 * sqrt(events))) ** 3 if events > 1e-9 else 0.0
    more = events + 1
    return max(low, 0.0), more * (1 - 1 / (9 * more) + _TENTH / (3 * sqrt(more))) ** 3
