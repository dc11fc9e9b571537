"""Posts that spread as their brand's do not: one episode each, opened by what is sure, never without a baseline."""

from collections.abc import Sequence
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrich.mention_incidents import MentionIncidents
from enrich.state import MemoryState
from schemas.alert import Alert
from schemas.alerting import AlertSettings
from schemas.brand import Brand
from schemas.trend import BrandDelta, Contribution, bucket_time
from schemas.wire import from_ms, ms
from tests.support.mentions import T0, virality

START = ms(T0)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
ACME = Brand(id="acme", name="Acme", query="acme")


def delta(
    name: str, hours: float, after_h: float = 0, *, version: int = 1, author: str = "test:ann", followers: int = 70,
    listed: bool | None = None, **fields: Any,
) -> BrandDelta:  # fmt: skip
    """Return what a post published at `hours` contributes `after_h` later; without virality it does not spread."""
    at = from_ms(START + round(hours * HOUR))
    spread = None
    if fields:
        seen = fields["seen"]
        given = {"low": seen, "forecast": seen, "high": seen * 2, "organic": None, "signs": None} | fields
        spread = virality(**given, as_of=from_ms(START + round((hours + after_h) * HOUR)))
    contribution = Contribution(
        published_at=at, kind="post", author=author, followers=followers, virality=spread, reshares=fields.get("seen"),
        listed=listed,
    )  # fmt: skip
    bucket = bucket_time(ms(at))
    return BrandDelta(brand="acme", mention_id=name, version=version, bucket=bucket, contribution=contribution)


def gone(name: str, hours: float) -> BrandDelta:
    return BrandDelta(brand="acme", mention_id=name, version=9, bucket=bucket_time(START + round(hours * HOUR)))


def baseline(days: int = 30, size: int = 100) -> list[BrandDelta]:
    """Return a brand's posts: many that do not spread, two a day that reach `size` and half of it."""
    quiet = [delta(f"quiet {n}", n * 24 / 5) for n in range(days * 5)]
    return quiet + [delta(f"{day} {part}", day * 24, 5, seen=size // part) for day in range(days) for part in (1, 2)]


class Watched:
    """The incidents of one brand, told in as many parts as a test wants; it may be made anew between them."""

    def __init__(self, **settings: Any) -> None:
        self._settings = AlertSettings(**settings)
        self._state = MemoryState()
        self.restart()

    def restart(self) -> None:
        for name, table in self._state.items():
            self._state[name].update(orjson.loads(orjson.dumps(table)))
        self._incidents = MentionIncidents(self._state, [ACME], self._settings)

    def __call__(self, *deltas: BrandDelta, seen_ms: int | None = None) -> list[Alert]:
        return self._incidents.take(deltas, seen_ms)

    def state(self) -> bytes:
        return orjson.dumps(self._state, option=orjson.OPT_SORT_KEYS)


NOON = 30 * 24 + 12.0


def steps(alerts: Sequence[Alert]) -> list[tuple[str, str, int]]:
    return [(alert.kind, alert.status, alert.revision) for alert in alerts]


def test_an_episode_opens_once_is_told_of_when_it_doubles_and_closes() -> None:
    watched = Watched()
    assert watched(*baseline()) == []
    assert watched(delta("m", NOON, 0.5, seen=40, low=90)) == []  # what large ones reach is 100
    (opened,) = watched(delta("m", NOON, 1, seen=80, low=130, forecast=260, high=500, r=1.4))
    assert (opened.kind, opened.status, opened.brand, opened.replayed) == ("mention_viral", "open", "acme", True)
    assert (opened.observed, opened.expected) == (80, 100)
    assert opened.opened_at == from_ms(START + round((NOON + 1) * HOUR))
    assert opened.virality is not None
    assert [post.id for post in opened.drivers.posts] == ["m"]
    assert [(author.value, author.reach) for author in opened.drivers.authors] == [("test:ann", 70)]
    assert opened.summary == (
        "Acme: a post has 80 reshares after 60 min and is still growing (R 1.4); 130 to 500 are to be expected within"
        " seven days, where 100 is what its large posts reach."
    )
    watched.restart()
    assert watched(delta("m", NOON, 2, seen=120, low=130)) == []
    (more,) = watched(delta("m", NOON, 3, seen=170, low=200))
    assert (more.id, more.revision, more.status, more.observed) == (opened.id, 2, "open", 170)
    assert watched(delta("m", NOON, 9, seen=172)) == []  # hardly grown: the episode is over at 3 + 12 hours
    assert watched(delta("other", NOON + 15)) == []
    watched.restart()
    (closed,) = watched(delta("other", NOON + 16))
    assert (closed.id, closed.status, closed.revision) == (opened.id, "closed", 3)
    assert closed.closed_at == closed.updated_at == from_ms(START + round((NOON + 15) * HOUR))
    assert watched(delta("m", NOON, 30, seen=5_000, low=6_000)) == []  # it had its episode


def test_the_same_again_tells_nothing_and_changes_nothing() -> None:
    watched = Watched()
    told = [*baseline(), delta("m", NOON, 1, seen=80, low=130)]
    assert steps(watched(*told)) == [("mention_viral", "open", 1)]
    before = watched.state()
    assert watched(*told) == []
    assert watched.state() == before


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (delta("m", NOON, 1, seen=80, low=99, forecast=900), "a forecast that many cascades do not reach"),
        (delta("m", NOON, 24 * 8, seen=80, low=900), "an old post"),
        (delta("m", 3 * 24, 1, seen=80, low=900), "in the first week"),
        (delta("m", NOON), "nothing is known of its spread"),
        (delta("m", NOON, 1, seen=80, low=900, listed=True), "a list of companies"),
        (delta("m", NOON, 1, seen=80, low=900, organic=0.6), "doubtful"),
        (delta("m", NOON, 1, seen=180, low=900, r=18, r_low=14), "all at once, long after the post"),
        (delta("m", NOON, 0.1, seen=180, low=900, r=18, r_low=14), "more at once than the author has followers"),
        (delta("m", NOON, 30, seen=140, low=140, r_low=1), "a total that was seen twice"),
        (delta("m", NOON, 1, seen=80, low=130, r_low=0.2), "it hardly goes on"),
        (delta("m", NOON, 1, seen=120, low=180, followers=5_000_000), "any post of so large an account reaches that"),
    ],
)
def test_what_is_not_sure_or_not_new_opens_nothing(told: BrandDelta, why: str) -> None:
    assert Watched()(*baseline(), told) == [], why


