"""Vital signs: who is dead and who only waits, and that the counts add up."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.clock import ManualClock
from schemas.vitals import BATCH_S, Phase, Vitals

T0 = datetime(2024, 3, 4, tzinfo=UTC)
PATIENCE_S = 300
PLACE = ("mentions.raw.v1", 3)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(T0)


@pytest.fixture
def vitals(clock: ManualClock) -> Vitals:
    vitals = Vitals("sink", clock)
    vitals.enter("working")
    return vitals


def later(vitals: Vitals, clock: ManualClock, seconds: float = PATIENCE_S + 1) -> str | None:
    clock.advance(seconds)
    vitals.turn()
    return vitals.stalled(PATIENCE_S)


def test_one_with_nothing_to_do_is_alive(vitals: Vitals, clock: ManualClock) -> None:
    assert later(vitals, clock, 10**6) is None
    vitals.behind({PLACE: 0})
    assert later(vitals, clock, 10**6) is None
    vitals.begin()
    vitals.end({"x": 1})
    assert later(vitals, clock, 10**6) is None


def test_one_that_is_behind_and_finishes_nothing_is_dead(vitals: Vitals, clock: ManualClock) -> None:
    later(vitals, clock, 10**6)  # its last progress is long ago, but it had nothing to do until now
    vitals.behind({PLACE: 2, ("engagement.v1", 0): 5})
    assert later(vitals, clock, PATIENCE_S) is None
    said = later(vitals, clock, 1)
    assert said == "sink: working, nothing finished for 301 s, 7 messages behind, no batch in hand"
    vitals.behind({PLACE: 9})  # to know it better does not make it better
    assert later(vitals, clock, 1) is not None
    vitals.advance()
    assert later(vitals, clock, PATIENCE_S) is None


def test_one_that_hangs_in_a_batch_is_dead_though_it_is_not_behind(vitals: Vitals, clock: ManualClock) -> None:
    vitals.behind({PLACE: 0})
    later(vitals, clock, 10**6)
    vitals.begin()
    assert later(vitals, clock, PATIENCE_S) is None
    assert "a batch in hand" in (later(vitals, clock, 1) or "")
    vitals.drop()
    assert later(vitals, clock) is None


def test_a_batch_that_is_begun_again_and_again_is_no_progress(vitals: Vitals, clock: ManualClock) -> None:
    vitals.behind({PLACE: 1})
    for _ in range(PATIENCE_S // 10):
        vitals.begin()
        assert later(vitals, clock, 10) is None
        vitals.end({"x": 1})
    vitals.begin()
    assert later(vitals, clock, 10) is not None


def test_one_that_waits_for_the_store_is_alive_and_has_its_time_when_it_is_back(
    vitals: Vitals, clock: ManualClock
) -> None:
    vitals.behind({PLACE: 1})
    vitals.begin()
    vitals.enter("waiting")
    assert later(vitals, clock, 10**6) is None
    vitals.enter("working")
    assert later(vitals, clock, PATIENCE_S) is None
    assert later(vitals, clock, 1) is not None


@pytest.mark.parametrize("phase", ["joining", "recovering"])
def test_to_join_and_to_recover_are_work(phase: Phase, vitals: Vitals, clock: ManualClock) -> None:
    later(vitals, clock, 10**6)
    vitals.enter(phase)
    assert later(vitals, clock, PATIENCE_S) is None
    vitals.advance()  # some of the state is there
    assert later(vitals, clock, PATIENCE_S) is None
    assert phase in (later(vitals, clock, 1) or "")


def test_a_loop_that_stands_still_is_dead_whatever_there_is_to_do(vitals: Vitals, clock: ManualClock) -> None:
    vitals.turn()
    vitals.enter("waiting")
    clock.advance(PATIENCE_S)
    assert vitals.stalled(PATIENCE_S) is None
    clock.advance(1)
    assert vitals.stalled(PATIENCE_S) == "sink: its loop stands still for 301 s"


def test_one_without_a_loop_may_be_silent(vitals: Vitals, clock: ManualClock) -> None:
    clock.advance(10**6)
    assert vitals.stalled(PATIENCE_S) is None


def test_it_is_ready_when_it_works(clock: ManualClock) -> None:
    vitals = Vitals("text", clock)
    assert vitals.unready() == "text: waits for partitions"
    vitals.enter("recovering")
    assert vitals.unready() == "text: recovers its state"
    vitals.enter("working")
    assert vitals.unready() is None
    vitals.enter("waiting")
    assert vitals.unready() == "text: waits for the store"


def test_a_batch_is_counted_by_its_time_and_by_what_it_came_to(vitals: Vitals, clock: ManualClock) -> None:
    for seconds in (BATCH_S[0], BATCH_S[0] + 0.001, 3600):
        vitals.begin()
        clock.advance(seconds)
        vitals.end({"in": 2}, {"out": 1}, {"bad_json": 1})
    signs = vitals.read()
    assert (signs.taken, signs.sent, signs.dead) == ({"in": 6}, {"out": 3}, {"bad_json": 3})
    assert [signs.batches[0], signs.batches[1], signs.batches[-1], sum(signs.batches)] == [1, 1, 1, 3]
    assert signs.batch_s == pytest.approx(3600.021)
    assert signs.progress_at == T0
    vitals.advance()
    assert vitals.read().progress_at == clock.now()


def test_what_is_read_is_a_copy(vitals: Vitals) -> None:
    vitals.behind({PLACE: 1})
    vitals.end({"x": 1})
    signs = vitals.read()
    vitals.end({"x": 1})
    vitals.behind({})
    assert (signs.taken, signs.lag) == ({"x": 1}, {PLACE: 1})


def test_threads_may_read_while_it_is_written(vitals: Vitals) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.extend(sum(vitals.read().taken.values()) for _ in range(200))

    readers = [Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(2_000):
        vitals.end({f"topic {number % 50}": 1})
    for reader in readers:
        reader.join()
    assert sum(vitals.read().taken.values()) == 2_000
    assert len(seen) == 600


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["begin", "end", "advance", "behind", "level", "wait", "work", "drop"]),
            st.integers(min_value=0, max_value=400),
        ),
        max_size=40,
    )
)
def test_only_one_with_work_dies_and_only_after_its_time(steps: list[tuple[str, int]]) -> None:
    """Against the rule in its own words: the stretch since which it had work, all the time, and finished nothing."""
    clock = ManualClock(T0)
    vitals = Vitals("sink", clock)
    vitals.enter("working")
    deeds: dict[str, Callable[[], None]] = {
        "begin": vitals.begin, "end": lambda: vitals.end({}), "advance": vitals.advance, "drop": vitals.drop,
        "behind": lambda: vitals.behind({PLACE: 1}), "level": lambda: vitals.behind({PLACE: 0}),
        "wait": lambda: vitals.enter("waiting"), "work": lambda: vitals.enter("working"),
    }  # fmt: skip
    in_hand = behind = waits = False
    stretch = 0
    for deed, seconds in steps:
        had_work = in_hand or behind
        deeds[deed]()
        in_hand = (in_hand or deed == "begin") and deed not in ("end", "drop")
        behind = (behind or deed == "behind") and deed != "level"
        changed = (deed, waits) in {("wait", False), ("work", True)}
        waits = (waits or deed == "wait") and deed != "work"
        if deed == "advance" or changed or not had_work:
            stretch = 0
        clock.advance(seconds)
        stretch += seconds
        expected = (in_hand or behind) and not waits and stretch > PATIENCE_S
        assert (vitals.stalled(PATIENCE_S) is not None) == expected
