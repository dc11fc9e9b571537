from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from enrich.cascade import DEED_KINDS, OLDEST, Cascade, DeedKind, bin_start
from schemas.post import Counts

T = 1_700_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

Deed = tuple[DeedKind, int, int | None]
Observation = tuple[Counts, int]

# Most of all around the ages at which bins widen.
ages = (0, 2 * HOUR, 48 * HOUR, 14 * DAY)
moments = st.integers(0, 20 * DAY) | st.builds(
    lambda age, more: max(0, age + more * MINUTE), st.sampled_from(ages), st.integers(-20, 20)
)
deeds = st.tuples(st.sampled_from(DEED_KINDS), moments.map(lambda age: T - age), st.none() | st.integers(0, 10**6))
totals = st.none() | st.integers(0, 2**53 - 1)
observations = st.tuples(st.builds(Counts, likes=totals, replies=totals), moments.map(lambda age: T - age))


def cascade(events: list[Deed | Observation]) -> Cascade:
    made = Cascade()
    for event in events:
        if len(event) == 3:
            made.add_deed(*event)
        else:
            made.add_totals(*event)
    return made


@given(st.lists(deeds | observations, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(events: list[Any], random: Any) -> None:
    shuffled = random.sample(events, len(events))
    assert cascade(shuffled).side() == cascade(events).side() == cascade(sorted(events, key=lambda e: e[1])).side()


@given(st.lists(deeds | observations, max_size=20), deeds)
def test_the_side_is_the_whole_cascade(events: list[Any], next_deed: Deed) -> None:
    made = cascade(events)
    loaded = Cascade.load(orjson.loads(orjson.dumps(made.side())))
    assert loaded == made
    loaded.add_deed(*next_deed)
    made.add_deed(*next_deed)
    assert loaded == made


@given(st.lists(deeds, min_size=1, max_size=60))
def test_nothing_is_lost_and_everything_is_in_the_bin_of_its_time(events: list[Deed]) -> None:
    made = cascade(list(events))
    newest = max(at for _, at, _ in events)
    assert made.last_deed_ms == made.newest_ms == newest
    expected: dict[int, list[int]] = {}
    for kind, at, followers in events:
        held = expected.setdefault(bin_start(at, newest), [0] * 7)
        held[DEED_KINDS.index(kind)] += 1
        held[4] += followers or 0
        held[5] += followers is None
        held[6] += at // 1000
    assert made.deeds == expected
    for kind in DEED_KINDS:
        assert made.seen(kind) == sum(k == kind for k, _, _ in events)


@given(moments, st.integers(0, 20 * DAY), st.integers(0, 20 * DAY))
def test_bins_widen_as_a_whole(age: int, later: int, later_still: int) -> None:
    newest = T + later
    narrow = bin_start(T - age, newest)
    wide = bin_start(T - age, newest + later_still)
    assert narrow == OLDEST or wide == bin_start(narrow, newest + later_still)
    assert narrow <= T - age
    assert wide <= narrow


def test_bins_are_few_however_long_it_goes_on() -> None:
    made = Cascade()
    for minute in range(0, 30 * 24 * 60, 2):
        made.add_deed("reposts", T + minute * MINUTE, 5)
        made.add_deed("reposts", T + minute * MINUTE + MINUTE, None)
    assert len(made.deeds) <= 455
    assert made.seen("reposts") == 30 * 24 * 60
    widths = {
        start: later - start for start, later in zip(sorted(made.deeds)[1:], sorted(made.deeds)[2:], strict=False)
    }
    assert set(widths.values()) == {MINUTE, 15 * MINUTE, 180 * MINUTE}


def test_of_totals_in_a_bin_the_last_stays_and_of_one_moment_the_greater() -> None:
    start = T - T % MINUTE
    made = cascade([(Counts(likes=5), start + 9), (Counts(likes=9), start + 1), (Counts(likes=4), start + 9)])
    assert made.observed("likes") == [(start + 9, 5)]
    assert made.observed("reposts") == []


def test_absurd_numbers_stay_within_64_bits() -> None:
    made = Cascade()
    for _ in range(100):
        made.add_deed("likes", 2**42 - 1, 2**53 - 1)
    made.add_totals(Counts(likes=2**53 - 1), 0)
    assert orjson.loads(orjson.dumps(made.side())) == made.side()
