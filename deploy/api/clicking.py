"""Routes of what came of links: click-through and conversion, by link, by post and by brand."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Query as Parameters
from pydantic import BaseModel, Field

from deploy.api.access import Viewer
from deploy.api.context import Here, Key
from deploy.api.filters import BEGINNING, END, Window, asked
from deploy.api.posts import MentionId, shown
from deploy.api.shapes import Rows
from schemas.click import LinkClicks, link_key
from schemas.errors import UsageError
from sinks.clicks import ClickRow, click_through
from sinks.store import Store

router = APIRouter(tags=["clicks"])


class Clicked(BaseModel):
    """What came of links: clicks, conversions, and what these were worth by currency."""

    clicks: int = 0
    conversions: int = 0
    conversion_rate: float | None = None
    amounts: dict[str, float] = {}


class Links(Rows[ClickRow]):
    """The links of a brand's posts that were clicked, most clicked first, and what came of all of them."""

    total: Clicked


class Ranked(Window):
    """A brand, a time, and how many links."""

    limit: int = Field(default=20, ge=1, le=500)


@router.get("/clicks", response_model=Links)
async def clicks(window: Annotated[Ranked, Parameters()], here: Here, key: Key, caller: Viewer) -> Response:
    """What came of the links that a brand's posts carried; of more than ten thousand posts the newest are looked at."""

    def question(store: Store) -> Links:
        one = asked(window, here.settings, store)
        if len(one.brands) != 1:
            raise UsageError("clicks are of one brand: name it with brand=")
        start, end = one.selection.start or BEGINNING, one.selection.end or END
        rows = click_through(store, one.brands[0].id, start, end, 10_000)
        told = {row.link: LinkClicks(row.clicks, row.conversions, row.amounts) for row in rows}
        return Links(data=rows[: window.limit], total=_total(told.values()))

    return await here.answers.told(key, question)


@router.get("/mentions/{mention_id}/clicks")
async def clicks_of_a_mention(mention_id: MentionId, here: Here, caller: Viewer) -> Clicked:
    """What came of the links that a mention carries, whoever else carries them."""

    def question(store: Store) -> Clicked:
        found = shown(store, mention_id)
        links = [key for url in found.links if (key := link_key(url)) is not None]
        return _total(store.clicks(links, BEGINNING, END).values() if links else ())

    return await here.answers.ask(question)


def _total(parts: Iterable[LinkClicks]) -> Clicked:
    amounts: dict[str, float] = {}
    done = bought = 0
    for one in parts:
        done, bought = done + one.clicks, bought + one.conversions
        for currency, amount in one.amounts.items():
            amounts[currency] = round(amounts.get(currency, 0.0) + amount, 6)
    return Clicked(clicks=done, conversions=bought, conversion_rate=bought / done if done else None, amounts=amounts)
