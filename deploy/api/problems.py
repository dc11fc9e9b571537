"""What is answered when something cannot be: problem details (RFC 9457), one line that says what to change.

No answer holds a traceback, a credential, or the words of a post.
"""

import logging
from functools import partial
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from schemas.errors import HearkenError, QueryError, Transient, UsageError

_log = logging.getLogger(__name__)

_UNROUTED = (400, 404, 405)  # no such path or method, or a body that is no JSON
_RETRY_S = 2
_TITLES = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    409: "Conflict", 410: "Gone", 413: "Content Too Large", 422: "Unprocessable Content", 429: "Too Many Requests",
    500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
}  # fmt: skip


class ProblemDetails(BaseModel):
    """The body of every answer that is none. `errors` names parameters, `query` the place in a brand query."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    errors: list[dict[str, str]] | None = None
    query: dict[str, str | int] | None = None


class Problem(Exception):
    """Something that cannot be answered: a status, and one line."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers or {}, more


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {
        "model": ProblemDetails,
        "description": _TITLES[status],
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }
    for status in (400, 401, 403, 404, 413, 422, 429, 503)
}
"""What the OpenAPI document says of them, for every path."""


def problem_response(problem: Problem, path: str) -> Response:
    """Return a problem as an answer to a request for a path."""
    body = {
        "type": "about:blank", "title": _TITLES.get(problem.status, "Error"), "status": problem.status,
        "detail": problem.detail, "instance": path, **problem.more,
    }  # fmt: skip
    return Response(orjson.dumps(body), problem.status, media_type="application/problem+json", headers=problem.headers)


def problem_of(error: Exception) -> Problem:
    """Return what an error means to who asked."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, QueryError):
        place: dict[str, str | int] = {"problem": error.problem, "at": error.at, "hint": error.hint}
        return Problem(422, f"the query cannot be read: {error.problem}", query=place)
    if isinstance(error, UsageError):
        return Problem(400, str(error))
    if isinstance(error, Transient):
        return Problem(503, str(error), {"Retry-After": str(round(error.retry_after_s or _RETRY_S))})
    if isinstance(error, RequestValidationError):
        return Problem(422, "a parameter is wrong", errors=[_complaint(one) for one in error.errors()[:20]])
    if isinstance(error, HearkenError):
        _log.error("cannot answer: %s", error)
    else:
        _log.error("a fault in answering: %s", type(error).__name__, exc_info=error)
    return Problem(500, "a fault of ours: the log says more")


def handle_problems(app: FastAPI) -> None:
    """Answer every expected error of an application as problem details; see Shell for the others."""

    def handled(request: Request, error: Exception) -> Response:
        return problem_response(problem_of(error), request.url.path)

    for kind in (Problem, HearkenError, RequestValidationError):
        app.add_exception_handler(kind, handled)
    for status in _UNROUTED:
        app.add_exception_handler(status, partial(_unrouted, status))


def _unrouted(status: int, request: Request, error: Exception) -> Response:
    return problem_response(Problem(status, _TITLES[status]), request.url.path)


def _complaint(error: dict[str, Any]) -> dict[str, str]:
    """Return where a value is wrong and what of it, without the value."""
    return {"where": ".".join(str(part) for part in error["loc"]), "what": str(error["msg"])}
