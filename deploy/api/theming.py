"""The route of themes: what is spoken of more than usual in the mentions that are looked at."""

from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Query as Parameters
from pydantic import Field

from deploy.api.access import Viewer
from deploy.api.context import Here, Key
from deploy.api.filters import Filters, asked
from deploy.themes import Themes, themes_of
from sinks.store import Store

router = APIRouter(tags=["rankings"])


class Themed(Filters):
    """Filters, and how many themes."""

    limit: int = Field(default=10, ge=1, le=50)


@router.get("/top/themes", response_model=Themes)
async def themes(filters: Annotated[Themed, Parameters()], here: Here, key: Key, caller: Viewer) -> Response:
    """Words, hashtags and names that go together and come at least twice as often as usual, the surest first.

    Usual is what else is said of the same brands in this time and in the eight weeks before it; where that is next to
    nothing, each stretch of the time is compared with the rest of it. Of large numbers of mentions a sample is read,
    the same one each time; reposts and near-copies count once.
    """

    def question(store: Store) -> Themes:
        one = asked(filters, here.settings, store)
        return themes_of(store, one.brands, one.selection, filters.limit)

    return await here.answers.told(key, question)
