"""Spikes: what is new for a brand fires, what it has been through does not, and the way of running changes nothing."""

import json
from collections.abc import Sequence
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrich.spikes import LARGEST, Score, Spikes, threshold

WIDTH = 300_000
START = 1_700_000_100_000
DAY = 288


def times(number: int) -> list[int]:
    return [START + n * WIDTH for n in range(number)]


def run(volumes: Sequence[float], running: Spikes | None = None, first: int = 0) -> list[Score]:
    running = running or Spikes(WIDTH)
    return [running.observe(START + n * WIDTH, volume) for n, volume in enumerate(volumes, first)]


def steady(days: int, mean: int = 20, seed: int = 1) -> list[float]:
    """Counts that scatter about a mean, more of them at noon."""
    random = Random(seed)
    return [
        sum(random.random() < mean * (1.5 if 120 <= n % DAY < 160 else 1.0) / 100 for _ in range(100))
        for n in range(days * DAY)
    ]


def opened(scores: Sequence[Score]) -> list[int]:
    return [n for n, score in enumerate(scores) if score.alert_opened]


bursts = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 30), st.floats(0, 5_000)), max_size=8)


def series(seed: int, found: list[tuple[int, int, float]]) -> list[float]:
    volumes = steady(4, 3, seed)
    for start, length, height in found:
        for n in range(start, min(start + length, len(volumes))):
            volumes[n] += height
    return volumes


@given(st.integers(0, 9), bursts, st.integers(0, 1_151))
@settings(max_examples=12)
def test_scores_of_a_prefix_and_after_a_restart_are_those_of_the_whole(
    seed: int, found: list[tuple[int, int, float]], cut: int
) -> None:
    volumes = series(seed, found)
    whole = run(volumes)
    before = Spikes(WIDTH)
    assert run(volumes[:cut], before) == whole[:cut]
    after = Spikes(WIDTH)
    after.load(json.loads(json.dumps(before.side())))
    assert run(volumes[cut:], after, cut) == whole[cut:]


@given(st.lists(st.floats(0, 1e3, allow_nan=False).map(lambda x: round(x, 12)), min_size=2, max_size=2, unique=True))
def test_different_novelties_give_different_anomalies_below_one(pair: list[float]) -> None:
    # 1e-12 is the finest step of novelty; the widest, the log of the largest volume on five scales, is below 80.
    low, high = sorted(min(x, 80 + x / 1e3) for x in pair)
    first, second = (Score(round(x, 12), 1, WIDTH, 0, 0, 0, (0, 0), False) for x in (low, high))
    if first.novelty < second.novelty:
        assert 0 <= first.anomaly < second.anomaly < 1


def test_anomaly_is_strict_at_its_top_to_the_last_digit() -> None:
    near = [Score(80 + n * 1e-12, 1, WIDTH, 0, 0, 0, (0, 0), False).anomaly for n in range(0, 10, 2)]
    assert near == sorted(set(near))
    assert near[-1] < 1


def test_one_burst_opens_one_alert_at_its_onset_with_its_reason() -> None:
    volumes = steady(10)
    onset = 9 * DAY + 30
    for n, height in enumerate([200, 400, 350, 300, 200, 100, 60]):
        volumes[onset + n] += height
    scores = run(volumes)
    assert opened(scores) == [onset]
    score = scores[onset]
    assert score.novelty >= score.threshold == threshold()
    assert score.observed > 3 * score.expected
    assert score.z > 5
    assert score.usual[0] < 20 < score.usual[1] < volumes[onset]
    assert score.scale_ms == WIDTH


def test_a_steady_rise_opens_no_alert() -> None:
    volumes = [volume * (1 + n / (20 * DAY)) for n, volume in enumerate(steady(21))]
    assert opened(run(volumes)) == []


def test_a_slow_burst_stands_out_on_a_long_scale() -> None:
    volumes = steady(10, 2)
    onset = 9 * DAY
    for n in range(onset, onset + 60):
        volumes[n] += 7
    slow = max(run(volumes)[onset:], key=lambda score: score.novelty)
    assert slow.scale_ms > WIDTH
    assert slow.novelty > 0.1


