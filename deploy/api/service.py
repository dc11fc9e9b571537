"""The application: routes, who may enter, and what is held open while it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, FastAPI

from deploy.api import (
    alerting,
    branding,
    clicking,
    counting,
    exporting,
    listening,
    measures,
    posts,
    previewing,
    rankings,
    sessions,
    summing,
    theming,
)
from deploy.api.access import Door
from deploy.api.answers import Answers
from deploy.api.context import Context
from deploy.api.hub import Hub
from deploy.api.problems import DOCUMENTED, handle_problems
from deploy.api.shell import Shell
from deploy.api.wishes import Wishes
from deploy.silences import keep, kept
from deploy.stores import open_store
from schemas.clock import AsyncClock, SystemClock
from schemas.settings import Settings

_ROUTES = (
    sessions, branding, counting, theming, rankings, measures, summing, clicking, posts, previewing, alerting,
    exporting, listening,
)  # fmt: skip


def create_app(
    settings: Settings, where: str, brands_file: Path | None = None, clock: AsyncClock | None = None
) -> FastAPI:
    """Return the application for the store at a path or URL; brands are saved to `brands_file`, where one is given.

    Nothing is opened before it starts; it raises then what opening the store raises.
    """
    clock = clock or SystemClock()
    api = settings.api
    open_one = partial(open_store, where, elasticsearch=settings.elasticsearch, within_s=api.timeout_s)
    answers = Answers(open_one, api.threads, api.timeout_s, clock)
    keeping = partial(keep, settings=settings, where=where)
    wishes = Wishes(partial(kept, settings, where), keeping, clock, slow="://" in where)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        hub = Hub(answers, clock)
        app.state.context = Context(settings, where, brands_file, clock, answers, wishes, hub)
        await answers.ask(lambda store: None)  # a store that cannot be opened is told now
        following = asyncio.create_task(hub.follow())
        try:
            yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            answers.close()

    app = FastAPI(
        title="hearken", version=version("hearken"), summary="What is said about brands, and how it spreads.",
        openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None, lifespan=lifespan,
    )  # fmt: skip
    app.state.door = Door(api, clock)
    routes = APIRouter(prefix="/v1", responses=DOCUMENTED)
    for module in _ROUTES:
        routes.include_router(module.router)
    app.include_router(routes)
    handle_problems(app)
    app.add_middleware(Shell)
    return app
