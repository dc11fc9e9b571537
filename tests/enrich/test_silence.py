"""Silence taken in at once is what it comes to bucket by bucket, but for a little, and costs next to nothing."""

from random import Random
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from enrich.spikes import Score, Spikes

WIDTH = 300_000
START = 1_700_000_100_000
DAY = 288


def told(zone: str, volumes: list[int], *, at_once: bool) -> tuple[dict[int, Score], Spikes]:
    """Return the scores of the buckets that have volume."""
    spikes = Spikes(WIDTH, ZoneInfo(zone))
    scores = {}
    for n, volume in enumerate(volumes):
        if volume or not n or not at_once:
            spikes.quiet(START + n * WIDTH)
            score = spikes.observe(START + n * WIDTH, volume)
            if volume:
                scores[n] = score
    spikes.quiet(START + len(volumes) * WIDTH)
    return scores, spikes


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
@pytest.mark.parametrize("often", [0.01, 0.05, 0.2])
def test_scores_are_nearly_the_same(often: float, zone: str) -> None:
    rng = Random(f"{often} {zone}")
    volumes = [rng.randint(1, 5) if rng.random() < often else 0 for _ in range(12 * DAY)]
    volumes[9 * DAY] = 60
    (each, one), (fast, other) = (told(zone, volumes, at_once=at_once) for at_once in (False, True))
    assert each.keys() == fast.keys()
    for n in each:
        # Where several scales stand out alike, a rounding may decide by which of them a burst is explained.
        assert fast[n].novelty == pytest.approx(each[n].novelty, rel=0.4, abs=0.03)
    assert each[9 * DAY].alert_opened
    assert fast[9 * DAY].alert_opened
    assert other.mean == pytest.approx(one.mean, rel=0.05)


def test_the_first_mention_after_a_long_silence_is_no_wonder() -> None:
    spikes = Spikes(WIDTH)
    for n in range(10 * DAY):
        spikes.observe(START + n * WIDTH, n % 3)
    end = START + 10 * DAY * WIDTH
    begun = process_time()
    spikes.quiet(end + 400 * DAY * WIDTH)
    assert process_time() - begun < 1
    assert spikes.end_ms == end + 400 * DAY * WIDTH
    score = spikes.observe(spikes.end_ms, 1)
    assert score.novelty < score.threshold / 2
    assert score.expected < 0.1


def test_nothing_is_taken_in_before_the_first_bucket_or_for_times_gone_by() -> None:
    spikes = Spikes(WIDTH)
    spikes.quiet(START)
    assert spikes.end_ms is None
    spikes.observe(START, 1)
    side = spikes.side()
    spikes.quiet(START)
    assert spikes.side() == side
