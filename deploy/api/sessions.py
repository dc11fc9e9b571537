"""Routes of who asks: a browser shows its token once, and keeps it where no script can read it."""

from importlib.metadata import version

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from deploy.api.access import COOKIE, Door, Viewer
from deploy.api.context import Here
from deploy.api.shapes import SessionView, Status
from deploy.known_brands import known_brands
from sinks.store import Store

router = APIRouter(tags=["session"])

_KEPT_S = 30 * 86_400


class Shown(BaseModel):
    """A token."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=200)


@router.post("/session", status_code=204, response_class=Response)
async def sign_in(shown: Shown, request: Request) -> Response:
    """Keep a token in a cookie of this site; 401 when it is not known. Where none is needed, none is kept."""
    door: Door = request.app.state.door
    door.caller(request, shown.token)
    answer = Response(status_code=204)
    if door.is_open:
        return answer
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, shown.token, max_age=_KEPT_S, httponly=True, samesite="strict", secure=secure)
    return answer


@router.delete("/session", status_code=204, response_class=Response)
async def sign_out() -> Response:
    """Forget the cookie."""
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


@router.get("/session")
async def session(request: Request, here: Here, caller: Viewer) -> SessionView:
    """Who asks, what that one may do, and where the same can be seen in Kibana."""
    kibana = here.settings.kibana.home if "://" in here.where else ""
    door: Door = request.app.state.door
    return SessionView(name=caller.name, role=caller.role, signed_in=not door.is_open, kibana=kibana or None)


@router.get("/status")
async def status(here: Here, caller: Viewer) -> Status:
    """What answers, and the time that its store holds."""

    def question(store: Store) -> Status:
        extent = store.extent([brand.id for brand in known_brands(here.settings, store)])
        return Status(
            version=version("hearken"), store="elasticsearch" if "://" in here.where else "sqlite",
            first=extent[0] if extent else None, last=extent[1] if extent else None,
        )  # fmt: skip

    return await here.answers.ask(question)
