"""Trends that let go of the past: flat in size, and the same numbers as those that keep all of it."""

from collections.abc import Iterator
from random import Random

import orjson

from enrich.held_slices import KEPT_MS
from enrich.state import MemoryState
from enrich.trends import Trends
from schemas.brand import Brand
from schemas.merge import TIE_BITS
from schemas.trend import BrandDelta, Contribution, TrendBucket, bucket_time
from schemas.wire import from_ms

DAY = 24 * 3_600_000
START = 1_700_000_000_000
BRANDS = [Brand(name=name, query=name) for name in ("acme", "yota")]


def delta(name: str, at_ms: int, version_ms: int, engagement: int | None, signature: str = "s") -> BrandDelta:
    """A contribution, or with no engagement its withdrawal."""
    contribution = None
    if engagement is not None:
        contribution = Contribution(
            published_at=from_ms(at_ms), kind="post", author=name[-1], engagement=engagement, signature=signature
        )
    return BrandDelta(
        brand=BRANDS[len(name) % 2].id, mention_id=name, version=version_ms << TIE_BITS, bucket=bucket_time(at_ms),
        contribution=contribution,
    )  # fmt: skip


def days(rng: Random, first: int, until: int) -> Iterator[list[BrandDelta]]:
    """Yield what comes on each day: new mentions, and changes and withdrawals of those of the last four weeks."""
    known: list[tuple[str, int, int]] = []
    for day in range(first, until):
        told = []
        for number in range(12):
            at_ms = START + day * DAY + rng.randrange(DAY)
            known.append((f"{'m' * rng.randint(1, 2)}{day}-{number}", at_ms, rng.randrange(50)))
            told.append(delta(known[-1][0], at_ms, at_ms, 0, "abcdefgh"[rng.randrange(8)]))
        known = [one for one in known if one[1] > START + (day - 28) * DAY]
        for name, at_ms, likes in rng.sample(known, min(8, len(known))):
            told.append(delta(name, at_ms, START + (day + 1) * DAY, likes or None))
        yield told


class Counted:
    def __init__(self, *, bounded: bool) -> None:
        self.state = MemoryState()
        self.trends = Trends(self.state, BRANDS, list, lambda one, other: one == other, remembered=100, bounded=bounded)
        self.newest: dict[str, TrendBucket] = {}

    def take(self, deltas: list[BrandDelta]) -> None:
        for one in deltas:
            self.trends.apply(one)
        for bucket in self.trends.flush():
            if bucket.id not in self.newest or self.newest[bucket.id].revision < bucket.revision:
                self.newest[bucket.id] = bucket

    def size(self) -> int:
        return sum(len(key) + len(orjson.dumps(value)) for table in self.state.values() for key, value in table.items())


def test_the_state_stays_flat_and_the_numbers_are_those_of_trends_that_keep_all() -> None:
    bounded, whole = Counted(bounded=True), Counted(bounded=False)
    sizes = []
    for day, told in enumerate(days(Random(5), 0, 300)):
        bounded.take(told)
        whole.take(told)
        if day in (110, 200, 299):
            sizes.append(bounded.size())
    assert max(sizes) < 1.1 * min(sizes)
    assert whole.size() > 2.5 * max(sizes)
    assert bounded.newest == whole.newest


def test_a_change_of_what_was_let_go_does_not_undo_what_was_sent() -> None:
    counted = Counted(bounded=True)
    first = [delta(f"m{number:02}", START + number, START + number, 5) for number in range(20)]
    counted.take(first)
    (before,) = counted.newest.values()
    for number in range(60):
        counted.take([delta(f"n{number:02}", START + (number + 1) * 4 * DAY, START, 1)])
    assert str(START - START % 300_000) not in str(list(counted.state["trend_buckets"]))
    counted.take([delta("m03", START + 3, START + KEPT_MS, 9)])
    assert counted.newest[before.id].count == before.count


def test_an_old_recording_that_is_read_late_is_counted_whole() -> None:
    counted, alone = Counted(bounded=True), Counted(bounded=False)
    counted.take([delta("mnew", START + 400 * DAY, START, 1)])
    for told in days(Random(6), 0, 40):
        for number in range(0, len(told), 7):
            counted.take(told[number : number + 7])
            alone.take(told[number : number + 7])
    assert {name: bucket.count for name, bucket in alone.newest.items() if name.startswith("acme")} == {
        name: bucket.count
        for name, bucket in counted.newest.items()
        if name.startswith("acme") and bucket.start < from_ms(START + 300 * DAY)
    }
