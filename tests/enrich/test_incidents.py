"""Incidents: an outcry is one alert that opens, grows and closes, whatever the order, the repeats and the restarts."""

import re
from collections.abc import Sequence
from datetime import timedelta
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrich.spikes import threshold
from enrich.trends import LATENESS_MS
from schemas.alerting import AlertSettings
from schemas.trend import BUCKET_MS, BrandDelta
from schemas.wire import ms
from tests.support.outcry import DAY, OUTCRY, START, Pipeline, delta, everyday, in_time, moment, outcry

HOUR = timedelta(hours=1)
STORY = in_time(everyday(12), outcry(60), everyday(13, "borealis", each=timedelta(hours=2)))
WHOLE = Pipeline()
WHOLE.run(STORY)


def test_an_outcry_opens_once_grows_and_closes() -> None:
    steps = list(WHOLE.alerts.values())
    assert len({alert.id for alert in steps}) == 1
    assert [alert.revision for alert in steps] == list(range(1, len(steps) + 1))
    assert [alert.status for alert in steps] == ["open"] * (len(steps) - 1) + ["closed"]
    assert 3 <= len(steps) <= 6  # not with each mention
    first, last = steps[0], steps[-1]
    assert first.id == "acme:volume_spike:2024-03-14T09:00Z"
    assert first.opened_at == OUTCRY
    assert first.novelty is not None
    assert first.threshold is not None
    assert first.novelty >= first.threshold
    assert (last.kind, last.brand, last.replayed, last.near_copy_share) == ("volume_spike", "acme", True, 0)
    assert last.closed_at is not None
    assert timedelta(hours=12) <= last.closed_at - OUTCRY <= timedelta(hours=14)
    assert last.volume is not None
    assert 60 <= last.volume <= 70
    assert last.observed > 20
    assert last.expected is not None
    assert last.expected < 2
    assert last.summary.startswith("Acme: ")


@given(st.integers(0, 10_000), st.integers(1, 400), st.integers(0, 4))
@settings(max_examples=12, deadline=None)
def test_order_within_the_lateness_repeats_batches_and_restarts_change_nothing(
    seed: int, batch: int, restarts: int
) -> None:
    rng = Random(seed)
    late = timedelta(milliseconds=LATENESS_MS - 1)
    told = [(moment(one) + rng.random() * late, one) for one in STORY]
    told += [(at + rng.random() * 3 * DAY, one) for at, one in rng.sample(told, 100)]
    shuffled = [one for _, one in sorted(told, key=lambda pair: pair[0])]
    pipeline = Pipeline()
    begins = sorted(rng.randrange(len(shuffled)) for _ in range(restarts))
    for first, end in zip([0, *begins], [*begins, len(shuffled)], strict=True):
        pipeline.restart()
        pipeline.run(shuffled[first:end], batch)
    pipeline.take([delta("later", START + 14 * DAY, "borealis")])
    assert pipeline.alerts == WHOLE.alerts


def test_lanes_that_are_days_apart_give_the_same_alerts() -> None:
    lanes = [[one for n, one in enumerate(STORY) if n % 3 == part] for part in range(3)]
    pipeline = Pipeline()
    clock = [START] * 3
    for part, first in [(0, 0), (1, 0), (0, 200), (2, 0), (1, 200), (2, 200)]:  # each lane in two parts
        batch = lanes[part][first : first + 200 if not first else None]
        clock[part] = moment(batch[-1])
        pipeline.take(batch, clock=min(clock))
    pipeline.take([], clock=START + 14 * DAY)
    assert pipeline.alerts == WHOLE.alerts


def test_what_comes_too_late_opens_no_alert() -> None:
    pipeline = Pipeline()
    pipeline.run(in_time(everyday(12)))
    assert pipeline.run(outcry(60, OUTCRY)) == []
    assert pipeline.run(outcry(60, START + 12 * DAY - 2 * HOUR)) == []
    assert pipeline.run(in_time(everyday(14)[-96:])) == []
    assert pipeline.run(in_time(outcry(90, START + 14 * DAY + HOUR), everyday(15)[-48:])) != []


def test_lists_of_companies_are_nobodys_outcry() -> None:
    listing = outcry(60, listed=True)
    assert Pipeline().run(in_time(everyday(12), listing)) == []
    people = [delta(f"person {n}", OUTCRY + timedelta(minutes=5 * n + 1)) for n in range(5)]
    assert Pipeline().run(in_time(everyday(12), listing, people)) != []


def test_a_young_record_opens_none() -> None:
    assert Pipeline().run(in_time(everyday(4), outcry(60, START + 1.5 * DAY))) == []


def test_what_the_sources_had_from_before_the_first_live_moment_is_no_baseline() -> None:
    told = in_time(everyday(12), outcry(60))
    backlog = [one for one in told if moment(one) < OUTCRY - HOUR]
    live = Pipeline()
    assert live.take(backlog, seen=OUTCRY - HOUR) == []
    for one in told[len(backlog) :]:
        assert live.take([one], seen=moment(one)) == []


