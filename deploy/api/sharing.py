"""Shares of voice of more brands than a chart can show: those of which most is said, and the rest as one."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from deploy.api.shapes import Share
from sinks.questions import SharePoint


def shares(points: Sequence[SharePoint], limit: int, among: frozenset[str]) -> list[Share]:
    """Return the points of up to `limit` brands, in their order, those `among` them in any case, and of all others
    together. `points` are in the order of their times."""
    said = Counter[str]()
    for point in points:
        said[point.brand] += point.count
    ranked = sorted(said, key=lambda brand: (brand not in among, -said[brand], brand))
    shown = frozenset(ranked[:limit])
    made = list[Share]()
    for time, together in groupby(points, key=lambda point: point.time):
        here = list(together)
        made += [Share.model_construct(**dict(point)) for point in here if point.brand in shown]
        if len(shown) < len(ranked):
            made.append(_rest(time, [point for point in here if point.brand not in shown]))
    return made


def _rest(time: datetime, points: Sequence[SharePoint]) -> Share:
    share = [point.share for point in points if point.share is not None]
    distinct = [point.distinct_share for point in points if point.distinct_share is not None]
    return Share(
        time=time, brand=None, count=sum(point.count for point in points),
        share=sum(share) if share else None, distinct_share=sum(distinct) if distinct else None,
    )  # fmt: skip
