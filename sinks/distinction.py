"""How much more frequent something is here than elsewhere: the z of its log-odds, drawn towards what is usual of both.

Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 16 (2008), with an informative prior: each term's share
of both sides together, weighing as much as half of the smaller side. So what is rare has to be seen some times before
it counts, and what is frequent everywhere never does.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

_PRIOR = 0.5


def distinction(here: Numbers, size: float, elsewhere: Numbers, other_size: float) -> Numbers:
    """Return, for each term, the z of the difference of its log-odds; above 0 it is more frequent here.

    `here` and `elsewhere` are how many of `size` and `other_size` texts have it.
    """
    weight = _PRIOR * min(size, other_size)
    prior: Numbers = weight * (here + elsewhere) / (size + other_size)
    one, other = here + prior, elsewhere + prior
    with np.errstate(divide="ignore", invalid="ignore"):  # what every text has, or none
        gap = np.log(one / (size + weight - one)) - np.log(other / (other_size + weight - other))
        z: Numbers = gap / np.sqrt(1 / one + 1 / other)
    return np.nan_to_num(z, nan=0.0, posinf=0.0, neginf=0.0)


def bursts(slices: Numbers, sizes: Numbers) -> tuple[Numbers, Numbers]:
    """Return, for each term, the greatest z of any stretch of time against the rest of the time, and how much more
    frequent it is there; `slices` has a row for each term and a column for each slice of time, `sizes` how many texts
    each slice has."""
    count = len(sizes)
    sums = np.concatenate([np.zeros((len(slices), 1)), np.cumsum(slices, axis=1)], axis=1)
    ends = np.concatenate([[0.0], np.cumsum(sizes)])
    best = np.zeros(len(slices))
    more = np.zeros(len(slices))
    for start in range(count):
        for end in range(start + 1, count + 1):
            if end - start == count:
                continue
            here, size = sums[:, end] - sums[:, start], float(ends[end] - ends[start])
            rest, other = sums[:, -1] - here, float(ends[-1] - size)
            z = distinction(here, size, rest, other)
            better = z > best
            best = np.where(better, z, best)
            more = np.where(better, ratio(here, size, rest, other), more)
    return best, more


def ratio(here: Any, size: float, elsewhere: Any, other_size: float) -> Numbers:
    """Return how many times as frequent terms are here; what was seen nowhere else counts as half a time there."""
    found: Numbers = ((here + 0.5) / (size + 1)) / ((elsewhere + 0.5) / (other_size + 1))
    return found
