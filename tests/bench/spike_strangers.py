"""Invented series of another character than those that parameters were chosen on: were they learnt by heart?

Seasons are office hours, two rushes a day, weekends, a plain wave or none; a series grows, shrinks or sways, and falls
silent for hours; it scatters as counts do, far more, in long waves, or with a heavy tail. Events are new levels, slow
build-ups, a few loud buckets, plateaus, bursts that fade and bursts that pulse. Silences are no events.
"""

from math import exp, log

import numpy as np

from tests.bench.spike_series import BUCKETS, Series, Volumes, onsets_apart

_DAY = 288
_FIRST_SEED = 90_000


def stranger(seed: int) -> Series:
    """Return the series of a seed."""
    random = np.random.default_rng(_FIRST_SEED + seed)
    level = exp(random.uniform(log(0.3), log(1_500)))
    everyday = level * _season(random) * _drift(random)
    if random.random() < 0.3:
        for _ in range(random.integers(1, 6)):
            start = random.integers(BUCKETS - 300)
            everyday[start : start + random.integers(6, 290)] = 0
    rate = everyday.copy()
    for _ in range(random.poisson(random.choice([0, 3, 12]))):  # no events: not twice as much
        start = random.integers(BUCKETS - 30)
        part = slice(start, start + random.integers(1, 12))
        rate[part] += everyday[part] * random.uniform(0.5, 1.5)
    onsets, width = onsets_apart(random)
    windows = []
    for onset in onsets:
        usual = max(float(np.quantile(everyday[max(0, onset - 2 * _DAY) : onset + _DAY], 0.9)), 0.5 * level, 1.0)
        course, peak = _event(random, BUCKETS - onset)
        rate[onset:] += usual * course
        first = onset + peak - width // 2
        windows.append((first, min(BUCKETS, first + width)))
    return Series(_scattered(random, rate), windows)


def _season(random: np.random.Generator) -> Volumes:
    row = np.arange(BUCKETS)
    hour, day = (row / 12 + random.uniform(0, 24)) % 24, (row // _DAY + random.integers(7)) % 7
    wave = np.sin(hour * np.pi / 12)
    kinds = (
        np.ones(BUCKETS),
        np.where((hour < 10) & (day < 5), 1.0, random.uniform(0.02, 0.2)),
        np.exp(-(((hour - 8) / 1.5) ** 2)) + 0.8 * np.exp(-(((hour - 18) / 2.5) ** 2)) + 0.1,
        np.where(day >= 5, random.uniform(2, 4), 1.0) * (1.2 + wave),
        1 + 0.9 * wave,
    )
    season = kinds[random.integers(len(kinds))]
    return np.asarray(season / season.mean())


def _drift(random: np.random.Generator) -> Volumes:
    share, kind = np.arange(BUCKETS) / BUCKETS, random.integers(4)
    if kind == 1:
        return np.asarray(np.exp(share * random.uniform(-0.8, 0.8)))
    if kind == 2:
        return np.asarray(1 + random.uniform(0, 0.5) * np.sin(share * 2 * np.pi * random.uniform(1, 4)))
    return np.ones(BUCKETS)


def _event(random: np.random.Generator, rows: int) -> tuple[Volumes, int]:
    """Return an event in parts of what is usual, and the row of its peak."""
    kind, times, row = random.integers(6), exp(random.uniform(log(1.5), log(12))), np.arange(rows)
    if kind == 0:
        return np.full(rows, min(times, 3.0)), 0
    if kind == 1:
        rise = min(rows - 1, int(random.integers(36, 144)))
        course = np.where(row < rise, (row / rise) ** 1.5, np.exp(-(row - rise) / 24))
        return np.asarray(times * course), rise
    if kind in (2, 3):
        lasts = random.integers(1, 4) if kind == 2 else random.integers(12, 72)
        return np.asarray(np.where(row < lasts, times * (2.5 if kind == 2 else 1.0), 0.0)), 0
    fall = np.exp(-row / (random.uniform(4, 60) if kind == 4 else 72))
    return np.asarray(times * fall * (1.0 if kind == 4 else 0.6 + 0.4 * np.sin(row / 3))), 0


def _scattered(random: np.random.Generator, rate: Volumes) -> Volumes:
    kind = random.integers(4)
    if kind == 3:
        return np.round(rate * np.exp(random.standard_t(4, BUCKETS) * random.uniform(0.05, 0.25)))
    if kind == 1:
        shape = exp(random.uniform(log(0.7), log(6)))
        rate = rate * random.gamma(shape, 1 / shape, BUCKETS)
    elif kind == 2:
        keep, steps = exp(-1 / random.uniform(6, 80)), random.normal(size=BUCKETS) * random.uniform(0.1, 0.4)
        walk = np.zeros(BUCKETS)
        for n in range(1, BUCKETS):
            walk[n] = keep * walk[n - 1] + steps[n] * (1 - keep * keep) ** 0.5
        rate = rate * np.exp(walk)
    return random.poisson(rate).astype(np.float64)
