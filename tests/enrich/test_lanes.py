"""Lanes: time goes by the last of those that are awake."""

from datetime import timedelta

from enrich.lanes import Lanes
from enrich.state import MemoryTable
from schemas.wire import ms
from tests.support.mentions import T0

MINUTE = 60_000


def moment(hours: float) -> int:
    return ms(T0 + timedelta(hours=hours))


def hour(value: int | None) -> float | None:
    return None if value is None else (value - ms(T0)) / 3_600_000


def test_time_goes_by_the_lane_that_is_behind() -> None:
    table = MemoryTable()
    lanes = Lanes(table)
    assert lanes.settle() is None
    lanes.note("0", moment(5), 1_000)
    lanes.note("1", moment(2), 2_000)
    assert hour(lanes.settle()) == 2
    lanes = Lanes(table)  # as after a restart
    lanes.note("1", moment(1), 3_000)  # delivered again
    assert hour(lanes.settle()) == 2
    lanes.note("1", moment(7), 4_000)
    assert hour(lanes.settle()) == 5


def test_a_lane_that_nothing_comes_from_holds_nobody_back_until_it_wakes() -> None:
    lanes = Lanes(MemoryTable())
    lanes.note("0", moment(1), 0)
    lanes.note("1", moment(8), 60_000)
    assert hour(lanes.settle()) == 1
    lanes.note("1", moment(9), 61_000)
    assert hour(lanes.settle()) == 9
    lanes.note("0", moment(2), 62_000)
    assert hour(lanes.settle()) == 2


def test_time_goes_on_while_nothing_comes() -> None:
    lanes = Lanes(MemoryTable())
    now_ms = moment(8)
    assert lanes.reached(now_ms) == now_ms
    lanes.note("0", now_ms - 3_000, now_ms)
    assert lanes.reached(now_ms + 10_000) == now_ms + 7_000  # as far behind as it was
    assert lanes.reached(now_ms + 2 * MINUTE) == now_ms + 2 * MINUTE
    lanes.note("0", now_ms + 10 * MINUTE, now_ms)  # a post that claims to be of later
    assert lanes.reached(now_ms + 1_000) == now_ms + 1_000


def test_a_lane_with_a_backlog_holds_the_clock_back_while_it_is_awake() -> None:
    lanes = Lanes(MemoryTable())
    now_ms = moment(8)
    lanes.note("quick", now_ms, now_ms)
    lanes.note("behind", moment(5), now_ms)
    assert hour(lanes.reached(now_ms)) == 5
    assert lanes.reached(now_ms + MINUTE + 1) == now_ms + MINUTE + 1


def test_a_recording_keeps_its_own_clock() -> None:
    lanes = Lanes(MemoryTable())
    lanes.note("0", moment(0), moment(25))
    assert lanes.reached(moment(25)) is None
    assert lanes.reached(moment(2_500)) is None
    lanes.note("1", moment(2_501), moment(2_501))  # and now it is live
    assert hour(lanes.reached(moment(2_502))) == 2_502