def test_an_episode_is_replayed_when_it_is_heard_of_a_day_later() -> None:
    for delay, replayed in ((timedelta(hours=2), False), (2 * DAY, True)):
        pipeline = Pipeline()
        for first in range(0, len(STORY), 20):
            batch = STORY[first : first + 20]
            pipeline.take(batch, seen=moment(batch[-1]) + delay)
        assert {alert.replayed for alert in pipeline.alerts.values()} == {replayed}


def test_the_time_of_other_brands_closes_an_episode() -> None:
    pipeline = Pipeline()
    pipeline.run(in_time(everyday(11)[:500], outcry(60)))
    told = pipeline.take([delta("later", OUTCRY + DAY, "borealis")])
    assert [alert.status for alert in told] == ["open", "closed"] or told[-1].status == "closed"
    pipeline.restart()
    assert pipeline.take([delta("much later", OUTCRY + 2 * DAY, "borealis")]) == []


def test_the_clock_judges_the_last_bucket_of_a_brand_that_nobody_mentions_any_more() -> None:
    burst = outcry(60, minutes=4)
    pipeline = Pipeline()
    for one in in_time(everyday(10), burst):  # nothing follows the burst
        pipeline.take([one], seen=moment(one))
    assert pipeline.alerts == {}
    due = OUTCRY + timedelta(milliseconds=BUCKET_MS + LATENESS_MS)
    early = due - timedelta(seconds=1)
    assert not pipeline.incidents.is_due(ms(early))
    assert pipeline.take([], seen=early, clock=early) == []
    assert pipeline.incidents.is_due(ms(due))
    (opened,) = pipeline.take([], seen=due, clock=due)
    assert (opened.kind, opened.status, opened.opened_at, opened.replayed) == ("volume_spike", "open", OUTCRY, False)
    assert pipeline.take([], seen=due, clock=due + HOUR) == []
    (closed,) = pipeline.take([], seen=due, clock=due + 13 * HOUR)
    assert (closed.id, closed.status) == (opened.id, "closed")


def test_what_comes_when_the_clock_was_ahead_is_judged_all_the_same() -> None:
    """Whoever hands mentions on was away for hours: the clock went on, and the outcry comes after it."""
    pipeline = Pipeline()
    before = in_time(everyday(10))
    pipeline.run(before)
    pipeline.take([], seen=OUTCRY + 5 * HOUR, clock=OUTCRY + 5 * HOUR)
    pipeline.run(in_time(outcry(60), everyday(11)[480:]))
    assert {alert.id for alert in pipeline.alerts.values()} == {"acme:volume_spike:2024-03-14T09:00Z"}


def test_copies_of_one_post_are_no_spike() -> None:
    signature = "m1." + "A" * 86
    told = in_time(everyday(12), outcry(300, signature=signature))
    assert Pipeline().run(told) == []


def on(source: str, told: Sequence[BrandDelta]) -> list[BrandDelta]:
    """Return the same mentions, heard on a source."""
    return [
        one.replace(
            mention_id=f"{source} {moment(one)} {one.mention_id}",
            contribution=one.contribution.replace(author=f"{source}:{moment(one)} {one.mention_id}"),
        )
        for one in told
        if one.contribution is not None
    ]


def two_sources() -> list[BrandDelta]:
    """A loud source that scatters much, and a quiet one."""
    bursts = [outcry((10, 45)[n % 2], START + n * HOUR, minutes=9) for n in range(13 * 24)]
    return in_time(on("loud", [one for burst in bursts for one in burst]), on("quiet", everyday(13, each=2 * HOUR)))


def test_a_source_that_is_hidden_by_a_louder_one_has_alerts_of_its_own() -> None:
    pipeline = Pipeline()
    pipeline.run(in_time(two_sources(), on("quiet", outcry(25, OUTCRY + HOUR, minutes=9))))
    assert {alert.id for alert in pipeline.alerts.values()} == {"acme:volume_spike:2024-03-14T10:00Z:quiet"}
    last = list(pipeline.alerts.values())[-1]
    assert (last.source, last.status) == ("quiet", "closed")
    assert [driver.value for driver in last.sources] == ["quiet"]
    assert all(driver.value.startswith("quiet:") for driver in last.drivers.authors)
    assert " mentions on quiet within " in last.summary
    assert last.volume is not None
    assert last.volume <= 30
    assert last.threshold == threshold(0.5)


def test_one_event_is_one_alert_wherever_it_is() -> None:
    everywhere = [*on("loud", outcry(120)), *on("quiet", outcry(60))]
    for event in (everywhere, on("loud", outcry(240)), on("quiet", outcry(200))):
        pipeline = Pipeline()
        pipeline.run(in_time(two_sources(), event))
        steps = list(pipeline.alerts.values())
        assert len({alert.id for alert in steps}) == 1, [alert.id for alert in steps]
    assert {alert.source for alert in steps} <= {None, "quiet"}


