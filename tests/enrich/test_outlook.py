"""The outlook of a mention: finite, causal, independent of order, whatever engagement was seen through."""

from itertools import pairwise
from math import exp, isfinite, log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from enrich.attention import Attention
from enrich.cascade import Cascade
from enrich.course import FEATURES, RISING, features, points
from enrich.forecast import USUAL, Network, forecast, grown, model, sources
from enrich.infectiousness import Kernel, reproduction
from enrich.outlook import Outlook, virality
from schemas.post import Counts

BEGAN = 1_700_000_123_456
HOUR = 3600.0
DAY = 24 * HOUR

ages = st.floats(1, 3e7)
deeds = st.lists(st.tuples(st.floats(0, 2e6), st.none() | st.integers(0, 10**8)), max_size=60)


def _cascade(seen: list[tuple[float, int | None]], by_s: float = 1e12) -> Cascade:
    cascade = Cascade()
    for at_s, followers in seen:
        if at_s <= by_s:
            cascade.add_deed("reposts", BEGAN + int(at_s * 1000), followers)
    return cascade


def _at(cascade: Cascade, age_s: float, **more: float) -> Outlook:
    return virality(cascade, BEGAN, BEGAN + int(age_s * 1000), **more)  # type: ignore[arg-type]


def _growing(number: int, middle_s: float) -> list[tuple[float, int | None]]:
    """Ages spread log-normally: the quantiles of a law with the width 1.5."""
    return [(middle_s * exp(1.5 * 1.7 * log((n + 0.5) / (number - n - 0.5)) / 2), 300) for n in range(number)]


@given(deeds, ages, ages, st.sampled_from(sources()))
def test_every_forecast_is_finite_and_not_below_what_was_seen(
    seen: list[tuple[float, int | None]], age_s: float, horizon_s: float, source: str
) -> None:
    cascade = _cascade(seen, age_s)
    found = virality(cascade, BEGAN, BEGAN + int(age_s * 1000), source, horizon_s=horizon_s)
    assert found.seen <= found.forecast.final + 1e-6
    assert round(found.seen) <= found.forecast.low <= found.forecast.final + 0.5
    assert found.forecast.final <= found.forecast.high + 0.5
    assert isfinite(found.forecast.final)
    if found.reproduction is None:
        assert found.seen < 5
        assert not found.supercritical
    else:
        r = found.reproduction
        assert 0 <= r.low <= r.r <= r.high
        assert isfinite(r.high)


