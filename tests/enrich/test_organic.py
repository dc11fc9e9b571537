"""The organic score: each trace of bought amplification lowers it, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.cascade import Cascade
from enrich.organic import LIKED, breadth_and_depth, organic
from schemas.post import Counts

MINUTE = 60_000


def _reposts(number: int, apart_ms: int, followers: int | None) -> Cascade:
    cascade = Cascade()
    for n in range(number):
        cascade.add_deed("reposts", n * apart_ms, followers)
    return cascade


def test_without_any_sign_it_is_organic() -> None:
    assert organic(Cascade()).score == 1
    assert organic(Cascade()).signs == {}
    assert organic(_reposts(2, MINUTE, 0)).signs == {}
    assert organic(_reposts(200, 10 * MINUTE, 400), copies=(20, 100)).score == 1


def test_near_copies() -> None:
    assert organic(Cascade(), copies=(95, 100)).score < 0.35
    assert organic(Cascade(), copies=(9, 9)).signs == {}


def test_resharers_without_followers() -> None:
    found = organic(_reposts(50, 10 * MINUTE, 2))
    assert found.signs == {"unfollowed": 1}
    assert found.score == pytest.approx(0.3)
    assert organic(_reposts(50, 10 * MINUTE, None)).signs == {}
    assert organic(_reposts(3, MINUTE, 2)).score == pytest.approx(0.58)  # so few may be chance
    assert organic(_reposts(9, MINUTE, 2)).score < 0.4


def test_counts_that_fall() -> None:
    cascade = Cascade()
    for n, total in enumerate((10, 400, 395, 300)):
        cascade.add_totals(Counts(reposts=total), n * 20 * MINUTE)
    assert organic(cascade).signs["fallen"] == 1
    risen = Cascade()
    for n, total in enumerate((10, 400, 400, 900)):
        risen.add_totals(Counts(likes=total), n * 20 * MINUTE)
    assert organic(risen).signs["fallen"] == 0


def _counted(*counts: tuple[int, int]) -> Cascade:
    cascade = Cascade()
    for n, (reposts, likes) in enumerate(counts):
        cascade.add_totals(Counts(reposts=reposts, likes=likes), n * 20 * MINUTE)
    return cascade


def test_reshares_that_nobody_likes_however_they_were_counted() -> None:
    assert organic(_counted((40, 0), (500, 1))).score < 0.25
    assert organic(_counted((40, 3), (500, 80))).score == 1
    few = organic(_counted((12, 0))).signs["unliked"]
    assert 0.3 < few < 0.6  # it may be chance
    assert organic(_counted((12, 0))).score > 0.5
    assert "unliked" not in organic(_counted((9, 0))).signs


def test_as_many_likes_as_reshares() -> None:
    assert organic(_counted((100, 70), (2_937, 2_935))).score < 0.5
    assert organic(_counted((100, 70), (2_937, 2_700))).score == 1
    assert organic(_counted((60, 60))).score == 1  # of few it is chance


def test_a_course_that_was_bought_in_parts() -> None:
    """A package of likes with the first reshares, then reshares alone; or likes that keep step, again and again."""
    assert organic(_counted((200, 197), (310, 305), (520, 320), (880, 321))).score < 0.4
    assert organic(_counted((30, 28), (61, 60), (95, 91), (140, 138))).score < 0.5
    assert organic(_counted((90, 50), (175, 88), (352, 141), (420, 190))).score == 1
    once = organic(_counted((90, 50), (140, 98), (352, 241)))  # once it is chance
    assert once.score == 1


def test_where_people_reshare_without_liking_that_says_nothing() -> None:
    assert "unliked" not in organic(_counted((40, 0), (500, 0)), liked=False).signs
    assert "weibo" not in LIKED


def test_a_burst_that_nobody_likes() -> None:
    bought = _reposts(300, 1000, None)
    bought.add_totals(Counts(likes=2), 20 * MINUTE)
    assert organic(bought).signs["unliked"] > 0.9
    liked = _reposts(300, 1000, None)
    liked.add_totals(Counts(likes=200), 20 * MINUTE)
    assert organic(liked).signs["unliked"] == 0
    assert "unliked" not in organic(_reposts(300, 1000, None)).signs


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.none() | st.integers(0, 1000)), max_size=40),
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 500)), max_size=10),
    st.tuples(st.integers(0, 50), st.integers(0, 50)),
)
def test_it_is_a_share_whatever_happened(
    deeds: list[tuple[int, int | None]], totals: list[tuple[int, int]], copies: tuple[int, int]
) -> None:
    cascade = Cascade()
    for at_ms, followers in deeds:
        cascade.add_deed("reposts", at_ms, followers)
    for at_ms, total in totals:
        cascade.add_totals(Counts(likes=total, reposts=total), at_ms)
    found = organic(cascade, copies)
    assert 0 <= found.score <= 1
    assert all(0 <= sign <= 1 for sign in found.signs.values())


def test_breadth_and_depth_where_parents_are_given() -> None:
    assert breadth_and_depth({}) == (0, 0)
    assert breadth_and_depth({"b": "a", "c": "a", "d": "b", "e": "d"}) == (2, 3)
    chain = {str(n + 1): str(n) for n in range(5000)}
    assert breadth_and_depth(chain) == (1, 5000)


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef")))
def test_a_circle_ends(parents: dict[str, str]) -> None:
    breadth, depth = breadth_and_depth(parents)
    assert 0 <= depth <= len(parents)
    assert 0 <= breadth <= len(parents)
