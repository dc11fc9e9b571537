"""What each kind of alert takes for news, and what it does not."""

from datetime import timedelta
from itertools import pairwise
from math import comb
from random import Random

import pytest

from enrich.kinds.sentiment_turn import _tail
from schemas.alert import Alert, AlertKind
from schemas.alerting import AlertSettings
from schemas.trend import BrandDelta
from tests.support.kind_stories import BRANDS, DAYS, HOUR, TURN, everyday, more, sentiment_turn, usual
from tests.support.outcry import DAY, START, Pipeline, delta, in_time, moment

END = delta("end", START + DAYS * DAY + HOUR, "borealis", source="test")


def told(kind: AlertKind, story: list[BrandDelta], settings: AlertSettings | None = None) -> list[Alert]:
    """Return how each alert of a kind stood last."""
    pipeline = Pipeline(settings, (kind,), BRANDS)
    pipeline.run([*story, END], 200)
    return list({alert.id: alert for alert in pipeline.alerts.values()}.values())


def test_a_burst_of_negative_mentions_is_a_spike_and_no_turn() -> None:
    burst = more("burst", 60, 0.5, sentiment="negative")
    assert told("sentiment_turn", in_time(everyday(), burst)) == []


def test_one_author_turns_no_sentiment() -> None:
    def by_one(one: BrandDelta) -> BrandDelta:
        known = one.contribution
        assert known is not None
        return one.replace(contribution=known.replace(author="test:one")) if known.sentiment == "negative" else one

    assert told("sentiment_turn", [by_one(one) for one in sentiment_turn()]) == []


def test_a_turn_says_the_balance_and_its_usual_value() -> None:
    (alert,) = told("sentiment_turn", sentiment_turn())
    assert alert.observed < -0.4
    assert alert.expected == pytest.approx(0.1, abs=0.15)
    assert alert.ratio is None
    assert alert.negative_share is not None
    assert alert.negative_share > 0.4


def test_the_tail_is_that_of_a_beta_binomial_count() -> None:
    # With a = b = 1 every count is as likely; with large a and b it is binomial.
    assert _tail(15, 19, 1, 1) == pytest.approx(5 / 20)
    binomial = sum(comb(30, k) * 0.2**k * 0.8 ** (30 - k) for k in range(12, 31))
    assert _tail(12, 30, 2e6, 8e6) == pytest.approx(binomial, rel=1e-3)
    assert _tail(0, 30, 3, 5) == pytest.approx(1)
    assert _tail(30_000, 100_000, 20, 80) < 0.05


def test_the_rivals_share_falls_where_one_rises() -> None:
    alerts = told("share_of_voice", in_time(everyday(), more("talk", 330, 36)))
    assert {(alert.brand, (alert.ratio or 0) > 1) for alert in alerts} == {("acme", True), ("borealis", False)}


def test_where_all_say_more_nobodys_share_changes() -> None:
    both = [more("talk", 330, 36, brand) for brand in ("acme", "borealis")]
    assert told("share_of_voice", in_time(everyday(), *both)) == []


def test_a_burst_of_an_hour_changes_no_share_of_voice() -> None:
    assert told("share_of_voice", in_time(everyday(), more("burst", 400, 1))) == []


@pytest.mark.parametrize(("followers", "number"), [(90_000, 0), (500_000, 1)])
def test_great_reach_is_far_more_than_usual_and_a_hundred_thousand(followers: int, number: int) -> None:
    assert len(told("great_reach", in_time(everyday(), more("star", 1, 1, followers=followers)))) == number


def test_who_speaks_every_week_is_no_news() -> None:
    weekly = [delta(f"news {n}", START + (7 * n + 1) * DAY, author="test:news", followers=800_000) for n in range(3)]
    assert told("great_reach", in_time(everyday(), weekly, more("star", 1, 1, followers=900_000))) == []


def test_where_a_number_of_followers_is_set_it_decides_alone() -> None:
    settings = AlertSettings(great_reach_followers=20_000)
    (alert,) = told("great_reach", in_time(everyday(), more("star", 1, 1, followers=20_000)), settings)
    assert (alert.observed, alert.threshold, alert.volume) == (20_000, 20_000, 1)
    assert [post.id for post in alert.drivers.posts] == ["star 0"]


def test_what_keeps_below_its_number_within_its_hours_meets_no_rule() -> None:
    rare = [one for n in range(8) for one in more(f"fire{n}", 1, 1, after=n * HOUR, rules=["battery"])]
    assert told("keyword_rule", in_time(everyday(), rare)) == []
    copies = more("copy", 12, 1, rules=["battery"], signature="m1." + "A" * 86)
    assert told("keyword_rule", in_time(everyday(), copies)) == []


def test_a_rule_goes_on_until_its_cool_down_and_may_be_met_again() -> None:
    fires = [one for day in (0, 0.25, 2) for one in more(f"fire{day}", 6, 1, after=day * DAY, rules=["battery"])]
    alerts = told("keyword_rule", in_time(everyday(), fires))
    assert [alert.opened_at - TURN for alert in alerts] == [timedelta(minutes=40), timedelta(days=2, minutes=40)]
    assert all(alert.rule == "battery" for alert in alerts)


def test_a_quiet_weekend_is_no_silence() -> None:
    weekdays = [one for one in everyday() if one.brand == "borealis" or moment(one).weekday() < 5]
    alerts = told("source_silent", weekdays)
    assert [alert for alert in alerts if alert.opened_at > START + 15 * DAY] == []


def test_a_hole_in_a_recording_is_no_silence() -> None:
    hole = [one for one in everyday() if not TURN <= moment(one) < TURN + 2 * DAY]
    assert told("source_silent", hole) == []


def test_a_source_that_is_seldom_heard_is_never_silent() -> None:
    rng = Random(2)
    seldom = [
        delta(f"seldom {n}", START + rng.random() * DAYS * DAY, source="seldom", author="seldom:a") for n in range(60)
    ]
    assert told("source_silent", in_time(everyday(), seldom)) == []


def test_wishes_decide_how_improbable_a_turn_has_to_be() -> None:
    rng = Random(9)

    def turned(one: BrandDelta, share: float) -> BrandDelta:
        known = one.contribution
        assert known is not None
        inside = one.brand == "acme" and TURN <= known.published_at < TURN + 30 * HOUR
        return one.replace(contribution=known.replace(sentiment="negative")) if inside and rng.random() < share else one

    story = in_time(usual(), usual("borealis"))
    numbers = []
    for per_week in (0.001, 1, 1000):
        rng.seed(9)
        settings = AlertSettings(per_week=per_week)
        numbers.append(len(told("sentiment_turn", [turned(one, 0.3) for one in story], settings)))
    assert all(few <= many for few, many in pairwise(numbers))
    assert numbers[0] < numbers[2]
