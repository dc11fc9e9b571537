"""The points of an answer over time, made of the sums that a store has: the same arithmetic for every store."""

from collections.abc import Mapping
from datetime import tzinfo

from schemas.season import expected_between
from schemas.wire import from_ms
from sinks.questions import SentimentPoint, SharePoint, Span, VolumePoint

Sums = Mapping[int, tuple[int, ...]]
"""Sums by start of interval (ms); what is not there is 0."""


def volume_points(
    brand: str, span: Span, counts: Sums, people: Sums | None, expected: Mapping[int, float | None]
) -> list[VolumePoint]:
    """Return one point per interval.

    `counts` are mentions, distinct ones and engagement; `people` are authors, their followers, and how many authors'
    followers are not known; None where nobody counted them.
    """
    points = []
    for start in span.starts():
        count, distinct, engagement = counts.get(start, (0, 0, 0))
        authors, reach, unknown = (None, None, None) if people is None else people.get(start, (0, 0, 0))
        points.append(
            VolumePoint(
                time=from_ms(start), brand=brand, count=count, distinct_count=distinct, expected=expected[start],
                authors=authors, reach=reach, reach_unknown=unknown, engagement=engagement,
                engagement_rate=engagement / reach if reach else None,
            )
        )  # fmt: skip
    return points


def sentiment_points(brand: str, span: Span, sums: Sums) -> list[SentimentPoint]:
    """Return one point per interval; `sums` are positive, neutral, negative and unknown."""
    points = []
    for start in span.starts():
        positive, neutral, negative, unknown = sums.get(start, (0, 0, 0, 0))
        felt = positive + negative
        points.append(
            SentimentPoint(
                time=from_ms(start), brand=brand, positive=positive, neutral=neutral, negative=negative,
                unknown=unknown, balance=(positive - negative) / felt if felt else None,
            )
        )  # fmt: skip
    return points


def share_points(span: Span, sums: Mapping[str, Sums]) -> list[SharePoint]:
    """Return, per interval, a point for each brand; its sums are mentions and distinct ones."""
    points = []
    for start in span.starts() if sums else ():
        of = {brand: sums[brand].get(start, (0, 0)) for brand in sums}
        total, distinct_total = (sum(counts) for counts in zip(*of.values(), strict=True))
        points += [
            SharePoint(
                time=from_ms(start), brand=brand, count=count,
                share=count / total if total else None,
                distinct_share=distinct / distinct_total if distinct_total else None,
            )
            for brand, (count, distinct) in of.items()
        ]  # fmt: skip
    return points


def expected_volumes(span: Span, hourly: Mapping[int, int], first_ms: int, zone: tzinfo) -> dict[int, float | None]:
    """Return the volume expected in each interval by its start; of the outermost in what lies in the span.

    `hourly` is the volume by start of hour, `first_ms` the time of the first mention ever.
    """
    starts = span.starts()
    moments = [*(max(start, span.first_ms) for start in starts), span.last_ms]
    return dict(zip(starts, expected_between(hourly, first_ms, moments, zone), strict=True))
