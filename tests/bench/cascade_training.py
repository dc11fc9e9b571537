"""Makes the numbers of `enrich/forecast.json`: `python -m tests.bench.cascade_training` (a minute or two).

Three models: `weibo` from recorded Weibo cascades, `x` from simulated ones, `default` from both, which must tell by the
course and by what it is asked which world it is in. Each is a few networks with one hidden layer, fitted to nine
quantiles of the log of growth at once (pinball loss), of which three are kept. What is added to the deciles comes from
cascades that the networks were not fitted to (four folds, by the time of the post).

Who asks the usual model may have cascades of any kind. So its ends come from a fit of their own, to strangers too
(`tests.bench.cascade_strangers`): where what is seen fits several worlds, the interval reaches over all of them. The
middle, which can be right for one of them only, is that of the worlds that people mostly ask for.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from enrich import forecast as forecasts
from enrich.course import DAY_S, FEATURES, RISING
from tests.bench.cascade_population import LEARNED, SHARED, Floats, Recorded, simulated, weibo
from tests.bench.cascade_rows import SMALL, Rows, asked_late, joined, rows
from tests.bench.cascade_strangers import KNOWN, strangers

QUANTILES = np.array([0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95])
KEPT = (1, 4, 7)
HIDDEN, EPOCHS, NETWORKS, FOLDS = 20, 30, 2, 4
STRANGERS, STRANGE = 400, 2.0
"""How many strangers of a kind, and what all of them weigh: about as much as recorded cascades or tweets."""

ENDS = (0.1, 0.9)
"""What may lie below the lower end, and below the upper one."""

_AGE, _ASKED = FEATURES.index("age"), FEATURES.index("asked")
_ROLES = np.digitize(QUANTILES, (0.3, 0.7))  # low, middle, high

Parts = dict[str, list["Rows"]]


def fitted(data: Rows, seed: int, width: int, like: forecasts.Model | None = None) -> forecasts.Model:
    """Return the model that reads so many features, fitted to the rows, with nothing added to its deciles.

    Its features are normalised by the rows, or `like` those of another.
    """
    inputs, wanted, weights = np.array(data.inputs)[:, :width], data.growth(), np.array(data.weights)
    means, deviations = (
        (inputs.mean(0), inputs.std(0) + 1e-3) if like is None else map(np.array, (like.means, like.deviations))
    )
    inputs = np.clip((inputs - means) / deviations, -4, 4)
    networks = [_network(inputs, wanted, weights / weights.mean(), seed + number) for number in range(NETWORKS)]
    return forecasts.Model(_plain(means), _plain(deviations), networks, [[0.0] * (width + 1)] * len(KEPT))


def paired(middle: forecasts.Model, ends: forecasts.Model) -> forecasts.Model:
    """Return a model with the middle of one and the ends of the other, which read the same features alike."""
    networks = [
        forecasts.Network(
            [*one.inner, *other.inner],
            [
                [*row[:HIDDEN], *[0.0] * HIDDEN, *row[HIDDEN:]] if row is one.outer[1] else [*[0.0] * HIDDEN, *row]
                for row in (other.outer[0], one.outer[1], other.outer[2])
            ],
        )
        for one, other in zip(middle.networks, ends.networks, strict=True)
    ]
    return forecasts.Model(ends.means, ends.deviations, networks, ends.added)


def _network(inputs: Floats, wanted: Floats, weights: Floats, seed: int) -> forecasts.Network:
    """Fit one network by Adam, batch by batch; the rising features keep weights of one sign."""
    dice, width, wide = np.random.default_rng(seed), inputs.shape[1], len(QUANTILES)
    inner, outer = dice.normal(0, width**-0.5, (width, HIDDEN)), dice.normal(0, 0.1, (HIDDEN, wide))
    parts = [inner, np.zeros(HIDDEN), outer, np.quantile(wanted, QUANTILES), np.zeros((width, wide))]
    slopes, squares = [np.zeros_like(part) for part in parts], [np.zeros_like(part) for part in parts]
    rising, batch, step = list(RISING), 512, 0
    steps = EPOCHS * (len(wanted) // batch)
    weights = weights[:, _ROLES]
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
        for found, (seen, final), weighed in zip(data.inputs, data.counts, data.weights, strict=True):
            if seen >= 5 and 5 < found[_AGE] < 10.8:  # two and a half minutes to half a day
                low, _, high = other.deciles(found)
                # The ends are rounded outwards to whole numbers: what is within one of an end is inside.
                above, below = ((max(final + more - seen, 0) + 0.5) / seen for more in (1, -1))
                inputs.append(found[: len(model.means)])
                lacking.append((np.log(above) - low, np.log(below) - high))
                weights.append(weighed)
    given = (np.array(inputs) - model.means) / model.deviations
    places = [place for place in range(given.shape[1]) if place not in RISING]
    added = np.zeros((len(KEPT), given.shape[1] + 1))
    for row, end, share in ((0, 0, ENDS[0]), (2, 1, ENDS[1])):
        line = _quantile_line(given[:, places], np.array(lacking)[:, end], np.array(weights)[:, row], share)
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
    """Return the rows that each model learns from; those of strangers are apart."""
    slow = rows(recorded, seed, each=60, usual_s=DAY_S, weight=1.0)
    fast = rows(tweets, seed + 1, each=10, usual_s=7 * DAY_S, weight=1.6)
    begun = rows(small, seed + 2, each=10, usual_s=7 * DAY_S, weight=5.0, small=True)
    return {"default": [slow, fast, begun], "weibo": [slow], "x": [fast, begun]}


def strange_rows(kinds: Sequence[str], seed: int) -> list[Rows]:
    """Return the rows of each fold of some kinds of strangers, who ask for a day as often as for a week."""
    cascades = [strangers(kind, STRANGERS, seed, fewest=5) for kind in kinds]
    return [
        joined(
            [
                rows(
                    _fold(each, k),
                    seed + k,
                    each=5,
                    usual_s=days * DAY_S,
                    weight=STRANGE / len(kinds) / 2,
                    strange=True,
                )
                for each in cascades
                for days in (1, 7)
            ]
        )
        for k in range(FOLDS)
    ]


def trained(
    recorded: Sequence[Recorded], tweets: Sequence[Recorded], kinds: Sequence[str] = KNOWN, seed: int = 1
) -> dict[str, forecasts.Model]:
    """Return the three models, learned from the cascades given, small ones, and some kinds of strangers alone."""
    small = simulated(8000, seed + 7, SMALL, fewest=1)
    parts = [parts_of(_fold(recorded, k), _fold(tweets, k), _fold(small, k), seed + 100 * k) for k in range(FOLDS)]
    strange, found = strange_rows(kinds, seed), {}
    for name in parts[0]:
        usual = name == forecasts.USUAL
        width = len(FEATURES) if usual else _ASKED
        held = [joined(part[name]) for part in parts]
        middle = fitted(joined(held), seed, width)
        if usual:
            held = [
                joined([asked_late(slow), *fast, other])
                for (slow, *fast), other in zip((part[name] for part in parts), strange, strict=True)
            ]
        others = [fitted(joined([part for part in held if part is not out]), seed, width, middle) for out in held]
        model = paired(middle, fitted(joined(held), seed, width, middle)) if usual else middle
        found[name] = calibrated(model, list(zip(others, held, strict=True)))
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
