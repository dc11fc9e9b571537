"""How good scores are: what a threshold finds and what its false rows cost.

The principle of Lavin and Ahmad ("Evaluating Real-time Anomaly Detection Algorithms", ICMLA 2015): inside a labelled
window only the first row that fires counts, from 1 at its left end to 0 at its right, on the scaled sigmoid
2 / (1 + e^(5 y)) - 1; each row outside costs, less so right behind a window; a window that is missed costs 1; the first
15 % is not scored. One threshold for all series, the best one. 0 is silence, 100 is perfect.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import exp

import numpy as np

from tests.bench.spike_series import UNSCORED, Series, Volumes

STANDARD, LOW_FALSE = 0.11, 0.22
"""What a false row costs in the two profiles."""

_WEEK = 2_016
_LEFT = 2 / (1 + exp(-5)) - 1


def _sigmoid(y: float) -> float:
    return -1.0 if y > 3 else 2 / (1 + exp(5 * y)) - 1


def best(series: Sequence[Series], scores: Sequence[Volumes], cost: float) -> tuple[float, float]:
    """Return the best result that one threshold gives, 0..100, and that threshold."""
    worth: list[tuple[float, float]] = []  # a score, and what it changes to bring the threshold down to it
    windows = 0
    for one, found in zip(series, scores, strict=True):
        windows += len(one.windows)
        worth += _false_rows(one, found, cost) + _hits(one, found)
    worth.sort(reverse=True)
    total, most, at = 0.0, 0.0, float("inf")
    for (score, change), after in pairwise([*worth, (-1.0, 0.0)]):
        total += change
        if after[0] < score and total > most:
            most, at = total, score
    return 100 * most / (2 * windows), at


def _false_rows(one: Series, found: Volumes, cost: float) -> list[tuple[float, float]]:
    rows, first = len(one.volumes), int(UNSCORED * len(one.volumes))
    changes, ends = [], [(0, 0), *one.windows]
    for (start, end), (following, _) in pairwise([*ends, (rows, rows)]):
        for row in range(max(end, first), following):
            change = -cost if end == 0 else cost * _sigmoid((row - end + 1) / max(1, end - start - 1))
            changes.append((float(found[row]), change))
    return changes


def _hits(one: Series, found: Volumes) -> list[tuple[float, float]]:
    first, changes = int(UNSCORED * len(one.volumes)), []
    for start, end in one.windows:
        top, records = -1.0, []
        for row in range(max(start, first), end):
            if found[row] > top:
                top = float(found[row])
                records.append((top, _sigmoid((row - end) / (end - start)) / _LEFT))
        before = -1.0  # missed
        for score, value in reversed(records):
            changes.append((score, value - before))
            before = value
    return changes


def windows_hit(series: Sequence[Series], scores: Sequence[Volumes], threshold: float) -> tuple[float, float]:
    """Return the share of windows in which a row fires, and the rows that fire outside, per series and week."""
    hit, false, weeks, windows = 0, 0, 0.0, 0
    for one, found in zip(series, scores, strict=True):
        first = int(UNSCORED * len(found))
        fires = found >= threshold
        inside = np.zeros(len(found), dtype=bool)
        for start, end in one.windows:
            inside[start:end] = True
            hit += bool(fires[max(start, first) : end].any())
        false += int((fires & ~inside)[first:].sum())
        weeks += (len(found) - first) / _WEEK
        windows += len(one.windows)
    return hit / windows, false / weeks
