"""A group of more brands than can be shown is shown in parts that still make up the whole."""

from datetime import timedelta

import pytest

from deploy.api.sharing import shares
from sinks.points import share_points
from sinks.questions import Span
from tests.support.mentions import T0

DAY = 86_400_000
SPAN = Span(T0, T0 + timedelta(days=3), DAY)
FIRST, SECOND, _ = SPAN.starts()


def test_the_rest_is_one_without_a_name() -> None:
    sums = {f"b{n}": {FIRST: (n, n // 2), SECOND: (1, 0)} for n in range(80)}
    points = share_points(SPAN, sums)
    found = shares(points, 3, frozenset({"b5", "b7"}))
    assert {point.brand for point in found} == {"b5", "b7", "b79", None}
    for start in SPAN.starts():
        here = [point for point in found if point.time.timestamp() * 1000 == start]
        assert sum(point.count for point in here) == sum(of.get(start, (0, 0))[0] for of in sums.values())
        shown = [point.share for point in here if point.share is not None]
        assert not shown or sum(shown) == pytest.approx(1)
    assert [point.model_dump() for point in shares(points, 80, frozenset())] == [point.model_dump() for point in points]
