"""The route that tries a brand query on what is stored, before anybody saves it."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from deploy.api.access import Viewer
from deploy.api.context import Here
from deploy.api.filters import Window, asked
from deploy.api.shapes import Previewed
from schemas.query.parse import parse_query
from sinks.store import Store

router = APIRouter(tags=["queries"])

MAX_QUERY = 20_000
_COUNTED = 1_000


class Preview(BaseModel):
    """A brand query, a time, and how many of the matches to show."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    query: str = Field(min_length=1, max_length=MAX_QUERY)
    start: str | None = Field(default=None, alias="from", max_length=40)
    end: str | None = Field(default=None, alias="to", max_length=40)
    limit: int = Field(default=20, ge=0, le=100)


@router.post("/queries/preview")
async def preview(wish: Preview, here: Here, caller: Viewer) -> Previewed:
    """What of all that is stored, of whatever brand, a query matches, the newest first."""
    query = parse_query(wish.query)

    def question(store: Store) -> Previewed:
        time = asked(Window(start=wish.start, end=wish.end), here.settings, store).selection
        found = store.mentions(None, query, time.start, time.end, "new", _COUNTED + 1)
        most = len(found) > _COUNTED
        return Previewed(count=min(len(found), _COUNTED), count_is_least=most, data=found[: wish.limit])

    return await here.answers.ask(question)