def test_a_quiet_brand_has_a_least_size() -> None:
    quiet = [delta(f"quiet {n}", n * 24 / 5) for n in range(150)]
    assert Watched()(*quiet, delta("m", NOON, 1, seen=25, low=49)) == []
    (opened,) = Watched()(*quiet, delta("m", NOON, 1, seen=25, low=50))
    assert (opened.expected, opened.ratio) == (None, None)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (delta("m", NOON, 0.1, seen=40, low=130, r=18, r_low=14, followers=40_000), "breaking news"),
        (delta("m", NOON, 1, seen=80, low=300, followers=5_000_000), "much even for a large account"),
        (delta("m", NOON, 30, seen=201, low=201, r_low=0.1), "it is over and was twice what is usual"),
    ],
)
def test_what_people_spread_opens_early_and_what_stands_out_opens_late(told: BrandDelta, why: str) -> None:
    assert steps(Watched()(*baseline(), told)) == [("mention_viral", "open", 1)], why


def test_what_was_bought_neither_hides_what_people_spread_nor_is_followed_by_it() -> None:
    bought = [
        delta(f"b{n}", 20 * 24 + n * 24, 2, seen=2_000, organic=0.2, signs={"unfollowed": 1}, author="test:bob")
        for n in range(9)
    ]
    watched = Watched()
    kinds = {alert.kind for alert in watched(*baseline(), *bought)}
    assert kinds == {"bought_amplification"}
    by_bob = delta("m", NOON, 1, seen=80, low=130, author="test:bob")
    assert watched(by_bob) == []
    (opened,) = watched(delta("n", NOON, 1, seen=80, low=130))
    assert (opened.kind, opened.expected) == ("mention_viral", 100)


