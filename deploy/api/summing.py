"""The route of all measures at once: what was said of each brand in a time, in one line."""

from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Query as Parameters

from deploy.api.access import Viewer
from deploy.api.context import Here, Key
from deploy.api.filters import MAX_BRANDS, Filters, asked
from deploy.api.shapes import Rows, Summary
from schemas.errors import UsageError
from sinks.selection import Intervals, Measure
from sinks.store import Store

router = APIRouter(tags=["measures"])

_ANY = Intervals(86_400_000)


@router.get("/summary", response_model=Rows[Summary])
async def summary(filters: Annotated[Filters, Parameters()], here: Here, key: Key, caller: Viewer) -> Response:
    """Mentions, authors, reach, engagement and sentiment of each brand, in the order of the brands."""

    def question(store: Store) -> Rows[Summary]:
        selection = asked(filters, here.settings, store).selection
        if len(selection.brands) > MAX_BRANDS:
            raise UsageError(f"at most {MAX_BRANDS} brands at once: name some with brand=")

        def sums(measure: Measure) -> dict[str, tuple[int, ...]]:
            return {cell.brand: cell.values for cell in store.count(selection, (), measure, _ANY)}

        felt, people, engaged = sums("sentiment"), sums("people"), sums("engagement")
        return Rows(data=[_line(brand, felt[brand], people[brand], engaged[brand]) for brand in selection.brands])

    return await here.answers.told(key, question)


def _line(brand: str, felt: tuple[int, ...], people: tuple[int, ...], engaged: tuple[int, ...]) -> Summary:
    positive, neutral, negative, unknown = felt
    authors, reach, reach_unknown = people
    return Summary(
        brand=brand, mentions=sum(felt), authors=authors, reach=reach, reach_unknown=reach_unknown,
        engagement=engaged[0], positive=positive, neutral=neutral, negative=negative, unknown=unknown,
    )  # fmt: skip