def test_what_happens_every_day_stops_firing_and_a_greater_one_fires() -> None:
    volumes = steady(20)
    for day in range(20):
        for n in range(6):
            volumes[day * DAY + 200 + n] += 150 if day < 19 else 1_500
    found = opened(run(volumes, Spikes(WIDTH, alerts_per_week=0.5)))
    assert [n // DAY for n in found if n >= 4 * DAY] == [19]


def test_a_burst_is_new_again_when_the_last_one_is_long_ago() -> None:
    volumes = steady(50)
    for start in (10 * DAY, 11 * DAY, 45 * DAY):
        for n in range(4):
            volumes[start + n] += 300
    found = [n // DAY for n in opened(run(volumes))]
    assert found == [10, 45]


@pytest.mark.parametrize("level", [0.0, 1.0, 100.0, 1e6])
def test_a_level_without_change_is_as_novel_as_its_record_fades(level: float) -> None:
    assert all(score.novelty <= 0.001 for score in run([level] * (10 * DAY)))


def test_nothing_fires_without_a_baseline_and_less_in_a_young_one() -> None:
    young, old = steady(3), steady(10)
    young[DAY + 50] += 5_000  # on the second day
    assert all(score.novelty == 0 for score in run(young[: 2 * DAY]))
    young = steady(3)
    young[2 * DAY + 50] += 100
    old[9 * DAY + 50] += 100
    assert run(young)[2 * DAY + 50].novelty < run(old)[9 * DAY + 50].novelty


def test_backfill_fires_nothing_and_what_it_held_is_known() -> None:
    volumes = steady(10)
    for n in range(5):
        volumes[8 * DAY + n] += 800
    later = steady(2, seed=2)
    for n in range(5):
        later[DAY + n] += 500
    filled = Spikes(WIDTH)
    for at, volume in zip(times(len(volumes)), volumes, strict=True):
        filled.backfill(at, volume)
    assert opened(run(later, filled, len(volumes))) == []


def test_a_gap_neither_fires_nor_teaches() -> None:
    volumes = steady(12)
    running = Spikes(WIDTH)
    quiet = range(7 * DAY, 8 * DAY)
    scores = [
        running.observe(at, v) for n, (at, v) in enumerate(zip(times(12 * DAY), volumes, strict=True)) if n not in quiet
    ]
    assert opened(scores) == []
    assert scores[-1].expected > 10


def test_a_correction_changes_no_past_score_and_opens_no_alert() -> None:
    volumes = steady(10)
    running = Spikes(WIDTH)
    run(volumes, running)
    running.correct(times(len(volumes))[-2], 5_000)
    running.correct(START - WIDTH, 5_000)
    running.correct(START, 5_000)  # longer ago than any scale: forgotten
    after = run(steady(1, seed=3), running, len(volumes))
    assert opened(after) == []
    assert sum(running.side()["recent"]["volumes"]) < 5_000 + 200 * 30


def test_the_hour_is_the_brands_own() -> None:
    here, there = Spikes(WIDTH), Spikes(WIDTH, ZoneInfo("Asia/Shanghai"))
    volumes = steady(8)
    run(volumes, here)
    run(volumes, there)
    assert here.side()["rhythm"]["hours"] != there.side()["rhythm"]["hours"]


@pytest.mark.parametrize("width_ms", [60_000, 3_600_000, 86_400_000, 7 * 86_400_000])
def test_any_width_of_buckets_finds_a_burst(width_ms: int) -> None:
    running, random = Spikes(width_ms), Random(4)
    number = max(100, 3 * 86_400_000 // width_ms)
    scores = [running.observe(START + n * width_ms, 5 + random.randrange(10)) for n in range(number)]
    burst = running.observe(START + number * width_ms, 500)
    assert burst.alert_opened
    assert burst.novelty > max(score.novelty for score in scores)


@pytest.mark.parametrize("volume", [-1, float("nan"), float("inf"), LARGEST * 2])
def test_what_is_no_volume_is_refused_and_leaves_no_trace(volume: float) -> None:
    running = Spikes(WIDTH)
    before = running.side()
    with pytest.raises(ValueError, match="volume"):
        running.observe(START, volume)
    assert running.side() == before


def test_the_largest_volumes_are_understood() -> None:
    volumes = [LARGEST * (n % 2) for n in range(3 * DAY)]
    assert all(0 <= score.anomaly < 1 for score in run(volumes))


def test_buckets_come_in_order_of_time() -> None:
    running = Spikes(WIDTH)
    running.observe(START, 1)
    with pytest.raises(ValueError, match="later"):
        running.observe(START, 1)


def test_fewer_wanted_alerts_take_more_novelty() -> None:
    thresholds = [threshold(wanted) for wanted in (5, 1, 0.25, 0.02)]
    assert thresholds == sorted(thresholds)
    volumes = steady(10)
    volumes[9 * DAY] += 40
    assert not Spikes(WIDTH, alerts_per_week=0.01).observe(START, 1).alert_opened
    assert opened(run(volumes, Spikes(WIDTH, alerts_per_week=20)))
    assert not opened(run(volumes, Spikes(WIDTH, alerts_per_week=0.01)))
    with pytest.raises(ValueError, match="above 0"):
        threshold(0)
