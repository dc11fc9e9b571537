"""Cascades to learn from and to be judged on: simulated ones as on Twitter, and recorded ones of Weibo.

The simulation is a branching process with marks (Hawkes): reaction times by one of three laws whose scale differs from
post to post, attention that ages, the hour of day, followers with a heavy tail, sizes by a power law. The usual world
is set by the retweets of 2014 in a recorded one-in-a-hundred sample of tweets about companies: by size, the share of a
week's retweets that came within ten minutes, an hour, four and a day, and how far their ages differ within a cascade
and between cascades (`python -m tests.bench.cascade_sample`); and by what is published of political tweets, of whose
reshares a quarter or so have come after ten minutes and two thirds after an hour. Other worlds lie around it, for the
model must not learn one by heart.
"""

import lzma
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

DAY_S = 86_400.0
SHARED = Path(os.environ.get("TEST_DATA", Path(__file__).resolve().parents[3] / "shared"))
_CHINA = timezone(timedelta(hours=8))
_LONGEST = 20_000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One cascade: when it began (seconds since 1970) and the seconds of its reshares in order."""

    began_s: float
    seconds: list[float]

    def by(self, moment_s: float) -> int:
        """Return how many reshares there were by a moment."""
        return sum(at <= moment_s for at in self.seconds)


@dataclass(frozen=True, slots=True)
class World:
    """The middle of what is drawn for each cascade, and how far it is drawn apart (deviations of logs).

    Times are in seconds. `shape` and `width` say how far reaction times spread within a cascade, `slowing` by which
    power of its size a cascade is slower, `smallest` where the power law of sizes begins.
    """

    scale_s: float = 650.0
    scale_spread: float = 1.0
    shape: float = 0.37
    width: float = 1.1
    slowing: float = 0.2
    ageing_s: float = 48 * 3600.0
    ageing_spread: float = 1.3
    smallest: float = 20.0


BRIEF = World(950.0, 1.2, shape=0.5, width=0.6, slowing=0.0, ageing_s=14 * 3600.0, ageing_spread=1.0)
"""A world in which attention ends within a day."""

LEARNED = (
    World(), World(scale_spread=1.6), BRIEF,
    World(250.0, ageing_s=6 * 3600.0), World(1800.0, ageing_s=7 * DAY_S),
    World(900.0, shape=0.8, width=0.5, slowing=0.0, ageing_s=30 * DAY_S),
)  # fmt: skip
"""The worlds that are learned from: the usual one, two near it, and three far from it, for what nobody knows."""


def simulated(number: int, seed: int, world: World | None = None, fewest: int = 20) -> list[Recorded]:
    """Return cascades that reach at least `fewest` reshares within a week; the same for the same seed."""
    dice, found = np.random.default_rng(seed), list[Recorded]()
    while len(found) < number:
        cascade = _cascade(dice, world or World(), began_s=1e9 + 900.0 * len(found))
        if cascade.by(7 * DAY_S) >= fewest:
            found.append(cascade)
    return found


def weibo(shared: Path) -> list[Recorded]:
    """Return the recorded Weibo cascades by the time of their post."""
    path = shared / "replay" / "weibo-cascades" / "cascades.jsonl.xz"
    with lzma.open(path) as lines:
        return sorted((_weibo(orjson.loads(line)) for line in lines), key=lambda cascade: cascade.began_s)


def _weibo(line: dict[str, object]) -> Recorded:
    post, reposts = line["post"], line["reposts"]
    assert isinstance(post, dict)
    assert isinstance(reposts, list)
    began = post["time"]
    began_s = datetime.strptime(began, "%a %b %d %H:%M:%S %z %Y").timestamp() if isinstance(began, str) else began
    return Recorded(began_s, sorted(_ages(reposts, began_s)))


def _ages(reposts: list[dict[str, str]], began_s: float) -> Iterator[float]:
    for repost in reposts:
        try:
            at = datetime.strptime(repost["date"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=_CHINA)
        except ValueError:  # a few have no year
            continue
        yield max(at.timestamp() - began_s, 0.0)


def _cascade(dice: np.random.Generator, world: World, began_s: float) -> Recorded:
    law = int(dice.choice(3, p=[0.5, 0.4, 0.1]))
    size = world.smallest * dice.random() ** (-1 / 1.1) * dice.uniform(0.3, 1.2)
    scale = world.scale_s * (size / 30) ** world.slowing * dice.lognormal(0, world.scale_spread)
    shape = float(np.clip(dice.lognormal(np.log(world.shape), 0.45), 0.2, 1.6))
    ageing, ageing_power = world.ageing_s * dice.lognormal(0, world.ageing_spread), dice.uniform(0.5, 2.0)
    hour, daily = dice.random() * 2 * np.pi, dice.uniform(0, 0.8)
    branching, weight = dice.beta(1.6, 2.6), dice.uniform(0.3, 0.8)
    mean_weight = np.exp(weight * 5.9 + (weight * 2.0) ** 2 / 2)
    parents, brings = np.zeros(1), np.array([size * (1 - branching)])
    times = [np.zeros(0)]
    while len(parents) and sum(map(len, times)) < _LONGEST:
        born = np.repeat(parents, dice.poisson(np.minimum(brings, _LONGEST) * 2))
        at = born + _reactions(dice, len(born), law, scale, shape, world.width)
        wakeful = (1 + daily * np.cos(hour + 2 * np.pi * at / DAY_S)) / (1 + daily * np.cos(hour))
        kept = np.minimum((1 + at / ageing) ** -ageing_power * wakeful, 2) / 2
        parents = at[(dice.random(len(at)) < kept) & (at < 14 * DAY_S)]
        followers = np.floor(np.exp(dice.normal(5.9, 2.0, len(parents))))
        brings = branching * followers**weight / mean_weight
        times.append(parents)
    return Recorded(began_s, np.sort(np.floor(np.concatenate(times))).tolist())


def _reactions(dice: np.random.Generator, number: int, law: int, scale: float, shape: float, width: float) -> Floats:
    """Return reaction times: even and then a power law, log-normal, or exponential."""
    if law == 1:
        return np.exp(dice.normal(np.log(scale * 2.2), width + 1.2 * shape, number))
    if law == 2:
        return dice.exponential(scale * 3 * dice.lognormal(0, 0.8 * shape + 0.3), number)
    even, drawn = shape / (1 + shape), dice.random(number)
    late = ((1 - drawn) / (1 - even) + 1e-12) ** (-1 / shape)
    return np.where(drawn < even, drawn / even, late) * scale
