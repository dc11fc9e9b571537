"""Click-through and conversion: clicks joined to the posts that carried the link."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from schemas.click import LinkClicks, link_key
from schemas.mention import Mention
from schemas.wire import Wire

if TYPE_CHECKING:
    from sinks.store import Questions

MOST_MENTIONS = 10_000
_NAMED = 10


class ClickRow(Wire):
    """One link of a brand's posts, and what came of it.

    `mentions` are the first ten of the `mention_count` posts that carried it, oldest first; `views` is the sum of their
    known views, None where none is known. `click_rate` is clicks / views, `conversion_rate` conversions / clicks, None
    where the latter is 0 or unknown: a rate above 1 says that the link was also clicked where nobody counts views.
    """

    link: str
    mentions: list[str]
    mention_count: int
    views: int | None
    clicks: int
    conversions: int
    click_rate: float | None
    conversion_rate: float | None
    amounts: dict[str, float]


def click_through(questions: "Questions", brand: str, start: datetime, end: datetime, limit: int) -> list[ClickRow]:
    """Return the links that a brand's posts from `start` up to but without `end` carried and that were clicked in that
    time, most clicked first, ties by link; `limit` at most.

    Of more than ten thousand posts the newest are looked at. A link that several posts carried is one row.
    """
    carried = _carried(questions.mentions(brand, None, start, end, "new", MOST_MENTIONS))
    told = questions.clicks(list(carried), start, end) if carried else {}
    rows = [_row(link, carried[link], clicks) for link, clicks in told.items()]
    return sorted(rows, key=lambda row: (-row.clicks, -row.conversions, row.link))[:limit]


def summed(groups: Iterable[tuple[str, str, str, int, float]]) -> Mapping[str, LinkClicks]:
    """Return what came of each link, of groups of (link, kind, currency, number, sum of values)."""
    found: dict[str, LinkClicks] = {}
    for link, kind, currency, number, value in groups:
        one = found.setdefault(link, LinkClicks())
        if kind == "conversion":
            one.conversions += number
            if value:
                one.amounts[currency] = round(one.amounts.get(currency, 0.0) + value, 6)
        else:
            one.clicks += number
    return found


def _carried(mentions: Sequence[Mention]) -> dict[str, list[Mention]]:
    carried: dict[str, list[Mention]] = {}
    for mention in reversed(mentions):
        for link in dict.fromkeys(key for url in mention.links if (key := link_key(url)) is not None):
            carried.setdefault(link, []).append(mention)
    return carried


def _row(link: str, mentions: Sequence[Mention], told: LinkClicks) -> ClickRow:
    known = [one.counts.views for one in mentions if one.counts is not None and one.counts.views is not None]
    views = sum(known) if known else None
    return ClickRow(
        link=link,
        mentions=[one.id for one in mentions[:_NAMED]],
        mention_count=len(mentions),
        views=views,
        clicks=told.clicks,
        conversions=told.conversions,
        click_rate=told.clicks / views if views else None,
        conversion_rate=told.conversions / told.clicks if told.clicks else None,
        amounts=told.amounts,
    )
