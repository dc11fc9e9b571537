"""Simulated cascades of other characters than tweets and Weibo posts: do the intervals hold where nothing is alike?

Each kind is another mechanism, and draws its sizes and its unit of time anew for each cascade: reactions that fade
exponentially or hardly, near the critical point; infections until nobody is left; communities that take a post up one
after the other; a second wave; one resharer whom very many follow, late or never; a stream that does not age; growth
that something cuts off. Some kinds are learned from (`KNOWN`) and the others judge: an interval is to hold for a
mechanism that nothing was learned from.
"""

from collections.abc import Callable

import numpy as np

from tests.bench.cascade_population import DAY_S, Floats, Recorded

_MOST = 100_000
_LONGEST_S = 14 * DAY_S


def strangers(kind: str, number: int, seed: int, fewest: int = 20) -> list[Recorded]:
    """Return cascades of a kind that reach at least `fewest` reshares within a week; the same for the same seed."""
    dice, found = np.random.default_rng([sum(map(ord, kind)), seed]), list[Recorded]()
    while len(found) < number:
        ages = KINDS[kind](dice)
        ages = np.sort(ages[(ages >= 0) & (ages < _LONGEST_S)])[:_MOST]
        cascade = Recorded(1e9 + 900.0 * len(found), np.floor(ages).tolist())
        if cascade.by(7 * DAY_S) >= fewest:
            found.append(cascade)
    return found


def _unit(dice: np.random.Generator) -> float:
    """Return a scale of time in seconds: from a minute to half a day."""
    return float(np.exp(dice.uniform(np.log(60), np.log(43_200))))


def _size(dice: np.random.Generator, smallest: float = 15.0) -> float:
    return float(min(smallest * dice.random() ** (-1 / 1.1), _MOST))


def _hawkes(dice: np.random.Generator, reactions: Callable[[int], Floats]) -> Floats:
    """Return a cascade in which all reshares, and the post, are alike infectious and nothing ages."""
    branching = dice.uniform(0.4, 0.97)
    parents, times = np.zeros(1), [np.zeros(0)]
    born = int(dice.poisson(max(_size(dice) * (1 - branching), 1)))
    while born and sum(map(len, times)) < _MOST:
        parents = np.repeat(parents, dice.multinomial(born, np.full(len(parents), 1 / len(parents))))
        parents = parents + reactions(born)
        parents = parents[parents < _LONGEST_S]
        times.append(parents)
        born = int(dice.poisson(branching * len(parents)))
    return np.concatenate(times)


def _exponential(dice: np.random.Generator) -> Floats:
    scale = _unit(dice)
    return _hawkes(dice, lambda number: dice.exponential(scale, number))


def _power_law(dice: np.random.Generator) -> Floats:
    scale, exponent = _unit(dice) / 10, dice.uniform(0.2, 0.9)
    return _hawkes(dice, lambda number: scale * ((1 - dice.random(number)) ** (-1 / exponent) - 1))


def _infection(dice: np.random.Generator) -> Floats:
    """Growth by those infected so far, until the susceptible are used up: a logistic curve, whose start is seen."""
    size, scale = _size(dice), _unit(dice)
    shares = dice.random(dice.poisson(size))
    return np.asarray(scale * (np.log(shares / (1 - shares) + 1 / size) + np.log(size)))


def _communities(dice: np.random.Generator) -> Floats:
    unit, at, found = _unit(dice), 0.0, []
    for _ in range(1 + dice.geometric(0.3)):
        number = dice.poisson(_size(dice, 6.0))
        found.append(at + dice.lognormal(np.log(unit), 0.9, number))
        at += dice.exponential(unit * 6)
    return np.concatenate(found)


def _second_wave(dice: np.random.Generator) -> Floats:
    first, unit = dice.poisson(_size(dice)), _unit(dice) / 4
    waves = [dice.lognormal(np.log(unit), dice.uniform(0.7, 1.5), first)]
    if dice.random() < 0.5:
        again = dice.poisson(first * dice.lognormal(0, 0.8))
        waves.append(dice.uniform(3, 40) * unit + dice.lognormal(np.log(unit), 0.9, again))
    return np.concatenate(waves)


def _influencer(dice: np.random.Generator) -> Floats:
    found = [_hawkes(dice, lambda number: dice.exponential(1200.0, number))]
    if dice.random() < 0.4:
        at = dice.choice(found[0]) if len(found[0]) else dice.uniform(0, DAY_S)
        found.append(at + dice.exponential(_unit(dice), dice.poisson(_size(dice, 40.0))))
    return np.concatenate(found)


def _stream(dice: np.random.Generator) -> Floats:
    """A page that is found day after day, at its hours."""
    ages = dice.uniform(0, _LONGEST_S, dice.poisson(_size(dice, 40.0)))
    hour = dice.uniform(0, 2 * np.pi)
    return ages[dice.random(len(ages)) < (1 + 0.8 * np.cos(hour + 2 * np.pi * ages / DAY_S)) / 1.8]


def _cut_off(dice: np.random.Generator) -> Floats:
    """Growth by a power of time until a list, a moderator or the evening ends it."""
    end, power = _unit(dice) * 4, dice.uniform(0.5, 2.5)
    ages = end * dice.random(dice.poisson(_size(dice))) ** (1 / power)
    late = end * (1 + dice.exponential(2.0, dice.poisson(0.1 * len(ages))))
    return np.concatenate([ages, late])


KINDS: dict[str, Callable[[np.random.Generator], Floats]] = {
    "exponential": _exponential,
    "power law": _power_law,
    "infection": _infection,
    "communities": _communities,
    "second wave": _second_wave,
    "influencer": _influencer,
    "stream": _stream,
    "cut off": _cut_off,
}

KNOWN = ("power law", "infection", "second wave", "stream")
"""The kinds that the shipped model learned from; only the others can judge it."""
