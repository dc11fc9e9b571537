"""Every kind of the lookout keeps the same promises: it tells its story once, whatever the order and the batches."""

from datetime import datetime, timedelta
from random import Random

import orjson
import pytest

from enrich.kind import kinds
from enrich.trends import LATENESS_MS
from schemas.alert import Alert, AlertKind
from schemas.trend import BrandDelta
from tests.support.kind_stories import BRANDS, DAYS, HOUR, STORIES, TURN, everyday
from tests.support.outcry import DAY, START, Pipeline, delta, moment

KINDS: list[AlertKind] = [kind.kind for of_groups in (False, True) for kind in kinds(of_groups=of_groups)]
END = delta("end", START + DAYS * DAY + HOUR, "borealis", source="test")


def told(kind: AlertKind, story: list[BrandDelta], batch: int = 100) -> Pipeline:
    """Return the pipeline that has taken in a story."""
    pipeline = Pipeline(kinds=(kind,), brands=BRANDS)
    pipeline.run([*story, END], batch)
    return pipeline


@pytest.fixture(scope="module")
def wholes() -> dict[AlertKind, Pipeline]:
    """Every story, told in order."""
    return {kind: told(kind, STORIES[kind]()) for kind in KINDS}


def test_every_kind_has_its_story() -> None:
    assert sorted(KINDS) == sorted(STORIES)


@pytest.mark.parametrize("kind", KINDS)
def test_its_story_is_told_once_from_its_opening_to_its_close(
    kind: AlertKind, wholes: dict[AlertKind, Pipeline]
) -> None:
    alerts = [alert for alert in wholes[kind].alerts.values() if alert.brand == "acme"]
    assert len({alert.id for alert in alerts}) == 1
    first, last = alerts[0], alerts[-1]
    assert [alert.revision for alert in alerts] == list(range(1, len(alerts) + 1))
    assert [alert.status for alert in alerts] == ["open"] * (len(alerts) - 1) + ["closed"]
    assert first.id.startswith(f"acme:{kind}:")
    assert TURN <= first.opened_at <= TURN + DAY
    assert last.closed_at is not None
    assert last.closed_at >= last.opened_at
    assert all(alert.replayed for alert in alerts)
    assert all(alert.summary.startswith("Acme: ") and alert.summary.endswith(".") for alert in alerts)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_told_where_nothing_happens(kind: AlertKind) -> None:
    assert told(kind, everyday()).alerts == {}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_order_within_the_lateness_repeats_batches_and_restarts_change_nothing(
    kind: AlertKind, seed: int, wholes: dict[AlertKind, Pipeline]
) -> None:
    rng, story = Random(seed), STORIES[kind]()
    late = timedelta(milliseconds=LATENESS_MS - 1)
    arrivals = [(moment(one) + rng.random() * late, one) for one in story]
    arrivals += [(at + rng.random() * 3 * DAY, one) for at, one in rng.sample(arrivals, 200)]
    shuffled = [one for _, one in sorted(arrivals, key=lambda pair: pair[0])]
    pipeline = Pipeline(kinds=(kind,), brands=BRANDS)
    begins = sorted(rng.randrange(len(shuffled)) for _ in range(3))
    for first, end in zip([0, *begins], [*begins, len(shuffled)], strict=True):
        pipeline.restart()
        pipeline.run(shuffled[first:end], rng.choice([1, 7, 300]))
    pipeline.run([END])
    assert pipeline.alerts == wholes[kind].alerts


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "source_silent"])
def test_what_comes_too_late_tells_nothing(kind: AlertKind) -> None:
    usual = {one.mention_id: one for one in everyday()}
    pipeline = Pipeline(kinds=(kind,), brands=BRANDS)
    pipeline.run([one for one in usual.values() if moment(one) < TURN + 2 * DAY])
    assert pipeline.run([one for one in STORIES[kind]() if usual.get(one.mention_id) != one]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_live_moment_makes_nothing_of_what_was_before(kind: AlertKind) -> None:
    story = STORIES[kind]()
    begin = TURN + DAY
    live = Pipeline(kinds=(kind,), brands=BRANDS)
    backlog = [one for one in story if moment(one) < begin]
    assert live.take(backlog, seen=begin) == []
    for first in range(len(backlog), len(story), 20):
        batch = story[first : first + 20]
        assert live.take(batch, seen=moment(batch[-1])) == []


@pytest.mark.parametrize("kind", KINDS)
def test_its_state_stays_flat_and_small(kind: AlertKind) -> None:
    pipeline = Pipeline(kinds=(kind,), brands=BRANDS)
    sizes = []
    at, rng = START, Random(3)
    for month in range(4):
        told: list[BrandDelta] = []
        end = START + 30 * (month + 1) * DAY
        while at < end:
            at += rng.random() * 2 * HOUR
            author = f"test:{rng.randrange(10**9)}"
            told.append(delta(f"{at}", at, "acme", author=author, followers=rng.randrange(10**6), rules=["battery"]))
        pipeline.run(told, 200)
        sizes.append(len(orjson.dumps(pipeline.state["kinds"])))
    assert sizes[3] < 1.3 * sizes[1]
    assert sizes[3] < 40_000


def test_a_live_silence_is_told_by_the_clock_and_ends_when_something_is_heard() -> None:
    def steps(alerts: list[Alert]) -> list[tuple[str, str | None]]:
        return [(alert.status, alert.source) for alert in alerts]

    story = [one for one in STORIES["source_silent"]() if one.contribution and one.contribution.source == "test"]
    story = [one for one in story if one.brand == "acme"]
    before = [one for one in story if moment(one) < TURN]
    pipeline = Pipeline(kinds=("source_silent",), brands=BRANDS)
    pipeline.take(before[:1], seen=moment(before[0]))
    pipeline.run_live(before[1:])
    clock = TURN
    opened: datetime | None = None
    while clock < TURN + 24 * HOUR and opened is None:
        clock += timedelta(minutes=5)
        if alerts := pipeline.take([], seen=clock, clock=clock):
            opened = clock
            assert steps(alerts) == [("open", "test")]
            assert not alerts[0].replayed
    assert opened is not None
    assert opened < TURN + 16 * HOUR
    after = next(one for one in story if moment(one) > TURN + 36 * HOUR)
    later = moment(after) + timedelta(minutes=30)
    assert steps(pipeline.take([after], seen=later, clock=later)) == [("closed", "test")]
