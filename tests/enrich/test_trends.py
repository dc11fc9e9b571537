from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
import pytest

from enrich.state import MemoryState
from enrich.trends import OPEN_MS, Trends
from schemas.brand import Brand
from schemas.merge import TIE_BITS
from schemas.trend import BrandDelta, Contribution, TrendBucket, bucket_time
from schemas.wire import from_ms, ms
from tests.support.mentions import T0

MINUTE, HOUR = 60_000, 3_600_000
START = ms(T0)


def bands(signature: str) -> list[str]:
    return list(signature)


def similar(one: str, other: str) -> bool:
    return bool(set(one) & set(other))


class Counted:
    """Trends that keep the last of each bucket they sent."""

    def __init__(self, state: MemoryState | None = None, zone: str = "UTC", remembered: int = 5_000) -> None:
        self.state = MemoryState() if state is None else state
        self.trends = Trends(self.state, [Brand(name="Acme", query="acme", timezone=zone)], bands, similar, remembered)
        self.buckets: dict[tuple[str, int], TrendBucket] = {}

    def __call__(self, *deltas: BrandDelta) -> Sequence[TrendBucket]:
        for delta in deltas:
            self.trends.apply(delta)
        sent = self.trends.flush()
        for bucket in sent:
            key = bucket.brand, ms(bucket.start)
            assert key not in self.buckets or bucket.revision > self.buckets[key].revision
            self.buckets[key] = bucket
        return sent


def delta(name: str, at_ms: int = START, *, version: int = 1, brand: str = "acme", **fields: Any) -> BrandDelta:
    given = {"published_at": from_ms(at_ms), "kind": "post", "author": name} | fields
    return BrandDelta(
        brand=brand, mention_id=name, version=version << TIE_BITS, bucket=bucket_time(at_ms),
        contribution=Contribution.model_validate(given),
    )  # fmt: skip


def withdrawal(name: str, at_ms: int = START, *, version: int = 2) -> BrandDelta:
    return BrandDelta(brand="acme", mention_id=name, version=version << TIE_BITS, bucket=bucket_time(at_ms))


def test_a_bucket_is_counted() -> None:
    (bucket,) = Counted()(
        delta("a", followers=5, sentiment="positive", engagement=3, signature="ab"),
        delta("b", START + MINUTE, author="a", followers=9, sentiment="negative", signature="bc"),
        delta("c", START + 4 * MINUTE, author="c", kind="repost", sentiment="neutral", engagement=4),
        delta("d", author=None, followers=1000),
        delta("e", author="c", signature="x"),
    )
    assert bucket.model_dump(exclude={"revision"}) == TrendBucket(
        brand="acme", start=T0, revision=0, count=5, distinct_count=3, positive=1, neutral=1, negative=1, unknown=2,
        authors=2, reach=9, reach_unknown=1, engagement=7,
    ).model_dump(exclude={"revision"})  # fmt: skip
    assert TrendBucket.model_validate_json(bucket.model_dump_json()) == bucket


def test_buckets_are_of_five_minutes_and_of_one_brand() -> None:
    sent = Counted()(
        delta("a"), delta("b", START + 5 * MINUTE), delta("c", START + 5 * MINUTE - 1), delta("a", brand="zeta")
    )
    assert [(b.brand, ms(b.start) - START, b.count) for b in sent] == [
        ("acme", 0, 2), ("acme", 5 * MINUTE, 1), ("zeta", 0, 1),
    ]  # fmt: skip


def test_what_is_not_newer_changes_nothing() -> None:
    counted = Counted()
    counted(delta("a", version=5, engagement=1))
    assert counted(delta("a", version=5, engagement=2), delta("a", version=4), withdrawal("a", version=3)) == []
    assert [b.engagement for b in counted(delta("a", version=6, engagement=2))] == [2]
    assert [b.count for b in counted(withdrawal("a", version=7))] == [0]
    assert counted(delta("a", version=6)) == []
    assert [b.count for b in counted(delta("a", version=8))] == [1]


def test_a_withdrawal_that_comes_first_wins() -> None:
    counted = Counted()
    assert counted(withdrawal("a", version=2), delta("a", version=1)) == []


def test_an_original_that_is_not_counted_adds_nothing_until_it_is() -> None:
    counted = Counted()
    assert counted(delta("a", counted=False, signature="ab", engagement=9)) == []
    (bucket,) = counted(delta("b", START + 1, signature="ab"))
    assert (bucket.count, bucket.distinct_count, bucket.engagement, bucket.authors) == (1, 1, 0, 1)
    (bucket,) = counted(delta("a", version=2, signature="ab"))
    assert (bucket.count, bucket.distinct_count) == (2, 1)


