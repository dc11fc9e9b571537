"""Spike scores stay cheap and their state flat over a year, and find what simple detectors miss."""

from time import process_time

import orjson
import pytest

from enrich.spikes import Spikes
from tests.bench.spike_accuracy import compared, recorded, report, unseen
from tests.bench.spike_rivals import START_MS, WIDTH_MS
from tests.bench.spike_series import invented

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

YEAR = 365 * 288


@pytest.mark.parametrize("seed", [2, 4, 9])
def test_a_year_costs_the_same_per_bucket_and_leaves_a_flat_state(seed: int) -> None:
    running, volumes = (
        Spikes(WIDTH_MS),
        [float(volume) for each in range(7) for volume in invented(seed + each).volumes],
    )
    sizes, costs = [], []
    for quarter in range(4):
        start = process_time()
        for row in range(quarter * YEAR // 4, (quarter + 1) * YEAR // 4):
            running.observe(START_MS + row * WIDTH_MS, volumes[row])
        costs.append((process_time() - start) / (YEAR / 4) * 1e6)
        sizes.append(len(orjson.dumps(running.side())))
    print(f"\nus per bucket {[round(cost) for cost in costs]}, bytes after each quarter {sizes}")
    assert max(costs) <= 150
    assert max(sizes) <= 60_000


@pytest.mark.usefixtures("shared")
def test_no_simple_detector_is_as_good_on_unseen_series_of_both_kinds() -> None:
    """A z is hard to beat on invented series, which do not burst as the recorded ones do, and fails on those."""
    kinds = [compared(unseen(12)), compared(recorded(12))]
    for found in kinds:
        report(found)
    means = {name: sum(found[name]["standard"] for found in kinds) / 2 for name in kinds[0]}
    ours = means.pop("novelty over several scales")
    assert ours >= max(means.values()) + 3
    assert all(found["novelty over several scales"]["standard"] >= 55 for found in kinds)
    assert all(found["novelty over several scales"]["false rows a week"] <= 0.8 for found in kinds)
