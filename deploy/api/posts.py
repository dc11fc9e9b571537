"""Routes of the mentions themselves: search, one mention, how it was counted and how it spread."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Response
from fastapi import Query as Parameters
from pydantic import Field

from deploy.api.access import Viewer
from deploy.api.context import Here, Key
from deploy.api.encoding import mentions_json
from deploy.api.filters import Filters, asked
from deploy.api.leading import leaders
from deploy.api.paging import cursor_of, place_of
from deploy.api.problems import Problem
from deploy.api.shapes import Observed, Rows, Slice, Spread
from deploy.api.spreading import steps
from schemas.codec import encode
from schemas.errors import UsageError
from schemas.mention import Mention
from schemas.wire import from_ms
from sinks.questions import Sort
from sinks.store import Questions, Store

router = APIRouter(tags=["mentions"])

MentionId = Annotated[str, Path(max_length=100, description="The id of a mention.")]


class Listed(Filters):
    """Filters, the order, and the page."""

    sort: Sort = Field(default="new", description="new can be paged; velocity and reach give one page.")
    limit: int = Field(default=50, ge=1, le=500)
    cursor: str | None = Field(default=None, max_length=300)


@router.get("/mentions", response_model=Slice[Mention])
async def mentions(filters: Annotated[Listed, Parameters()], here: Here, key: Key, caller: Viewer) -> Response:
    """The posts, whole documents, page by page: going on from `next` no mention is skipped and none comes twice."""
    after = place_of(filters.cursor)
    if after is not None and filters.sort != "new":
        raise UsageError("a cursor goes with sort=new: the other orders change while one reads")

    def question(store: Store) -> bytes:
        one = asked(filters, here.settings, store)
        if filters.sort == "new":
            page = store.page(one.selection, after, filters.limit)
            return mentions_json(page.mentions, b',"next":%s' % orjson.dumps(cursor_of(page.after)))
        return mentions_json(leaders(store, one, filters, filters.sort, filters.limit), b',"next":null')

    return await here.answers.told(key, question)


@router.get("/mentions/{mention_id}", response_model=Mention)
async def one_mention(mention_id: MentionId, here: Here, caller: Viewer) -> Response:
    """One mention, the whole document; 410 when it was deleted."""
    found = await here.answers.ask(lambda store: shown(store, mention_id))
    return Response(encode(found), media_type="application/json")


@router.get("/mentions/{mention_id}/history")
async def history(mention_id: MentionId, here: Here, caller: Viewer) -> Rows[Observed]:
    """The totals of a mention as they were observed, the oldest first."""

    def question(store: Store) -> Rows[Observed]:
        shown(store, mention_id)
        seen = [deed for deed in store.engagements(mention_id) if deed.counts is not None]
        return Rows(data=[Observed(at=deed.at, **deed.counts.model_dump()) for deed in seen if deed.counts])

    return await here.answers.ask(question)


@router.get("/mentions/{mention_id}/cascade")
async def cascade(mention_id: MentionId, here: Here, caller: Viewer) -> Spread:
    """How a mention spread: deeds added up over time, at most 500 points, and what is forecast."""

    def question(store: Store) -> Spread:
        found = shown(store, mention_id)
        return Spread(
            mention=found.id,
            published_at=from_ms(found.published_ms),
            engagement=found.engagement,
            velocity=found.velocity,
            virality=found.virality,
            points=steps(found, store.engagements(mention_id)),
        )

    return await here.answers.ask(question)


def shown(store: Questions, mention_id: str) -> Mention:
    """Return a mention that answers may hold. Raises Problem 404 or 410."""
    found = store.document(mention_id)
    if found is None:
        raise Problem(404, "there is no such mention")
    if found.deleted_at is not None:
        raise Problem(410, "this mention was deleted by who wrote it, or by its network")
    if not found.brands:
        raise Problem(410, "this mention was edited, and no query matches it any more")
    return found
