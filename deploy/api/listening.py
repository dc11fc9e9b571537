"""The route of what is new, as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi import Query as Parameters
from fastapi.responses import StreamingResponse

from deploy.api.access import Viewer
from deploy.api.context import Here
from deploy.api.filters import Filters, asked
from deploy.api.hub import Event, stream
from deploy.api.problems import Problem
from schemas.alert import Alert
from schemas.codec import encode
from schemas.mention import Mention
from sinks.traits import selected

router = APIRouter(tags=["live"])

_LISTENERS = 500


@router.get("/live", response_class=StreamingResponse)
async def live(
    filters: Annotated[Filters, Parameters()],
    here: Here,
    caller: Viewer,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> StreamingResponse:
    """New mentions and alerts, as they are stored, until the connection is closed.

    Events are `mention`, `alert`, and `reset`: something may have been missed, load again. With `Last-Event-ID` it goes
    on behind that event. Alerts are filtered by brand alone.
    """
    hub = here.hub
    if hub.listeners >= _LISTENERS:
        raise Problem(503, f"{_LISTENERS} listen already", {"Retry-After": "30"})
    selection = (await here.answers.ask(lambda store: asked(filters, here.settings, store))).selection
    brands = set(selection.brands)

    def wanted(what: Mention | Alert) -> bool:
        return what.brand in brands if isinstance(what, Alert) else selected(what, selection)

    def text(event: Event) -> bytes:
        kind = "alert" if isinstance(event.what, Alert) else "mention"
        return f"id: {hub.id_of(event)}\nevent: {kind}\ndata: ".encode() + encode(event.what) + b"\n\n"

    async def events() -> AsyncIterator[bytes]:
        hub.listeners += 1
        try:
            async for piece in stream(hub, last_event_id, wanted, text):
                yield piece
        finally:
            hub.listeners -= 1

    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(events(), media_type="text/event-stream", headers=headers)
