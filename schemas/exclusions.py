"""Ready lists of what people who listen for a brand seldom want to hear: job adverts, selling, automated reports.

Each is a brand query of words and phrases alone, so that every store finds exactly what it says. A brand names those
that hold for it (`exclude`); what they remove stays stored, and can be looked at by list.
"""

from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from schemas.query.tree import Node, Query

Exclusion = Literal["jobs", "adverts", "market-reports"]
EXCLUSIONS: tuple[Exclusion, ...] = get_args(Exclusion)

_PHRASES: dict[Exclusion, tuple[str, ...]] = {
    "jobs": (
        "we are hiring", "we're hiring", "is hiring", "now hiring", "job opening", "job openings", "job opportunity",
        "job vacancy", "job alert", "job listing", "apply for this job", "apply now for", "career opportunity",
        "career opportunities", "open position", "open positions", "join our team", "looking to hire", "send your cv",
        "send your resume", "now recruiting", "full time position", "part time position", "walk in interview",
        "招聘", "誠聘", "徵才", "急聘", "高薪聘", "職缺", "應徵", "求职", "校招", "社招", "投递简历",
    ),
    "adverts": (
        "buy now", "shop now", "order now", "order today", "limited time offer", "free shipping", "promo code",
        "discount code", "coupon code", "use code", "off your first order", "click the link to buy", "flash sale",
        "clearance sale", "while stocks last", "while supplies last", "best price guaranteed", "sponsored post",
        "paid partnership", "affiliate link", "enter to win", "giveaway", "dm to order", "for sale", "in stock now",
        "限时优惠", "立即购买", "優惠碼", "折扣碼", "满减", "包邮", "免運", "秒杀", "抽奖", "团购", "代购", "私信下单",
    ),
    "market-reports": (
        "market report", "market research report", "market size", "market share analysis", "market forecast",
        "market outlook", "global market", "industry analysis report", "cagr", "compound annual growth rate",
        "competitive landscape", "key players", "request a sample", "sample copy of the report",
        "press release distribution", "research and markets", "stock alert", "trading alert", "options alert",
        "price target", "penny stocks", "stock picks", "technical analysis report", "earnings preview",
        "市场研究报告", "市场规模", "复合年增长率", "行业分析报告", "競爭格局", "研報", "目标价",
    ),
}  # fmt: skip


@cache
def exclusion(name: Exclusion) -> "Query":
    """Return the query of a list."""
    from schemas.query.parse import parse_query  # here: settings name lists, and most commands look at none

    return parse_query(" OR ".join(f'"{phrase}"' for phrase in _PHRASES[name]))


@cache
def exclusions(names: tuple[Exclusion, ...]) -> "Query | None":
    """Return one query for several lists, None for none."""
    from schemas.query.tree import Or, Query

    found = [exclusion(name) for name in names]
    if not found:
        return None
    nodes: tuple[Node, ...] = tuple(node for one in found for node in _alternatives(one))
    return Query(" OR ".join(one.text for one in found), Or(nodes))


def _alternatives(query: "Query") -> "tuple[Node, ...]":
    from schemas.query.tree import Or

    return query.root.nodes if isinstance(query.root, Or) else (query.root,)
