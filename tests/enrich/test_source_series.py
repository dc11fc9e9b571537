"""Which sources have a series of their own: those with enough, where there are several; never many, never fewer."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from enrich.source_series import MOST, SourceSeries


def test_a_source_alone_has_no_series_of_its_own() -> None:
    series = SourceSeries({})
    series.hear({"x": 1_000})
    assert series.watched == []
    series.hear({"reddit": 3})
    assert series.watched == []  # nothing new came from x
    series.hear({"x": 1})
    assert series.watched == ["x"]


def test_a_source_with_little_waits_until_it_has_enough() -> None:
    series = SourceSeries({})
    for _ in range(29):
        series.hear({"x": 5, "reddit": 1})
    assert series.watched == ["x"]
    series.hear({"reddit": 1})
    assert series.watched == ["x", "reddit"]


@given(st.lists(st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 3_000)), max_size=40), st.integers(0, 40))
def test_state_stays_small_survives_a_restart_and_a_series_is_kept(told: list[dict[str, int]], restart: int) -> None:
    kept: dict[str, Any] = {}
    side: dict[str, Any] = {}
    whole, parts = SourceSeries(kept), SourceSeries(side)
    before: list[str] = []
    for number, counts in enumerate(told):
        whole.hear(counts)
        if number == restart:
            parts = SourceSeries(side := orjson.loads(orjson.dumps(side)))
        parts.hear(counts)
        assert whole.watched[: len(before)] == before
        before = list(whole.watched)
    assert parts.watched == whole.watched
    assert side == kept
    assert len(whole.watched) <= MOST
    assert len(orjson.dumps(kept)) < 500