def test_the_next_copy_is_distinct_when_the_first_goes_or_says_something_else() -> None:
    counted = Counted()
    counted(delta("a", signature="ab"), delta("b", START + HOUR, signature="ab"))
    later = ("acme", START + HOUR)
    assert counted.buckets[later].distinct_count == 0
    counted(delta("a", version=2, signature="x"))
    assert counted.buckets[later].distinct_count == 1
    counted(delta("a", version=3, signature="bc"))
    assert counted.buckets[later].distinct_count == 0
    counted(withdrawal("a", version=4))
    assert counted.buckets[later].distinct_count == 1
    assert counted.buckets["acme", START].distinct_count == 0


@pytest.mark.parametrize("remembered", [0, 5_000])
def test_no_mention_is_a_copy_of_what_it_said_before(remembered: int) -> None:
    counted = Counted(remembered=remembered)
    for version, signature in enumerate(("ab", "bc", "ab"), 1):
        (bucket,) = counted(delta("a", version=version, signature=signature))
        assert bucket.distinct_count == 1


@pytest.mark.parametrize("size", [1, 3, 10])
def test_revisions_do_not_depend_on_how_often_is_flushed(size: int) -> None:
    deltas = [delta(f"m{n}", START + n * MINUTE, version=100 + n, engagement=n) for n in range(12)]
    deltas += [delta("m3", START + 3 * MINUTE, version=200), withdrawal("m4", START + 4 * MINUTE, version=150)]
    counted, at_once = Counted(), Counted()
    for at in range(0, len(deltas), size):
        counted(*deltas[at : at + size])
    at_once(*reversed(deltas))
    assert counted.buckets == at_once.buckets
    assert at_once.buckets["acme", START].revision == sum([100, 101, 102, 200, 150])


def test_state_is_json_and_all_there_is() -> None:
    counted, kept = Counted(), MemoryState()
    for n in range(6):
        one = delta(f"m{n}", START + n * HOUR, signature="ab", version=2**46)
        counted(one)
        Counted(kept)(one)
        for table in kept.values():
            table.update(orjson.loads(orjson.dumps(table)))
    assert kept == orjson.loads(orjson.dumps(counted.state))
    assert [b.distinct_count for b in Counted(kept)(withdrawal("m0", version=2**46 + 1))] == [0, 1]


def test_no_value_grows_without_limit() -> None:
    counted = Counted()
    for n in range(2_000):
        counted.trends.apply(delta(f"m{n}", START + n % 1000, signature="ab"))
    (bucket,) = counted()
    assert (bucket.count, bucket.distinct_count) == (2_000, 1)
    sizes = [len(orjson.dumps(value)) for table in counted.state.values() for value in table.values()]
    assert max(sizes) < 40_000


def test_a_change_of_an_old_bucket_is_marked() -> None:
    counted = Counted()
    last = START + 5 * MINUTE + OPEN_MS + 15 * MINUTE
    counted(delta("a"), delta("new", last))
    assert [b.revised for b in counted(delta("b"))] == [False]
    counted(delta("newer", last + 1))
    assert [b.revised for b in counted(delta("c"))] == [True]
    assert [b.revised for b in counted(delta("zeta-old", brand="zeta"))] == [False]


def test_the_expected_volume_of_a_bucket_is_a_twelfth_of_its_hours() -> None:
    counted = Counted(zone="Europe/Berlin")
    week = timedelta(weeks=1)
    for weeks_ago in (3, 2, 1):
        at = ms(T0 - week * weeks_ago)
        assert counted.trends.flush() == []
        counted(*(delta(f"{weeks_ago}.{n}", at + n * 5 * MINUTE) for n in range(6)))
    assert {b.expected for b in counted.buckets.values() if ms(b.start) < ms(T0 - week)} == {None}
    (now,) = counted(delta("now"))
    assert now.expected == pytest.approx(6 / 12)
    counted(withdrawal("1.0", ms(T0 - week), version=9))
    (now,) = counted(delta("now2"))
    assert now.expected == pytest.approx((5 * 0.8 + 6 * 0.64 + 6 * 0.512) / (0.8 + 0.64 + 0.512) / 12)


def test_hourly_volumes_are_kept_for_nine_weeks() -> None:
    counted = Counted()
    for n in range(30):
        counted(delta(f"m{n}", START + n * 7 * 24 * HOUR))
    assert len(counted.state.table("trend_volumes")) <= 11
    counted(delta("late", START))
    assert len(counted.state.table("trend_volumes")) <= 11
