"""What a document says of a mention's prospects: pure, absent where too little is known, from event time alone."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.cascade import Cascade
from enrich.prospects import prospects
from schemas.mention import Virality
from schemas.post import Counts
from schemas.wire import from_ms, ms

BEGAN = 1_700_000_123_456
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

events = st.lists(
    st.tuples(st.integers(0, 3 * DAY), st.none() | st.integers(0, 10**6), st.none() | st.integers(0, 400)), max_size=40
)


def _cascade(seen: list[tuple[int, int | None, int | None]]) -> Cascade:
    """Return a cascade of reposts (time, followers, None), and of totals (time, None, total) as they were observed."""
    cascade = Cascade()
    for at_ms, followers, total in seen:
        if total is None:
            cascade.add_deed("reposts", BEGAN + at_ms, followers)
        else:
            cascade.add_totals(Counts(reposts=total), BEGAN + at_ms)
    return cascade


def _of(cascade: Cascade) -> Virality | None:
    return prospects(cascade, BEGAN, "test", 500)


def _known(cascade: Cascade) -> Virality:
    found = _of(cascade)
    assert found is not None
    return found


@given(events, st.randoms(use_true_random=False))
def test_neither_order_nor_place_changes_them(seen: list[Any], random: Any) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)
    cascade = _cascade(seen)
    found = _of(cascade)
    assert found == _of(_cascade(shuffled)) == _of(Cascade.load(cascade.side()))
    if found is not None:
        assert found.seen <= found.low <= found.forecast <= found.high
        assert 0 <= found.r_low <= found.r <= found.r_high
        assert found.supercritical == (found.r >= 1)
        assert found.as_of == from_ms(cascade.newest_ms)
        assert Virality.model_validate(found.model_dump()) == found


def test_four_reshares_are_too_few_and_five_enough() -> None:
    cascade = _cascade([(n * MINUTE, 10, None) for n in range(1, 5)])
    assert _of(cascade) is None
    cascade.add_deed("reposts", BEGAN + 6 * MINUTE, 10)
    assert _known(cascade).seen == 5


def test_a_total_seen_once_says_nothing_of_its_course() -> None:
    cascade = _cascade([(HOUR, None, 900)])
    assert _of(cascade) is None
    cascade.add_totals(Counts(reposts=1000), BEGAN + 2 * HOUR)
    assert _known(cascade).seen == 1000
    assert _of(_cascade([(HOUR, None, 2), (2 * HOUR, None, 4)])) is None


def test_likes_alone_are_no_reshares() -> None:
    cascade = Cascade()
    for n in range(50):
        cascade.add_deed("likes", BEGAN + n * MINUTE, 10)
    assert _of(cascade) is None


def test_a_cascade_grows_and_dies_down() -> None:
    cascade = _cascade([(HOUR - 30_000 * n, 300, None) for n in range(60)])
    growing = _known(cascade)
    assert growing.supercritical
    assert growing.low > 60
    cascade.add_totals(Counts(reposts=60), BEGAN + 12 * HOUR)  # nothing came for so long
    over = _known(cascade)
    assert not over.supercritical
    assert over.forecast < growing.forecast
    assert ms(over.as_of) == BEGAN + 12 * HOUR


@pytest.mark.parametrize(("followers", "organic"), [(400, True), (3, False)])
def test_resharers_whom_nobody_follows_look_bought(followers: int, organic: bool) -> None:
    random = Random(4)
    found = _known(_cascade([(random.randrange(HOUR), followers, None) for _ in range(40)]))
    assert found.organic is not None
    assert (found.organic > 0.9) == organic
    assert found.signs is not None
    assert found.signs.unfollowed == (0 if organic else 1)
    assert found.signs.fallen is None


def test_where_nothing_tells_it_nothing_is_said_of_how_organic_it_is() -> None:
    found = _known(_cascade([(n * MINUTE, None, None) for n in range(9)]))
    assert (found.organic, found.signs) == (None, None)


@given(st.integers(5, 2**53 - 1), st.integers(5, 2**53 - 1), st.integers(0, 400 * DAY), st.integers(-DAY, DAY))
def test_absurd_totals_and_times_are_no_obstacle(first: int, second: int, later: int, published: int) -> None:
    cascade = _cascade([(0, None, first), (later, None, second)])
    found = prospects(cascade, BEGAN + published, "test", 2**53)
    assert found is None or found.high >= found.forecast >= found.low >= found.seen >= 0
