"""How good the spike scores are on series that no parameter was chosen on: `python -m tests.bench.spike_accuracy`.

Parameters were chosen on invented series of the seeds 0 to 39 and on the first half of the recordings; what is judged
are seeds from 5000 on, the second half (`spike_recordings.py`), and series of another character (`spike_strangers.py`).
One set of parameters and one threshold for all series. Prints a table, then one line of JSON.
"""

import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from enrich.spikes import threshold
from tests.bench.spike_recordings import Moments, mentions, mixed, volumes
from tests.bench.spike_rivals import DETECTORS, novelty
from tests.bench.spike_scorer import LOW_FALSE, STANDARD, best, windows_hit
from tests.bench.spike_series import Series, invented
from tests.bench.spike_strangers import stranger

Figures = dict[str, dict[str, float]]

_FOLDER = Path(os.environ.get("TEST_DATA", Path(__file__).resolve().parents[3] / "shared"))
_FIRST_UNSEEN = 5_000
_LOUDEST = 10


def compared(series: Sequence[Series], detectors: Sequence[str] = tuple(DETECTORS)) -> Figures:
    """Return for each detector its result in both profiles, and what it finds: we at the default, others at best."""
    found = {}
    for name in detectors:
        scores = [DETECTORS[name](one.volumes) for one in series]
        standard, at = best(series, scores, STANDARD)
        share, rows = windows_hit(series, scores, threshold() if DETECTORS[name] is novelty else at)
        found[name] = {
            "standard": standard,
            "low false positives": best(series, scores, LOW_FALSE)[0],
            "threshold": at,
            "windows hit": share,
            "false rows a week": rows,
        }
    return found


def unseen(number: int) -> list[Series]:
    """Return invented series that nothing was chosen on."""
    return [invented(_FIRST_UNSEEN + seed) for seed in range(number)]


@cache
def heard() -> Moments:
    """Return the recorded mentions."""
    return mentions(_FOLDER)


def recorded(number: int, half: int = 1) -> list[Series]:
    """Return recorded series with recorded cascades as events."""
    return mixed(_FOLDER, heard(), number, half)


def alerts_per_week() -> dict[str, float]:
    """Return how many alerts the loudest companies give in a week of the fourteen months, the first two left out."""
    loudest = sorted(heard(), key=lambda brand: -len(heard()[brand]))[:_LOUDEST]
    first = min(times[0] for times in heard().values())
    last = max(times[-1] for times in heard().values())
    buckets = int((last - first) // 300) + 1
    found = {}
    for brand in loudest:
        scores = novelty(volumes(heard()[brand], first, buckets))[2 * 2_016 :]
        found[brand] = float((scores >= threshold()).sum()) / (len(scores) / 2_016)
    return found


def report(found: Figures) -> None:
    """Print the table."""
    print()
    for name, figures in found.items():
        print(f"{name:52} " + "  ".join(f"{key} {figure:6.2f}" for key, figure in figures.items()))


if __name__ == "__main__":
    results: Figures = {}
    kinds = {
        "invented, unseen": unseen(30),
        "recorded, second half": recorded(30),
        "strangers": [stranger(seed) for seed in range(30)],
    }
    for title, series in kinds.items():
        for name, figures in compared(series).items():
            results[f"{title}: {name}"] = figures
    report(results)
    results["alerts a week"] = alerts_per_week()
    print(json.dumps(results))
