"""Lanes: time goes by the last of those that are awake."""

from datetime import timedelta

from enrich.runner.lanes import Lanes
from enrich.state import MemoryTable
from schemas.trend import BrandDelta
from schemas.wire import ms
from tests.support.mentions import T0


def delta(lane: int | None, hours: float) -> BrandDelta:
    clock = T0 + timedelta(hours=hours)
    return BrandDelta(brand="b", mention_id="m", version=1, bucket=T0, lane=lane, clock=None if lane is None else clock)


def hour(value: int | None) -> float | None:
    return None if value is None else (value - ms(T0)) / 3_600_000


def test_time_goes_by_the_lane_that_is_behind() -> None:
    table = MemoryTable()
    lanes = Lanes(table)
    lanes.note(delta(None, 9), 0)
    assert lanes.settle() is None
    lanes.note(delta(0, 5), 1_000)
    lanes.note(delta(1, 2), 2_000)
    assert hour(lanes.settle()) == 2
    lanes = Lanes(table)  # as after a restart
    lanes.note(delta(1, 1), 3_000)  # delivered again
    assert hour(lanes.settle()) == 2
    lanes.note(delta(1, 7), 4_000)
    assert hour(lanes.settle()) == 5


def test_a_lane_that_nothing_comes_from_holds_nobody_back_until_it_wakes() -> None:
    lanes = Lanes(MemoryTable())
    lanes.note(delta(0, 1), 0)
    lanes.note(delta(1, 8), 60_000)
    assert hour(lanes.settle()) == 1
    lanes.note(delta(1, 9), 61_000)
    assert hour(lanes.settle()) == 9
    lanes.note(delta(0, 2), 62_000)
    assert hour(lanes.settle()) == 2
