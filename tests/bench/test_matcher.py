"""Ten thousand queries cost at most twice what a hundred cost, and 50,000 posts pass in a second."""

from pathlib import Path

import pytest

from tests.bench.matcher import RECORDING, measure, report

pytestmark = pytest.mark.bench


def test_ten_thousand_queries(shared: Path) -> None:
    assert RECORDING.resolve().is_relative_to(shared)
    figures = measure()
    report(figures)
    assert figures[-1]["seconds"] <= 2 * figures[0]["seconds"]
    assert figures[-1]["posts_per_s"] >= 50_000
