"""What every route of the API works with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from deploy.api.answers import Answers
from deploy.api.hub import Hub
from deploy.api.wishes import Wishes
from schemas.clock import AsyncClock
from schemas.settings import Settings


@dataclass(slots=True)
class Context:
    """The settings, the store's answers, what people have asked not to be told, and what is new.

    `where` is the store's path or URL; `brands_file` is where brands are saved, None where they cannot be.
    """

    settings: Settings
    where: str
    brands_file: Path | None
    clock: AsyncClock
    answers: Answers
    wishes: Wishes
    hub: Hub


def _context(request: Request) -> Context:
    found: Context = request.app.state.context
    return found


def _key(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}"


Here = Annotated[Context, Depends(_context)]
Key = Annotated[str, Depends(_key)]
"""The question as it was written: the same one gets the same answer."""
