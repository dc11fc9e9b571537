"""Authors who bought reshares are remembered for four weeks, and no longer."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from enrich.doubted_authors import DoubtedAuthors

DAY = 86_400_000

seen = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 60 * DAY)), max_size=40)


def test_it_holds_from_the_next_day_on_for_four_weeks() -> None:
    doubted = DoubtedAuthors({})
    doubted.saw("ann", 100 * DAY + 5)
    assert [doubted.holds("ann", day * DAY) for day in (99, 100, 101, 128, 129)] == [False, False, True, True, False]
    assert not doubted.holds("bob", 101 * DAY)
    assert not doubted.holds(None, 101 * DAY)


@given(seen, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_it(told: list[tuple[str, int]], random: Any) -> None:
    again = told + told[::2]
    random.shuffle(again)
    one: dict[str, list[str]] = {}
    other: dict[str, list[str]] = {}
    for side, events in ((one, told), (other, again)):
        doubted = DoubtedAuthors(side)
        for author, at_ms in events:
            doubted.saw(author, at_ms)
    assert one == other


def test_it_stays_small() -> None:
    side: dict[str, list[str]] = {}
    doubted = DoubtedAuthors(side)
    for day in range(300):
        for n in range(100):
            doubted.saw(f"author {n}", day * DAY)
    assert len(side) <= 40
    assert max(map(len, side.values())) == 60
