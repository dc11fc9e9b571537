"""Rows to learn forecasts from: what a cascade showed at an age drawn by chance, and what came of it by a horizon."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from enrich.cascade import Cascade
from enrich.course import DAY_S, FEATURES, features, points
from tests.bench.cascade_population import Floats, Recorded, World

BEGAN_MS = 1_000_000_000_000
LATE = 5.0
"""What a recorded cascade counts for the upper end where one asks for more than a day, which few of its rows do."""

SMALL = World(smallest=1.5)
"""Of these most end early."""

_ASKED = FEATURES.index("asked")


@dataclass(slots=True)
class Rows:
    """Features, how many were seen and how many came in the end, and what each row weighs for the low quantiles, for
    the middle ones and for the high ones."""

    inputs: list[list[float]] = field(default_factory=list)
    counts: list[tuple[float, float]] = field(default_factory=list)
    weights: list[tuple[float, float, float]] = field(default_factory=list)

    def growth(self) -> Floats:
        """Return the log of growth of each row."""
        seen, final = np.array(self.counts).T
        grown: Floats = np.log((final - seen + 0.5) / np.maximum(seen, 0.5))
        return grown


def prefix(recorded: Recorded, age_s: float, offset_ms: int = 0) -> Cascade:
    """Return what the running system would hold of a cascade at an age."""
    cascade = Cascade()
    for at_s in recorded.seconds:
        if at_s <= age_s:
            cascade.add_deed("reposts", BEGAN_MS + offset_ms + int(at_s * 1000), None)
    return cascade


def rows(
    cascades: Sequence[Recorded],
    seed: int,
    *,
    each: int,
    usual_s: float,
    weight: float,
    small: bool = False,
    strange: bool = False,
) -> Rows:
    """Return rows at ages and horizons drawn by chance, most often at the horizon that people ask of such a source.

    The low quantiles are those of all cascades, the others those of cascades that reach 20. All of the `small` ones are
    held, and they count most for the low quantiles; of other simulated tweets only those that reach 20 are held, so
    that they say nothing of the low quantiles while fewer than 20 are seen. The `strange` say nothing of the middle.
    """
    dice, found = np.random.default_rng(seed), Rows()
    slow = usual_s == DAY_S and not strange
    for recorded in cascades:
        times, whole = np.array(recorded.seconds), recorded.by(7 * DAY_S)
        for _ in range(each):
            age_s, horizon_s = _question(dice, usual_s)
            seen, final = (int(np.searchsorted(times, at, "right")) for at in (age_s, horizon_s))
            if seen > 5_000 or (small and (seen >= 20 or (seen < 5 and dice.random() < 0.8))) or (strange and seen < 5):
                continue
            offset_ms = int(dice.integers(0, 900_000))
            began_ms = BEGAN_MS + offset_ms
            course = points(prefix(recorded, age_s, offset_ms), began_ms, began_ms + int(age_s * 1000))
            found.inputs.append(features(course, age_s, horizon_s))
            found.counts.append((seen, final))
            of_all = small or slow or strange or seen >= 20
            low, other = (0.1 * of_all, 0.1 * of_all) if seen < 5 else (float(of_all), float(whole >= 20))
            other /= 5 if small else 1
            found.weights.append((low, 0.0 if strange else other, other))
    scale = weight / sum(map(max, found.weights))
    found.weights = [(low * scale, middle * scale, high * scale) for low, middle, high in found.weights]
    return found


def asked_late(recorded: Rows) -> Rows:
    """Return the rows, of which those where one asks for more than a day count more for the high quantiles."""
    late = [LATE if found[_ASKED] < 0.5 else 1.0 for found in recorded.inputs]
    weights = [(low, middle, high * more) for (low, middle, high), more in zip(recorded.weights, late, strict=True)]
    return Rows(recorded.inputs, recorded.counts, weights)


def _question(dice: np.random.Generator, usual_s: float) -> tuple[float, float]:
    which = dice.random()
    common = 600.0 if which < 0.2 else 3600.0
    age_s = common if which < 0.4 else float(np.exp(dice.uniform(np.log(30), np.log(4 * DAY_S))))
    which = dice.random()
    seldom = DAY_S if usual_s > DAY_S else 7 * DAY_S
    any_s = float(age_s * np.exp(dice.exponential(1.5)))
    return age_s, max(usual_s if which < 0.75 else seldom if which < 0.85 else any_s, age_s * 1.02)


def joined(parts: Sequence[Rows]) -> Rows:
    """Return all rows as one."""
    whole = Rows()
    for part in parts:
        whole.inputs += part.inputs
        whole.counts += part.counts
        whole.weights += part.weights
    return whole
