"""What surrounds every request: a limit on its body, and headers that keep browsers from doing harm."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from deploy.api.problems import Problem, problem_of, problem_response

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 256 * 1024

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_DATA = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cache-Control": "no-store"}
_PAGES = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self';"
    " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}


class Shell:
    """An ASGI application around another one; it holds nothing back, so that streams flow."""

    def __init__(self, app: ASGIApp) -> None:
        """Surround `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        headers = _ALWAYS | (_DATA if path.startswith("/v1/") else _PAGES)
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                added = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
                message["headers"] = [*message["headers"], *(one for one in added if one[0] not in given)]
                begun = True
            await send(message)

        body = await _body(scope, receive)
        if body is None:
            answer = problem_response(Problem(413, f"a body has at most {MAX_BODY_BYTES // 1024} KiB"), path)
            await answer(scope, receive, sent)
            return
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def received() -> Message:
            return messages.pop() if messages else await receive()

        try:
            await self._app(scope, received, sent)
        except Exception as error:
            if begun:  # half of the answer is sent: only a connection that breaks says that something is missing
                raise
            await problem_response(problem_of(error), path)(scope, receive, sent)


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """Return the body of a request, None when it is too large; no more than is allowed is ever held."""
    if scope["method"] in ("GET", "HEAD"):
        return b""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return body
