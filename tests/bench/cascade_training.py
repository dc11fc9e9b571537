"""Makes the numbers of `enrich/forecast.json`: `python -m tests.bench.cascade_training` (some minutes).

Three models: `weibo` from recorded Weibo cascades, `x` from simulated ones, `default` from both, with and without
followers, so that it must tell by the course which world it is in. Each is a few networks with one hidden layer, fitted
to nine quantiles of the log of growth at once (pinball loss), of which three are kept. What is added to the deciles
comes from cascades that the networks were not fitted to (four folds, by the time of the post).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from enrich import forecast as forecasts
from enrich.cascade import Cascade
from enrich.course import FEATURES, RISING, features, points
from tests.bench.cascade_population import DAY_S, SHARED, Floats, Recorded, World, simulated, weibo, with_followers

QUANTILES = np.array([0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95])
KEPT = (1, 4, 7)
HIDDEN, EPOCHS, NETWORKS, FOLDS = 16, 30, 3, 4
BEGAN_MS = 1_000_000_000_000


@dataclass(slots=True)
class Rows:
    """Features, how many were seen and how many came in the end, and what each row weighs."""

    inputs: list[list[float]] = field(default_factory=list)
    counts: list[tuple[float, float]] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def growth(self) -> Floats:
        """Return the log of growth of each row."""
        seen, final = np.array(self.counts).T
        grown: Floats = np.log((final - seen + 0.5) / np.maximum(seen, 0.5))
        return grown


def prefix(recorded: Recorded, age_s: float, offset_ms: int = 0, followers: bool = False) -> Cascade:
    """Return what the running system would hold of a cascade at an age."""
    cascade = Cascade()
    for place, at_s in enumerate(recorded.seconds):
        if at_s <= age_s:
            known = recorded.followers[place] if followers and recorded.followers else None
            cascade.add_deed("reposts", BEGAN_MS + offset_ms + int(at_s * 1000), known)
    return cascade


def rows(cascades: Sequence[Recorded], seed: int, *, each: int, slow: bool, known: bool, weight: float) -> Rows:
    """Return rows at ages and horizons drawn by chance; those with fewer than five seen weigh less.

    A `slow` source is asked for a day more often, the others for a week: as people ask.
    """
    dice, found = np.random.default_rng(seed), Rows()
    for recorded in cascades:
        times = np.array(recorded.seconds)
        for _ in range(each):
            age_s, horizon_s = _question(dice, slow)
            seen, final = (int(np.searchsorted(times, at, "right")) for at in (age_s, horizon_s))
            if seen > 5_000 or (seen >= 5 and recorded.by(7 * DAY_S) < 20):
                continue
            offset_ms = int(dice.integers(0, 900_000))
            began_ms = BEGAN_MS + offset_ms
            course = points(prefix(recorded, age_s, offset_ms), began_ms, began_ms + int(age_s * 1000))
            found.inputs.append(features(course, age_s, horizon_s, known))
            found.counts.append((seen, final))
            found.weights.append(0.1 if seen < 5 else 1.0)
    scale = weight / sum(found.weights)
    found.weights = [each_weight * scale for each_weight in found.weights]
    return found


def joined(parts: Sequence[Rows]) -> Rows:
    """Return all rows as one."""
    whole = Rows()
    for part in parts:
        whole.inputs += part.inputs
        whole.counts += part.counts
        whole.weights += part.weights
    return whole


def _question(dice: np.random.Generator, slow: bool) -> tuple[float, float]:
    which = dice.random()
    usual = 600.0 if which < 0.15 else 3600.0
    age_s = usual if which < 0.3 else float(np.exp(dice.uniform(np.log(30), np.log(4 * DAY_S))))
    which, week = dice.random(), 0.2 if slow else 0.6
    other = age_s * np.exp(dice.exponential(1.5))
    horizon_s = 7 * DAY_S if which < week else DAY_S if which < 0.8 else float(other)
    return age_s, max(horizon_s, age_s * 1.02)


def fitted(data: Rows, seed: int) -> forecasts.Model:
    """Return the model fitted to the rows, with nothing added to its deciles."""
    inputs, wanted, weights = np.array(data.inputs), data.growth(), np.array(data.weights)
    means, deviations = inputs.mean(0), inputs.std(0) + 1e-3
    inputs = np.clip((inputs - means) / deviations, -4, 4)
    networks = [_network(inputs, wanted, weights / weights.mean(), seed + number) for number in range(NETWORKS)]
    return forecasts.Model(_plain(means), _plain(deviations), networks, [0.0] * 3)


def _network(inputs: Floats, wanted: Floats, weights: Floats, seed: int) -> forecasts.Network:
    """Fit one network by Adam, batch by batch; the rising features keep weights of one sign."""
    dice, width, wide = np.random.default_rng(seed), inputs.shape[1], len(QUANTILES)
    inner, outer = dice.normal(0, width**-0.5, (width, HIDDEN)), dice.normal(0, 0.1, (HIDDEN, wide))
    parts = [inner, np.zeros(HIDDEN), outer, np.quantile(wanted, QUANTILES), np.zeros((width, wide))]
    slopes, squares = [np.zeros_like(part) for part in parts], [np.zeros_like(part) for part in parts]
    rising, batch, step = list(RISING), 512, 0
    steps = EPOCHS * (len(wanted) // batch)
    for _ in range(EPOCHS):
        order = dice.permutation(len(wanted))
        for start in range(0, len(wanted) - batch + 1, batch):
            chosen, step = order[start : start + batch], step + 1
            given = inputs[chosen]
            hidden = np.tanh(given @ parts[0] + parts[1])
            missed = wanted[chosen, None] - (hidden @ parts[2] + parts[3] + given @ parts[4])
            slope = -(QUANTILES - 0.5 + 0.5 * np.clip(missed / 0.15, -1, 1)) * weights[chosen, None] / batch
            behind = (slope @ parts[2].T) * (1 - hidden * hidden)
            new = [given.T @ behind + 1e-3 * parts[0], behind.sum(0), hidden.T @ slope + 1e-3 * parts[2], slope.sum(0)]
            rate = 5e-3 * (0.505 + 0.5 * np.cos(np.pi * step / steps))
            for place, change in enumerate([*new, given.T @ slope]):
                slopes[place] = 0.9 * slopes[place] + 0.1 * change
                squares[place] = 0.99 * squares[place] + 0.01 * change**2
                mean, square = slopes[place] / (1 - 0.9**step), squares[place] / (1 - 0.99**step)
                parts[place] -= rate * mean / (np.sqrt(square) + 1e-8)
            # Half of the hidden units see the horizon, and only with weights that let the forecast rise with it.
            parts[0][rising, : HIDDEN // 2] = np.maximum(parts[0][rising, : HIDDEN // 2], 0)
            parts[0][rising, HIDDEN // 2 :] = 0
            parts[2][: HIDDEN // 2] = np.maximum(parts[2][: HIDDEN // 2], 0)
            parts[4][rising] = np.maximum(parts[4][rising], 0)
    into = np.vstack([parts[0], parts[1]]).T
    out = np.vstack([parts[2], parts[4], parts[3]]).T[list(KEPT)]
    return forecasts.Network([_plain(row) for row in into], [_plain(row) for row in out])


def calibrated(model: forecasts.Model, out_of_fold: Sequence[tuple[forecasts.Model, Rows]]) -> forecasts.Model:
    """Return the model with what its deciles lack, as the same fit without some cascades shows on those."""
    lacking, weights = [], []
    for other, data in out_of_fold:
        for found, (seen, final), weight in zip(data.inputs, data.counts, data.weights, strict=True):
            if seen >= 5 and final >= 20 and 5 < found[1] < 10.8:  # two and a half minutes to half a day
                low, _, high = other.deciles(found)
                # The ends are rounded outwards to whole numbers: what is within one of an end is inside.
                above, below = ((max(final + more - seen, 0) + 0.5) / seen for more in (1, -1))
                lacking.append((np.log(above) - low, np.log(below) - high))
                weights.append(weight)
    shared_out = np.array(weights)
    low, high = (_quantile(np.array(lacking)[:, place], shared_out, share) for place, share in ((0, 0.1), (1, 0.9)))
    added = [low, 0.0, high]
    return forecasts.Model(model.means, model.deviations, model.networks, _plain(np.array(added)))


def _quantile(values: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(values, kind="stable")
    summed = np.cumsum(weights[order])
    return float(values[order[min(int(np.searchsorted(summed, share * summed[-1])), len(order) - 1)]])


def parts_of(recorded: Sequence[Recorded], tweets: Sequence[Recorded], seed: int) -> dict[str, list[Rows]]:
    """Return the rows that each model learns from."""
    small = simulated(len(tweets) // 2, seed + 7, World(smallest=1.5), fewest=0)
    slow = rows(recorded, seed, each=40, slow=True, known=False, weight=1.0)
    told = rows(with_followers(list(recorded), seed), seed + 1, each=10, slow=True, known=True, weight=0.08)
    fast = rows(tweets, seed + 2, each=8, slow=False, known=False, weight=0.6)
    fast_told = rows(tweets, seed + 3, each=8, slow=False, known=True, weight=1.0)
    begun = [rows(small, seed + 4 + known, each=4, slow=False, known=bool(known), weight=0.15) for known in (0, 1)]
    begun = [_only_begun(part) for part in begun]
    return {"default": [slow, told, fast, fast_told, *begun], "weibo": [slow, told], "x": [fast, fast_told, *begun]}


def _only_begun(part: Rows) -> Rows:
    kept = [place for place, (seen, _) in enumerate(part.counts) if seen < 5]
    return Rows(
        [part.inputs[place] for place in kept],
        [part.counts[place] for place in kept],
        [part.weights[place] for place in kept],
    )


def trained(recorded: Sequence[Recorded], tweets: Sequence[Recorded], seed: int = 1) -> dict[str, forecasts.Model]:
    """Return the three models, learned from the cascades given and from nothing else."""
    folds = [
        (recorded[k * len(recorded) // FOLDS : (k + 1) * len(recorded) // FOLDS], tweets[k::FOLDS])
        for k in range(FOLDS)
    ]
    parts = [parts_of(slow, fast, seed + 100 * number) for number, (slow, fast) in enumerate(folds)]
    found = {}
    for name in parts[0]:
        held = [joined(part[name]) for part in parts]
        others = [fitted(joined([part for part in held if part is not out]), seed) for out in held]
        found[name] = calibrated(fitted(joined(held), seed), list(zip(others, held, strict=True)))
    return found


def written(models: dict[str, forecasts.Model]) -> str:
    """Return the models as `forecast.json`."""
    document = {
        name: {
            "features": list(FEATURES),
            "means": model.means,
            "deviations": model.deviations,
            "added": model.added,
            "networks": [{"inner": network.inner, "outer": network.outer} for network in model.networks],
        }
        for name, model in models.items()
    }
    return json.dumps(document, separators=(",", ":")).replace('"networks"', '\n"networks"') + "\n"


def _plain(row: Floats) -> list[float]:
    return [float(f"{value:.5g}") for value in row]


if __name__ == "__main__":
    table = written(trained(weibo(SHARED), simulated(2400, 11)))
    Path(forecasts.__file__).with_suffix(".json").write_text(table, encoding="utf-8")
