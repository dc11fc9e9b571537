"""How good forecasts of cascades are on cascades that were not learned from: `python -m tests.bench.cascades`.

Learns from the earlier two thirds of the recorded Weibo cascades and from simulated tweets, and is judged on the later
third and on other simulated tweets, of the same and of other worlds. Beside it stand "nothing more comes", a log-linear
fit per population, age and horizon (which knows its population: the forecast does not), and SEISMIC. Then, of all
cascades of which five reshares were seen, also those that never reach 20, and of strangers whose kind was not learned
from: how many reach the lower end, and how often the interval holds.
"""

from collections.abc import Sequence
from statistics import median

import numpy as np

from enrich.cascade import Cascade
from enrich.course import DAY_S, features, points
from enrich.forecast import Model, grown
from enrich.infectiousness import Kernel, reproduction
from tests.bench.cascade_population import BRIEF, SHARED, Recorded, World, simulated, weibo
from tests.bench.cascade_rows import BEGAN_MS, SMALL, prefix
from tests.bench.cascade_strangers import KINDS, KNOWN, strangers
from tests.bench.cascade_training import trained, tweets_of

AGES_S = (300.0, 600.0, 1800.0, 3600.0, 14400.0)

Pair = tuple[float, float]


def judged(cascades: Sequence[Recorded], age_s: float, horizon_s: float) -> list[Recorded]:
    """Return the cascades of which five reshares were seen by then and at least 20 come within the horizon."""
    return [each for each in cascades if each.by(age_s) >= 5 and each.by(horizon_s) >= 20]


def forecasts(
    model: Model, cascades: Sequence[Recorded], age_s: float, horizon_s: float
) -> list[tuple[float, float, float]]:
    """Return (low, middle, high) of each cascade, as the running system would see it."""
    found = []
    for each in cascades:
        course = _course(prefix(each, age_s), age_s)
        seen = sum(number for _, number in course)
        inputs = features(course, age_s, horizon_s)
        low, middle, high = (grown(seen, decile) for decile in model.deciles(inputs))
        found.append((float(np.floor(low)), middle, float(np.ceil(high))))
    return found


def seismic(each: Recorded, age_s: float) -> float:
    """Return SEISMIC's prediction of the final size, everyone's reach taken as equal; of a supercritical cascade, for
    which it has none, ten times what its reach would bring directly."""
    kernel, course = Kernel(), [(at_s, 1.0) for at_s in each.seconds if at_s <= age_s]
    spread = reproduction(course, age_s, kernel)
    if spread is None:
        return float(len(course))
    rest = sum(1 - kernel.share(age_s - at_s) for at_s, _ in [(0.0, 1.0), *course])
    return len(course) + spread.r * rest / max(1 - spread.r, 0.1)


def log_linear(learned: Sequence[Pair], seen: Sequence[float]) -> list[float]:
    """Return predictions by a line through (log seen, log final) of other cascades."""
    known = np.log(np.array(learned))
    slope, height = np.polyfit(known[:, 0], known[:, 1], 1)
    return [max(float(np.exp(height + slope * np.log(number))), number) for number in seen]


def errors(predicted: Sequence[float], final: Sequence[float]) -> float:
    """Return the median of |predicted - final| / final."""
    return median(abs(one - other) / other for one, other in zip(predicted, final, strict=True))


def compare(
    name: str, model: Model, learned: Sequence[Recorded], other: Sequence[Recorded], horizon_s: float
) -> list[tuple[str, float, int, float, float, float, float, float]]:
    """Print and return, per age: number of cascades, the four median errors, and how often the interval holds."""
    lines = []
    for age_s in AGES_S:
        before, chosen = judged(learned, age_s, horizon_s), judged(other, age_s, horizon_s)
        seen, final = [float(each.by(age_s)) for each in chosen], [float(each.by(horizon_s)) for each in chosen]
        ours = forecasts(model, chosen, age_s, horizon_s)
        line = log_linear([(each.by(age_s), each.by(horizon_s)) for each in before], seen)
        holds = sum(low <= size <= high for (low, _, high), size in zip(ours, final, strict=True)) / len(final)
        figures = (
            errors(seen, final),
            errors(line, final),
            errors([seismic(each, age_s) for each in chosen], final),
            errors([middle for _, middle, _ in ours], final),
            holds,
        )
        lines.append((name, age_s, len(chosen), *figures))
        print(f"{name:28} {age_s:7.0f} {len(chosen):5} " + " ".join(f"{figure:9.2f}" for figure in figures))
    return lines


def reached(name: str, model: Model, other: Sequence[Recorded], horizon_s: float) -> list[tuple[float, float]]:
    """Print and return, per age and of all cascades: how many reach the lower end, how often the interval holds."""
    lines = []
    for age_s in AGES_S:
        chosen = [each for each in other if each.by(age_s) >= 5]
        if not chosen:
            continue
        ours = forecasts(model, chosen, age_s, horizon_s)
        final = [each.by(horizon_s) for each in chosen]
        over = [low <= size for (low, _, _), size in zip(ours, final, strict=True)]
        held = [low <= size <= high for (low, _, high), size in zip(ours, final, strict=True)]
        lines.append((sum(over) / len(over), sum(held) / len(held)))
        print(f"{name:28} {age_s:7.0f} {len(chosen):5} {lines[-1][0]:9.2f} {lines[-1][1]:9.2f}")
    return lines


def _course(cascade: Cascade, age_s: float) -> list[Pair]:
    return points(cascade, BEGAN_MS, BEGAN_MS + int(age_s * 1000))


def main() -> None:
    """Train on the earlier part, print how the later part and other worlds are forecast."""
    recorded, tweets = weibo(SHARED), tweets_of(11)
    cut = len(recorded) * 2 // 3
    models = trained(recorded[:cut], tweets)
    worlds = {
        "tweets": World(),
        "tweets, alike": World(scale_spread=0.5),
        "tweets, quicker": World(scale_s=300.0, ageing_s=16 * 3600.0),
        "tweets, slower": World(scale_s=1400.0),
        "tweets, brief": BRIEF,
    }
    print(f"{'':28} {'age s':>7} {'n':>5}   nothing log-linear SEISMIC    ours  80 % holds")
    for name in ("default", "weibo"):
        for days in (1, 7):
            compare(f"weibo {days} d ({name})", models[name], recorded[:cut], recorded[cut:], days * DAY_S)
    for title, world in worlds.items():
        others = simulated(400, 12, world)
        for name in ("default", "x"):
            compare(f"{title} 7 d ({name})", models[name], tweets[:400], others, 7 * DAY_S)
    print(f"{'all with five seen':28} {'age s':>7} {'n':>5} reach low 80 % holds")
    reached("weibo 1 d", models["default"], recorded[cut:], DAY_S)
    reached("tweets 7 d", models["default"], simulated(4000, 12, SMALL, fewest=1), 7 * DAY_S)
    judges = [kind for kind in KINDS if kind not in KNOWN]
    elsewhere = trained(recorded[:cut], tweets, judges)["default"]
    for kind in KINDS:
        for days in (1, 7):
            model = models["default"] if kind in judges else elsewhere
            reached(f"{kind} {days} d", model, strangers(kind, 300, 12), days * DAY_S)


if __name__ == "__main__":
    main()