def test_an_alert_says_which_source_drives_it() -> None:
    pipeline = Pipeline()
    pipeline.run(in_time(two_sources(), on("loud", outcry(40)), on("quiet", outcry(160))))
    last = list(pipeline.alerts.values())[-1]
    assert last.source is None
    assert [driver.value for driver in last.sources] == ["quiet", "loud"]
    assert re.search(r", \d\d% on quiet", last.summary)


@given(st.integers(0, 10_000))
@settings(max_examples=4, deadline=None)
def test_alerts_of_sources_do_not_depend_on_order_batches_and_restarts(seed: int) -> None:
    told = in_time(two_sources()[2_000:], on("quiet", outcry(25, OUTCRY + HOUR, minutes=9)))
    whole, pipeline, rng = Pipeline(), Pipeline(), Random(seed)
    whole.run(told)
    late = timedelta(milliseconds=LATENESS_MS - 1)
    shuffled = sorted(told, key=lambda one: moment(one) + rng.random() * late)
    middle = rng.randrange(len(told))
    for part in (shuffled[:middle], shuffled[middle:]):
        pipeline.run(part, rng.randint(20, 400))
        pipeline.restart()
    for one in (whole, pipeline):
        one.take([delta("later", START + 14 * DAY, "borealis")])
    assert pipeline.alerts == whole.alerts != {}


def test_the_drivers_are_the_posts_that_most_say_the_same_and_the_loudest_authors() -> None:
    signature = "m1." + "A" * 86
    copied = outcry(40, signature=signature)
    loud = delta("loud", OUTCRY + timedelta(minutes=3), followers=1_000_000)
    other = [delta(f"own {n}", OUTCRY + timedelta(seconds=20 * n)) for n in range(90)]
    pipeline = Pipeline()
    pipeline.run(in_time(everyday(12), copied, [loud], other))
    last = list(pipeline.alerts.values())[-1]
    first, second, _ = last.drivers.posts
    assert (first.id, first.copies) == ("acme outcry 14 0", 39)
    assert second.id == "loud"
    assert last.drivers.authors[0].value == "test:loud"
    assert last.drivers.authors[0].reach == 1_000_000
    assert last.near_copy_share is not None
    assert 0.25 <= last.near_copy_share <= 0.35


@pytest.mark.parametrize(
    ("feeling", "kinds"), [("negative", {"volume_spike", "negative_spike"}), ("positive", {"volume_spike"})]
)
def test_a_negative_spike_is_more_than_the_volume_explains(feeling: str, kinds: set[str]) -> None:
    pipeline = Pipeline()
    pipeline.run(in_time(everyday(12), outcry(60, sentiment=feeling)))
    assert {alert.kind for alert in pipeline.alerts.values()} == kinds
    negative = [alert for alert in pipeline.alerts.values() if alert.kind == "negative_spike"]
    assert all(alert.negative_share and alert.negative_share > 0.8 for alert in negative)


def test_a_brand_is_held_against_what_was_wanted_of_it() -> None:
    def opened(wanted: AlertSettings) -> int:
        pipeline = Pipeline(wanted)
        rng = Random(5)
        bursts = [outcry(rng.randint(3, 12), START + n * DAY + rng.random() * DAY) for n in range(8, 28)]
        pipeline.run(in_time(everyday(30), *bursts))
        return len({alert.id for alert in pipeline.alerts.values()})

    assert opened(AlertSettings(per_week=0.01)) < opened(AlertSettings(per_week=20))
    assert opened(AlertSettings(per_week=0.01)) == opened(AlertSettings(per_week=20, brands_per_week={"acme": 0.01}))


def test_a_second_burst_within_the_cool_down_is_the_same_episode() -> None:
    again = outcry(200, OUTCRY + 6 * HOUR)
    one, two = Pipeline(), Pipeline(AlertSettings(cool_down_h=1))
    one.run(in_time(everyday(12), outcry(60), again))
    two.run(in_time(everyday(12), outcry(60), again))
    assert [len({alert.id for alert in each.alerts.values()}) for each in (one, two)] == [1, 2]


def test_state_stays_flat_over_a_year_and_silence_costs_nothing() -> None:
    pipeline = Pipeline()

    def size() -> int:
        return sum(len(orjson.dumps(pipeline.state.table(name))) for name in ("incidents", "spikes"))

    pipeline.run(everyday(30, each=2 * HOUR))
    month = size()
    later: list[BrandDelta] = [delta(f"late {n}", START + n * DAY) for n in range(31, 366)]
    pipeline.run(later)
    assert size() < 2 * month
    pipeline.run([delta("end", START + 1000 * DAY)])
    assert size() < 2 * month
