"""How often a post is looked at again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from deploy.revisits.pace import LONGEST_S, SHORTEST_S, Tracked, due, interval_s, tracked
from schemas.mention import Mention, Velocity
from schemas.post import post_id

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
NUMBERS = st.floats(0, 1e9, allow_nan=False)


def mention(name: str, age: timedelta, velocity: float | None = None, total: int = 0, quiet_h: float = 0) -> Mention:
    speed = None
    if velocity is not None:
        as_of = NOON - timedelta(hours=quiet_h)
        speed = Velocity(v5m=0, v1h=velocity, v12h=0, acceleration=0, as_of=as_of, rank=0)
    return Mention(
        id=post_id("net", name), source="net", native_id=name, version=1, published_at=NOON - age, observed_at=NOON,
        engagement=total, velocity=speed,
    )  # fmt: skip


@given(NUMBERS, st.integers(0, 10**9), NUMBERS)
def test_it_is_never_too_often_nor_too_seldom(velocity: float, total: int, age_s: float) -> None:
    assert SHORTEST_S <= interval_s(velocity, total, age_s) <= LONGEST_S


@given(NUMBERS, NUMBERS, st.integers(0, 10**9), NUMBERS)
def test_the_faster_the_more_often_the_older_the_more_seldom(a: float, b: float, total: int, age_s: float) -> None:
    slow, fast = sorted((a, b))
    assert interval_s(fast, total, age_s) <= interval_s(slow, total, age_s)
    assert interval_s(0, total, slow) <= interval_s(0, total, fast)


def test_hot_and_cold_by_numbers() -> None:
    day_s = 86_400.0
    assert interval_s(600, 100, day_s) == SHORTEST_S  # a tenth more comes within a minute
    assert interval_s(10, 100, day_s) == 3_600
    assert interval_s(0, 0, day_s) == day_s / 4
    assert interval_s(0, 0, 30 * day_s) == LONGEST_S


def test_a_velocity_is_what_is_left_of_it() -> None:
    now = tracked(mention("a", timedelta(days=2), 10, 100), NOON)
    later = tracked(mention("a", timedelta(days=2), 10, 100, quiet_h=2), NOON)
    assert later.interval_s == 4 * now.interval_s


def test_who_waits_for_the_most_intervals_comes_first() -> None:
    posts = [Tracked(name, name, seconds) for name, seconds in (("hot", 300), ("warm", 3_600), ("cold", 80_000))]
    looked = {"hot": 0.0, "warm": 0.0, "cold": 0.0}
    assert [post.mention_id for post in due(posts, looked, 3_599, 9)] == ["hot"]
    assert [post.mention_id for post in due(posts, looked, 3_600, 9)] == ["hot", "warm"]
    fresh = [Tracked("new", "new", 300), *posts]
    assert [post.mention_id for post in due(fresh, looked, 3_600, 2)] == ["hot", "new"]
    assert due(posts, looked, 299, 9) == []
