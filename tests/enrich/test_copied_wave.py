"""What is a wave of copies that looks bought, and what only looks alike."""

import re
from datetime import timedelta
from random import Random
from typing import Any

import orjson
import pytest

from enrich.kinds.copied_wave import _KEPT, _authors, _hashed
from schemas.alert import Alert
from schemas.alerting import AlertSettings
from schemas.trend import BrandDelta
from tests.support.kind_stories import BRANDS, DAYS, HOUR, TURN, copied, more, usual
from tests.support.outcry import DAY, START, Pipeline, delta, in_time

END = delta("end", START + DAYS * DAY + HOUR, "borealis", source="test")


def told(*parts: list[BrandDelta], settings: AlertSettings | None = None) -> list[Alert]:
    """Return how each alert stood last, of some everyday mentions and these."""
    pipeline = Pipeline(settings, ("bought_amplification",), BRANDS)
    pipeline.run([*in_time(usual(each=3 * HOUR), *parts), END], 200)
    return list({alert.id: alert for alert in pipeline.alerts.values()}.values())


def test_a_wave_says_how_many_copies_within_an_hour_and_by_how_many_authors() -> None:
    (alert,) = told(copied(size=120, each=2))
    assert alert.summary == (
        "Acme: 119 near-copies within an hour by 60 authors, most of whom hardly anybody follows."
    )  # the first is no copy
    assert alert.id.startswith("acme:bought_amplification:")
    assert (alert.observed, alert.threshold, alert.expected, alert.scale_ms) == (119, 50, None, 3_600_000)
    assert (alert.volume, alert.near_copy_share, alert.virality) == (119, 1, None)
    assert [(post.id, post.copies) for post in alert.drivers.posts] == [("copy 0", 119)]


@pytest.mark.parametrize(
    "but",
    [
        {"followers": 800},  # a headline, by people
        {"followers": 25},
        {"followers": None},  # nobody knows
        {"each": 5},  # a template bot of a few accounts
        {"size": 50},  # of which 49 are copies
        {"hours": 3},
        {"kind": "repost"},
        {"counted": False},
        {"author": None},
    ],
    ids=str,
)
def test_what_lacks_one_sign_of_a_wave_is_none(but: dict[str, Any]) -> None:
    assert told(copied()) != []
    assert told(copied(**but)) == []


def test_copies_among_much_that_people_write_are_none() -> None:
    assert told(copied(), more("talk", 30, 1)) != []
    assert told(copied(), more("talk", 40, 1)) == []


def test_a_few_with_followers_among_the_many_do_not_hide_it() -> None:
    assert told(copied(), copied("press", 30, followers=9_000)) != []
    assert told(copied(), copied("press", 40, followers=9_000)) == []


@pytest.mark.parametrize(("size", "number"), [(110, 0), (140, 1)])
def test_a_brand_with_bots_on_most_days_is_told_of_far_more_alone(size: int, number: int) -> None:
    bots = [copied(f"bot{day}", 60, after=-day * DAY) for day in range(1, 15)]
    alerts = told(*bots, copied(size=size))
    assert len([alert for alert in alerts if alert.opened_at >= TURN]) == number
    assert len(alerts) - number <= 2  # before it was usual


def test_a_wave_in_other_weeks_does_not_hide_the_next() -> None:
    assert len(told(copied("first", after=-6 * DAY), copied("second", after=-2 * DAY), copied())) == 3


def test_nothing_is_said_in_the_first_week() -> None:
    assert told(copied(after=-15 * DAY)) == []


def test_a_wave_that_goes_on_is_one_episode() -> None:
    (alert,) = told(copied(size=600, hours=5))
    assert alert.status == "closed"
    assert alert.volume == 599
    assert alert.observed == 120


def test_of_however_many_authors_little_is_remembered() -> None:
    pipeline = Pipeline(kinds=("bought_amplification",), brands=BRANDS)
    pipeline.run(in_time(usual(each=3 * HOUR), copied(size=3_000)), 500)
    assert len(orjson.dumps(pipeline.state["kinds"]["@acme"])) < 40_000
    (alert,) = {alert.id: alert for alert in pipeline.alerts.values()}.values()
    assert re.search(r"by (2,[5-9]|3,[0-4])\d\d authors", alert.summary)


def test_the_sample_of_authors_is_fair_and_exact_where_they_are_few() -> None:
    def kept(names: list[str], reach: int) -> list[list[int]]:
        return sorted([_hashed(name), reach] for name in names)[:_KEPT]

    few = [kept(["a", "b"], 1), kept(["b", "c"], 2), []]
    assert (sorted(_authors(few)[0]), _authors(few)[1]) == ([1, 2, 2], 3)
    rng = Random(1)
    many = [kept([f"{part} {rng.random()}" for _ in range(2_000)], 1 + (part < 3)) for part in range(12)]
    reaches, number = _authors([*many, many[0]])
    assert number == pytest.approx(24_000, rel=0.15)
    assert reaches.count(2) / len(reaches) == pytest.approx(0.25, abs=0.06)


def test_an_hour_ends_after_an_hour() -> None:
    halves = copied("one", 40, 0.5), copied("two", 40, 0.5, after=timedelta(hours=1))
    assert told(*halves) == []
