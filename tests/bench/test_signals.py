"""Virality and trends stay cheap for each event, also in a storm of copies."""

import pytest

from tests.bench.signals import measure, report

pytestmark = pytest.mark.bench


def test_each_event_is_cheap() -> None:
    figures = measure()
    print()
    report(figures)
    assert figures["season"] <= 50
    storms = [figure for name, figure in figures.items() if "storm" in name]
    assert max(storms) <= 150
    assert figures["trends: one mention a bucket"] <= 120
