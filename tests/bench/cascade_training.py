"""Makes the numbers of `enrich/forecast.json`: `python -m tests.bench.cascade_training` (a minute or two).

Three models: `weibo` from recorded Weibo cascades, `x` from simulated ones, `default` from both, which must tell by the
course and by what it is asked which world it is in. Each is a few networks with one hidden layer, fitted to nine
quantiles of the log of growth at once (pinball loss), of which three are kept. What is added to the deciles comes from
cascades that the networks were not fitted to (four folds, by the time of the post).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from enrich import forecast as forecasts
from enrich.cascade import Cascade
from enrich.course import DAY_S, FEATURES, RISING, features, points
from tests.bench.cascade_population import LEARNED, SHARED, Floats, Recorded, World, simulated, weibo

QUANTILES = np.array([0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95])
KEPT = (1, 4, 7)
HIDDEN, EPOCHS, NETWORKS, FOLDS = 20, 30, 2, 4
BEGAN_MS = 1_000_000_000_000
ENDS = (0.07, 0.88)
"""What may lie below the lower end, and below the upper one. Old cascades miss the lower end more seldom than that says
(many end as they are), young ones more often: a tenth."""

SELDOM = 0.1
"""What a tweet counts for the ends where one asks for a day: who asks so seldom has tweets."""

SMALL = World(smallest=1.5)
"""Of these most end early."""

_AGE, _ASKED = FEATURES.index("age"), FEATURES.index("asked")
_LOW = QUANTILES < 0.3

Parts = dict[str, list["Rows"]]


@dataclass(slots=True)
class Rows:
    """Features, how many were seen and how many came in the end, what each row weighs for the low quantiles and for the
    others, and how much of that where the ends of the interval are set."""

    inputs: list[list[float]] = field(default_factory=list)
    counts: list[tuple[float, float]] = field(default_factory=list)
    weights: list[tuple[float, float]] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)

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


def rows(cascades: Sequence[Recorded], seed: int, *, each: int, usual_s: float, weight: float, small: bool) -> Rows:
    """Return rows at ages and horizons drawn by chance, most often at the horizon that people ask of such a source.

    The low quantiles are those of all cascades, the others those of cascades that reach 20. All of the `small` ones are
    held, and they count most for the low quantiles; of other simulated ones only those that reach 20 are held, so that
    they say nothing of the low quantiles while fewer than 20 are seen.
    """
    dice, found = np.random.default_rng(seed), Rows()
    for recorded in cascades:
        times, whole = np.array(recorded.seconds), recorded.by(7 * DAY_S)
        for _ in range(each):
            age_s, horizon_s = _question(dice, usual_s)
            seen, final = (int(np.searchsorted(times, at, "right")) for at in (age_s, horizon_s))
            if seen > 5_000 or (small and (seen >= 20 or (seen < 5 and dice.random() < 0.8))):
                continue
            offset_ms = int(dice.integers(0, 900_000))
            began_ms = BEGAN_MS + offset_ms
            course = points(prefix(recorded, age_s, offset_ms), began_ms, began_ms + int(age_s * 1000))
            found.inputs.append(features(course, age_s, horizon_s))
            found.counts.append((seen, final))
            found.parts.append(SELDOM if usual_s > DAY_S and found.inputs[-1][_ASKED] > 0.5 else 1.0)
            of_all = small or usual_s == DAY_S or seen >= 20
            low, other = (0.1 * of_all, 0.1 * of_all) if seen < 5 else (float(of_all), float(whole >= 20))
            found.weights.append((low, other / 5 if small else other))
    scale = weight / sum(max(pair) for pair in found.weights)
    found.weights = [(low * scale, other * scale) for low, other in found.weights]
    return found


def joined(parts: Sequence[Rows]) -> Rows:
    """Return all rows as one."""
    whole = Rows()
    for part in parts:
        whole.inputs += part.inputs
        whole.counts += part.counts
        whole.weights += part.weights
        whole.parts += part.parts
    return whole


def _question(dice: np.random.Generator, usual_s: float) -> tuple[float, float]:
    which = dice.random()
    common = 600.0 if which < 0.2 else 3600.0
    age_s = common if which < 0.4 else float(np.exp(dice.uniform(np.log(30), np.log(4 * DAY_S))))
    which = dice.random()
    seldom = DAY_S if usual_s > DAY_S else 7 * DAY_S
    any_s = float(age_s * np.exp(dice.exponential(1.5)))
    return age_s, max(usual_s if which < 0.75 else seldom if which < 0.85 else any_s, age_s * 1.02)


def fitted(data: Rows, seed: int, width: int) -> forecasts.Model:
    """Return the model that reads so many features, fitted to the rows, with nothing added to its deciles."""
    inputs, wanted, weights = np.array(data.inputs)[:, :width], data.growth(), np.array(data.weights)
    means, deviations = inputs.mean(0), inputs.std(0) + 1e-3
    inputs = np.clip((inputs - means) / deviations, -4, 4)
    networks = [_network(inputs, wanted, weights / weights.mean(), seed + number) for number in range(NETWORKS)]
    return forecasts.Model(_plain(means), _plain(deviations), networks, [[0.0] * (width + 1)] * len(KEPT))


def _network(inputs: Floats, wanted: Floats, weights: Floats, seed: int) -> forecasts.Network:
    """Fit one network by Adam, batch by batch; the rising features keep weights of one sign."""
    dice, width, wide = np.random.default_rng(seed), inputs.shape[1], len(QUANTILES)
    inner, outer = dice.normal(0, width**-0.5, (width, HIDDEN)), dice.normal(0, 0.1, (HIDDEN, wide))
    parts = [inner, np.zeros(HIDDEN), outer, np.quantile(wanted, QUANTILES), np.zeros((width, wide))]
    slopes, squares = [np.zeros_like(part) for part in parts], [np.zeros_like(part) for part in parts]
    rising, batch, step = list(RISING), 512, 0
    steps = EPOCHS * (len(wanted) // batch)
    weights = np.where(_LOW, weights[:, :1], weights[:, 1:])
    for _ in range(EPOCHS):
        order = dice.permutation(len(wanted))
        for start in range(0, len(wanted) - batch + 1, batch):
            chosen, step = order[start : start + batch], step + 1
            given = inputs[chosen]
            hidden = np.tanh(given @ parts[0] + parts[1])
            missed = wanted[chosen, None] - (hidden @ parts[2] + parts[3] + given @ parts[4])
            slope = -(QUANTILES - 0.5 + 0.5 * np.clip(missed / 0.15, -1, 1)) * weights[chosen] / batch
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
    """Return the model with what its deciles lack, as the same fit without some cascades shows on those.

    What they lack is a line over the features that do not rise with the horizon.
    """
    inputs, lacking, weights = [], [], []
    for other, data in out_of_fold:
        for found, (seen, final), pair, part in zip(data.inputs, data.counts, data.weights, data.parts, strict=True):
            if seen >= 5 and 5 < found[_AGE] < 10.8:  # two and a half minutes to half a day
                low, _, high = other.deciles(found)
                # The ends are rounded outwards to whole numbers: what is within one of an end is inside.
                above, below = ((max(final + more - seen, 0) + 0.5) / seen for more in (1, -1))
                inputs.append(found[: len(model.means)])
                lacking.append((np.log(above) - low, np.log(below) - high))
                weights.append([part * weight for weight in pair])
    given = (np.array(inputs) - model.means) / model.deviations
    places = [place for place in range(given.shape[1]) if place not in RISING]
    added = np.zeros((len(KEPT), given.shape[1] + 1))
    for row, end, share in ((0, 0, ENDS[0]), (2, 1, ENDS[1])):
        line = _quantile_line(given[:, places], np.array(lacking)[:, end], np.array(weights)[:, end], share)
        added[row, [*places, -1]] = line
    return forecasts.Model(model.means, model.deviations, model.networks, [_plain(row) for row in added])


def _quantile_line(inputs: Floats, wanted: Floats, weights: Floats, share: float) -> Floats:
    """Return the line (its offset last) below which so much of the weight lies, by reweighted least squares."""
    given = np.column_stack([inputs, np.ones(len(inputs))])
    line = np.zeros(given.shape[1])
    for _ in range(100):
        missed = wanted - given @ line
        pull = weights * np.where(missed > 0, share, 1 - share) / np.maximum(np.abs(missed), 0.01)
        line = np.linalg.solve(given.T * pull @ given, given.T @ (pull * wanted))
    return line


def parts_of(recorded: Sequence[Recorded], tweets: Sequence[Recorded], small: Sequence[Recorded], seed: int) -> Parts:
    """Return the rows that each model learns from."""
    slow = rows(recorded, seed, each=60, usual_s=DAY_S, weight=1.0, small=False)
    fast = rows(tweets, seed + 1, each=10, usual_s=7 * DAY_S, weight=1.6, small=False)
    begun = rows(small, seed + 2, each=10, usual_s=7 * DAY_S, weight=5.0, small=True)
    return {"default": [slow, fast, begun], "weibo": [slow], "x": [fast, begun]}


def trained(recorded: Sequence[Recorded], tweets: Sequence[Recorded], seed: int = 1) -> dict[str, forecasts.Model]:
    """Return the three models, learned from the cascades given, from small ones and from nothing else."""
    small = simulated(8000, seed + 7, SMALL, fewest=1)
    parts = [parts_of(_fold(recorded, k), _fold(tweets, k), _fold(small, k), seed + 100 * k) for k in range(FOLDS)]
    found = {}
    for name in parts[0]:
        width = len(FEATURES) if name == forecasts.USUAL else _ASKED
        held = [joined(part[name]) for part in parts]
        others = [fitted(joined([part for part in held if part is not out]), seed, width) for out in held]
        found[name] = calibrated(fitted(joined(held), seed, width), list(zip(others, held, strict=True)))
    return found


def _fold(cascades: Sequence[Recorded], fold: int) -> Sequence[Recorded]:
    return cascades[fold * len(cascades) // FOLDS : (fold + 1) * len(cascades) // FOLDS]


def tweets_of(seed: int, each: int = 450) -> list[Recorded]:
    """Return simulated tweets of all the worlds that are learned from, one after the other."""
    worlds = [simulated(each, seed + place, world) for place, world in enumerate(LEARNED)]
    return [cascade for together in zip(*worlds, strict=True) for cascade in together]


def written(models: dict[str, forecasts.Model]) -> str:
    """Return the models as `forecast.json`."""
    document = {
        name: {
            "features": list(FEATURES[: len(model.means)]),
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
    table = written(trained(weibo(SHARED), tweets_of(11)))
    Path(forecasts.__file__).with_suffix(".json").write_text(table, encoding="utf-8")