def test_who_buys_again_is_told_of_once_in_four_weeks() -> None:
    def bought(name: str, day: float, author: str, seen: int) -> BrandDelta:
        return delta(name, day * 24, 2, seen=seen, organic=0.2, author=author)

    watched = Watched()
    watched(*baseline())
    campaign = [bought(f"b{n}", 30.1 + n / 4, "test:bob", 2_000 + n) for n in range(40)]
    opened = [alert for one in campaign for alert in watched(one) if alert.status == "open"]
    assert [alert.drivers.posts[0].id for alert in opened] == ["b0"]
    assert steps(watched(bought("c", 41.0, "test:carl", 3_000))) == [("bought_amplification", "open", 1)]
    again = watched(bought("b40", 30.1 + 29, "test:bob", 4_000))
    assert [alert.drivers.posts[0].id for alert in again if alert.status == "open"] == ["b40"]


def test_sensitivity_is_alerts_a_week() -> None:
    """Of four weeks before, the fourth largest for one a week, the twenty-eighth for seven."""
    sized = [delta(f"{day}", day * 24, 5, seen=130 - day) for day in range(30)]
    for per_week, limit in ((1.0, 125), (7.0, 101)):
        watched = Watched(per_week=per_week)
        assert watched(*sized) == []
        assert steps(watched(delta("below", NOON, 1, seen=90, low=limit))) == []
        assert [alert.expected for alert in watched(delta("above", NOON, 1, seen=90, low=limit + 1))] == [limit]


def test_live_what_sources_had_from_before_is_no_baseline_and_opens_nothing() -> None:
    watched = Watched()
    now = START + 40 * DAY
    backfill = baseline(40)
    assert watched(*backfill, delta("m", 40 * 24 - 2, 1, seen=500, low=900), seen_ms=now) == []
    assert watched(delta("n", 41 * 24, 1, seen=500, low=900), seen_ms=now + DAY) == []
    later = now + 8 * DAY
    (opened,) = watched(delta("o", 48 * 24 - 1, 1, seen=500, low=900), seen_ms=later)
    assert not opened.replayed
    (replayed,) = watched(delta("p", 47 * 24.5, 1, seen=500, low=900), seen_ms=later + 9 * DAY)
    assert replayed.replayed


def test_a_deleted_mention_closes_its_episode_and_counts_no_more() -> None:
    watched = Watched()
    watched(*baseline())
    opened = watched(delta("m", NOON, 1, seen=80, low=130))
    closed = watched(gone("m", NOON))
    assert steps([*opened, *closed]) == [("mention_viral", "open", 1), ("mention_viral", "closed", 2)]
    assert watched(gone("m", NOON)) == []


def test_what_looks_bought_is_another_kind() -> None:
    watched = Watched()
    watched(*baseline())
    signs = {"unfollowed": 0.9}
    (opened,) = watched(delta("m", NOON, 1, seen=150, low=400, organic=0.3, signs=signs))
    assert (opened.kind, opened.organic) == ("bought_amplification", 0.3)
    assert "nobody follows those who share it" in opened.summary
    assert watched(delta("n", NOON, 1, seen=60, low=400, organic=0.3, signs=signs)) == []  # no volume yet
    assert steps(watched(delta("o", NOON, 1, seen=60, low=400, organic=0.9))) == [("mention_viral", "open", 1)]


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(1, 40), st.booleans())
def test_neither_order_nor_restarts_change_which_mentions_open(random: Random, size: int, restarts: bool) -> None:
    told = baseline(20)
    told += [delta(f"m{n}", 19 * 24 + n, 1, seen=60 + 10 * n, low=70 + 15 * n) for n in range(6)]
    expected = {alert.id for alert in Watched()(*told)}
    assert expected
    shuffled = list(told)
    for start in range(0, len(shuffled), 10):  # neighbours in time change places, and some come again
        part = shuffled[start : start + 10]
        random.shuffle(part)
        shuffled[start : start + 10] = part
    watched, found = Watched(), []
    for start in range(0, len(shuffled), size):
        found += watched(*shuffled[start : start + size], *shuffled[max(start - 3, 0) : start])
        if restarts:
            watched.restart()
    opened = [alert.id for alert in found if alert.revision == 1]
    assert set(opened) == expected
    assert len(set(opened)) == len(opened)


def test_state_stays_small() -> None:
    watched, sizes = Watched(), []
    for day in range(200):
        watched(*(delta(f"{day} {n}", day * 24 + n / 3, 3, seen=20 + 9 * n, low=30 + 9 * n) for n in range(20)))
        sizes.append(len(watched.state()))
    assert sizes[199] < 1.2 * sizes[80]