@given(deeds, ages, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(
    seen: list[tuple[float, int | None]], age_s: float, random: object
) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _at(_cascade(seen, age_s), age_s) == _at(_cascade(shuffled, age_s), age_s)


@given(deeds, st.floats(10, 1e6), st.floats(1, 1e6), st.floats(1, 50), st.sampled_from(sources()))
def test_a_longer_horizon_never_has_a_smaller_forecast(
    seen: list[tuple[float, int | None]], age_s: float, horizon_s: float, longer: float, source: str
) -> None:
    # What the usual model is asked is a hint of the source: between a day and a week its forecasts may fall.
    assume(source != USUAL or horizon_s >= 7 * DAY or horizon_s * longer <= DAY)
    course = points(_cascade(seen, age_s), BEGAN, BEGAN + int(age_s * 1000))
    one, other = (forecast(course, age_s, span, source=source) for span in (horizon_s, horizon_s * longer))
    assert one.final <= other.final + 1e-6
    assert (one.low, one.high) <= (other.low, other.high)
    assert one.high <= other.high


@given(deeds, ages, st.floats(1, 1e7))
def test_followers_change_no_forecast(seen: list[tuple[float, int | None]], age_s: float, horizon_s: float) -> None:
    bare: list[tuple[float, int | None]] = [(at_s, None) for at_s, _ in seen]
    one, other = (_at(_cascade(told, age_s), age_s, horizon_s=horizon_s).forecast for told in (seen, bare))
    assert one == other


def test_what_is_over_is_forecast_as_it_is() -> None:
    found = _at(_cascade([(60.0 * n, 100) for n in range(50)]), 8 * DAY)
    assert (found.forecast.final, found.forecast.low, found.forecast.high) == (50, 50, 50)
    assert not found.supercritical


def test_a_million_reshares_at_one_moment() -> None:
    found = forecast([(0.0, 1e6)], 1.0)
    assert 10**6 <= found.low <= found.final <= found.high < 10**12


def test_more_than_five_hundred_reshares_say_as_much_as_five_hundred_of_the_same_course() -> None:
    course = [(at_s, 1.0) for at_s, _ in _growing(400, 1800.0) if at_s <= HOUR]
    few, many = ([(at_s, number * times) for at_s, number in course] for times in (500 / len(course), 300.0))
    one, other = forecast(few, HOUR), forecast(many, HOUR)
    assert other.final / sum(number for _, number in many) == pytest.approx(one.final / 500, rel=0.01)
    assert other.high / other.low == pytest.approx(one.high / one.low, rel=0.01)


def test_the_faster_half_of_two_cascades_is_nearer_to_its_end() -> None:
    """After an hour, of as many seen: one came at once, one comes ever faster."""
    early = _at(_cascade([(30.0 * n, 300) for n in range(40)]), HOUR)
    late = _at(_cascade([(HOUR - 30.0 * n, 300) for n in range(40)]), HOUR)
    assert early.forecast.final * 1.3 < late.forecast.final
    assert early.reproduction is not None
    assert late.reproduction is not None
    assert early.reproduction.high < 1 < late.reproduction.r
    assert late.supercritical
    assert not early.supercritical


def test_totals_seen_now_and_then_tell_nearly_what_single_reshares_tell() -> None:
    seen = _growing(400, 1800.0)
    counted = Cascade()
    for minute in range(0, 61, 5):
        total = sum(at_s <= minute * 60 for at_s, _ in seen)
        counted.add_totals(Counts(reposts=total), BEGAN + minute * 60_000)
    by_deeds, by_totals = _at(_cascade([(at, None) for at, _ in seen], HOUR), HOUR), _at(counted, HOUR)
    assert by_totals.seen == pytest.approx(by_deeds.seen)
    assert by_totals.forecast.final == pytest.approx(by_deeds.forecast.final, rel=0.25)
    both = _cascade([(at, None) for at, _ in seen[::2]], HOUR)
    both.add_totals(Counts(reposts=round(by_deeds.seen)), BEGAN + 3_600_000)
    assert _at(both, HOUR).seen == pytest.approx(by_deeds.seen)


def test_a_later_moment_of_the_same_cascade_leaves_out_nothing() -> None:
    cascade = _cascade(_growing(200, 1200.0), DAY)
    finals = [_at(_cascade(_growing(200, 1200.0), at), at) for at in (600.0, HOUR, DAY)]
    assert [one.seen < other.seen for one, other in pairwise(finals)] == [True, True]
    assert _at(cascade, HOUR).seen <= _at(cascade, DAY).seen


def test_what_a_source_taught_moves_forecast_and_kernel() -> None:
    cascade = _cascade(_growing(30, 1800.0), 900.0)
    quick = virality(cascade, BEGAN, BEGAN + 900_000, attention=Attention(log(300), 0.9, 0.5))
    slow = virality(cascade, BEGAN, BEGAN + 900_000, attention=Attention(log(20_000), 1.9, 0.5))
    assert quick.forecast.final < slow.forecast.final
    assert Kernel.of(Attention(log(300))).hold_s < 300 < Kernel.of(Attention(log(20_000))).hold_s


def test_the_kernel_is_the_published_one() -> None:
    kernel = Kernel()
    assert kernel.share(1) == pytest.approx(0.0006265725, rel=1e-4)
    assert kernel.share(300) == pytest.approx(0.188, abs=1e-3)
    assert kernel.share(1e30) == pytest.approx(1, abs=1e-4)
    steps = [kernel.share(at + 0.5) for at in range(5000)]
    assert kernel.summed(5000) == pytest.approx(sum(steps), rel=1e-4)


def test_r_of_reshares_that_come_as_their_reach_makes_them_come() -> None:
    """Twice as many followers of the author, half as infectious: R is half, for the same reshares."""
    course = [(30.0 * n, 1.0) for n in range(1, 30)]
    one = reproduction(course, 900.0, reach=[1e5, *[1.0] * 29])
    two = reproduction(course, 900.0, reach=[2e5, *[1.0] * 29])
    assert one is not None
    assert two is not None
    assert two.r == pytest.approx(one.r / 2, rel=0.01)
    assert reproduction(course[:4], 900.0) is None


def test_the_table_is_of_these_features() -> None:
    for source in sources():
        held = model(source)
        width = len(FEATURES) if source == USUAL else FEATURES.index("asked")
        assert len(held.means) == len(held.deviations) == width
        for row in held.added:
            assert len(row) == width + 1
            assert not any(row[place] for place in RISING)
        for network in held.networks:
            assert {len(row) for row in network.inner} == {width + 1}
            assert {len(row) for row in network.outer} == {len(network.inner) + width + 1}
            _rises_with_the_horizon(network)
    assert model("a source of which nothing was learned") == model(USUAL)
    assert len(features([(1.0, 3.0)], 60.0, DAY)) == len(FEATURES)


def _rises_with_the_horizon(network: Network) -> None:
    for row in network.outer:
        assert all(row[len(network.inner) + place] >= 0 for place in RISING)
        for weight, unit in zip(row, network.inner, strict=False):
            assert all(weight * unit[place] >= 0 for place in RISING)


def test_growth_is_never_infinite() -> None:
    assert isfinite(grown(1e300, 1e308))
    assert grown(7, -1e308) == 7
