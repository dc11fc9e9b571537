"""Invented series of counts with labelled events: eight weeks of five minutes, from dead quiet to loud.

A brand has a level, a day, a week, a slow drift and scatter of its own; bursts that are its everyday life and belong to
no label; schedules; single buckets full of copies. Events come on top: quick, slow, or a new level. Windows of a tenth
of the series in all lie around them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

Volumes = NDArray[np.float64]

BUCKETS = 16_128
UNSCORED = 0.15
_DAY = 288


@dataclass(frozen=True)
class Series:
    """Counts, and the labelled windows as rows from, to (not included)."""

    volumes: Volumes
    windows: Sequence[tuple[int, int]]


def invented(seed: int) -> Series:
    """Return the series of a seed."""
    random = np.random.default_rng(seed)
    level = exp(random.uniform(log(0.12), log(150)))
    logs = _everyday(random)
    rate: Volumes = level * np.exp(logs)
    if random.random() < 0.5:
        _schedule(random, rate, level)
    for _ in range(random.poisson(56 * exp(random.uniform(log(0.1), log(2))))):
        place = int(random.integers(BUCKETS - 1))
        height = min((random.pareto(random.uniform(1.6, 2.6)) + 0.5) * 1.2, 12) * level * exp(logs[place] * 0.5)
        height += 0 if level > 1 else random.exponential(1.0)
        _burst(rate, place, height, exp(random.uniform(0, log(12))), int(random.integers(1, 3)), random.random() < 0.5)
    for _ in range(random.poisson(56 * random.uniform(0, 0.3))):
        rate[random.integers(BUCKETS)] += level * (random.pareto(2) + 1) * 1.5
    onsets, width = onsets_apart(random)
    for onset in onsets:
        _event(random, rate, onset, level)
    shape = exp(random.uniform(log(4), log(40)))
    volumes = random.poisson(rate * random.gamma(shape, 1 / shape, BUCKETS)).astype(np.float64)
    windows = []
    for onset in onsets:
        seen = int(random.integers(0, 3)) if random.random() < 0.5 else int(np.argmax(volumes[onset : onset + 24]))
        windows.append((onset + seen - width // 2, min(BUCKETS, onset + seen - width // 2 + width)))
    return Series(volumes, windows)


def onsets_apart(random: np.random.Generator) -> tuple[list[int], int]:
    """Return one to five rows in the scored part, and the width of the windows that keeps them apart."""
    number = int(random.integers(1, 6))
    width, onsets = int(0.1 * BUCKETS / number), list[int]()
    for _ in range(300):
        onset = int(random.integers(int(UNSCORED * BUCKETS) + width // 2, BUCKETS - width // 2 - 1))
        if len(onsets) < number and all(abs(onset - other) > width for other in onsets):
            onsets.append(onset)
    return sorted(onsets), width


def _everyday(random: np.random.Generator) -> Volumes:
    """Return the log of the rate over its level: the hours, the days, and how it wanders."""
    row = np.arange(BUCKETS)
    hour, day = row / 12 % 24, (row // _DAY + random.integers(7)) % 7
    first, second = random.uniform(0, 24, 2)
    daily = random.uniform(0.2, 1.0) * np.cos((hour - first) * np.pi / 12)
    daily += random.uniform(0, 0.4) * np.cos((hour - second) * np.pi / 6)
    drift = _wander(random, random.uniform(0.1, 0.35), _DAY * 3)
    noise = _wander(random, random.uniform(0.05, 0.35), random.uniform(4, 24))
    total: Volumes = daily - random.uniform(0, 0.8) * (day >= 5) + drift + noise
    return total


def _wander(random: np.random.Generator, deviation: float, rows: float) -> Volumes:
    keep = exp(-1 / rows)
    steps = random.normal(size=BUCKETS) * deviation * sqrt(1 - keep * keep)
    walk = np.zeros(BUCKETS)
    for n in range(1, BUCKETS):
        walk[n] = keep * walk[n - 1] + steps[n]
    return walk


def _schedule(random: np.random.Generator, rate: Volumes, level: float) -> None:
    """Add what comes at the same time on five days of the week."""
    at, times = int(random.integers(_DAY)), random.uniform(1, 5)
    for day in range(BUCKETS // _DAY):
        place = day * _DAY + at
        if day % 7 < 5 and place < BUCKETS - 12:
            fall = np.exp(-np.arange(12) / random.uniform(1, 5))
            rate[place : place + 12] += level * times * exp(random.normal() * 0.4) * fall


def _event(random: np.random.Generator, rate: Volumes, onset: int, level: float) -> None:
    base = max(float(rate[max(0, onset - _DAY) : onset].mean()), level)
    height = max(base * exp(random.uniform(log(2.5), log(40))), random.uniform(6, 25))
    kind = random.random()
    if kind < 0.12:  # a new level
        _burst(
            rate, onset, base * random.uniform(1, 2.5), random.uniform(288, 1500), int(random.integers(1, 20)), False
        )
    elif kind < 0.3:  # slowly
        tail = exp(random.uniform(log(12), log(150)))
        _burst(rate, onset, height, tail, int(random.integers(6, 40)), False)
    else:
        tail = exp(random.uniform(log(2), log(150)))
        _burst(rate, onset, height, tail, int(random.integers(1, 4)), random.random() < 0.5)


def _burst(rate: Volumes, start: int, height: float, tail: float, rise: int, heavy: bool) -> None:
    rows = np.arange(len(rate) - start)
    fall = (1 + rows / tail) ** -1.5 if heavy else np.exp(-rows / tail)
    if rise > 1:
        fall = np.concatenate([np.arange(1, rise + 1) / rise, fall])[: len(rows)]
    rate[start:] += height * fall
