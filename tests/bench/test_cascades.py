"""Forecasts stay cheap; on cascades that nothing was learned from they are near, and their intervals hold."""

from collections.abc import Callable
from random import Random
from time import process_time

import pytest

from enrich.attention import Ages
from enrich.cascade import Cascade
from enrich.course import DAY_S
from enrich.forecast import model
from enrich.organic import organic
from enrich.outlook import virality
from enrich.state import MemoryTable
from tests.bench.cascade_population import World, simulated
from tests.bench.cascade_rows import SMALL
from tests.bench.cascade_strangers import KINDS, KNOWN, strangers
from tests.bench.cascades import compare, reached

pytestmark = pytest.mark.bench

SIZE = 20_000
WEEK_MS = 7 * 24 * 3_600_000
START = 1_700_000_000_000


def _each_us(do: Callable[[], object], times: int) -> float:
    start = process_time()
    do()
    return (process_time() - start) / times * 1e6


def test_an_engagement_and_a_forecast_are_cheap_and_stay_so() -> None:
    random, cascade, ages = Random(5), Cascade(), Ages(MemoryTable())
    events = sorted(START + int(WEEK_MS * random.random() ** 3) for _ in range(SIZE))

    def take() -> None:
        for number, at_ms in enumerate(events):
            cascade.add_deed("reposts", at_ms, number % 500)

    def learn() -> None:
        for at_ms in events:
            ages.saw("x", START, at_ms)

    def foretell() -> None:
        for number in range(200):
            virality(cascade, START, START + WEEK_MS // 2 + number * 1000, attention=ages.attention("x"))

    young = Cascade()
    for at_ms in events[:30]:
        young.add_deed("reposts", at_ms, 100)
    figures = {
        "an engagement": _each_us(take, SIZE),
        "an age learned": _each_us(learn, SIZE),
        "an outlook of a full cascade": _each_us(foretell, 200),
        "an outlook of a young one": _each_us(
            lambda: [virality(young, START, START + 600_000 + n) for n in range(200)], 200
        ),
        "an organic score": _each_us(lambda: [organic(cascade) for _ in range(200)], 200),
    }
    print()
    for name, figure in figures.items():
        print(f"{name:30} {figure:8.1f} us")
    print(f"{len(cascade.deeds)} bins")
    assert figures["an engagement"] < 30
    assert figures["an age learned"] < 100
    assert figures["an outlook of a full cascade"] < 6_000


def test_simulated_tweets_that_were_not_learned_from_are_forecast() -> None:
    learned, others = simulated(150, 11), simulated(250, 23, World(scale_spread=0.7))
    print()
    for _, age_s, _, nothing, line, seismic, ours, holds in compare(
        "tweets, 7 d", model("default"), learned, others, 7 * DAY_S
    ):
        if age_s >= 600:
            assert ours < min(nothing, line, seismic) + 0.02
        assert holds >= 0.7


def test_most_cascades_reach_the_lower_end_also_those_that_end_early() -> None:
    print()
    for reach, holds in reached("tweets, 7 d", model("default"), simulated(2500, 24, SMALL, fewest=1), 7 * DAY_S):
        assert reach >= 0.85
        assert holds >= 0.75


@pytest.mark.parametrize("days", [1, 7])
def test_intervals_hold_for_kinds_of_cascades_that_nothing_was_learned_from(days: int) -> None:
    print()
    for kind in KINDS:
        if kind not in KNOWN:
            found = reached(f"{kind}, {days} d", model("default"), strangers(kind, 120, 31), days * DAY_S)
            assert sum(holds for _, holds in found) / len(found) >= 0.65
