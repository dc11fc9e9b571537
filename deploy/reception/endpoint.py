"""The HTTP endpoint `/push/NAME`: judged, unpacked within bounds, kept, and only then answered."""

import asyncio
import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request, Response

from deploy.reception.clerk import Clerk
from deploy.reception.outcomes import NO_DOOR, Outcomes
from deploy.reception.push import Push
from ingest.content_encoding import unpacking
from ingest.door import Admitted, Door, Knock, Said
from ingest.web import Web
from schemas.clock import Clock
from schemas.errors import HearkenError, Poison, Transient

_log = logging.getLogger(__name__)

_BODY_S = 10.0  # a sender that needs longer for its body holds up others
_KEEP_S = 20.0  # no platform waits longer for an answer
_UNPACKED = 8  # times the size as it is sent


class Endpoint:
    """Answers pushes. 200: it is safe, or was already. 400, 401, 403, 404, 405: it was not taken, and why. 408, 413,
    415: too slow, too large, or not what the source reads. 503: come again. Each is counted in `outcomes`."""

    def __init__(
        self, doors: Mapping[str, Door], clerk: Clerk, web: Web, clock: Clock, max_body_bytes: int, outcomes: Outcomes
    ) -> None:
        self._doors, self._clerk, self._web, self._clock = doors, clerk, web, clock
        self._max_bytes, self._outcomes = max_body_bytes, outcomes
        self.app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        for path in ("/push/{name}", "/push/{name}/{rest:path}"):
            self.app.add_api_route(path, self._answer, methods=["GET", "POST"], response_model=None)

    async def _answer(self, request: Request) -> Response:
        name = request.path_params["name"]
        door = self._doors.get(name)
        retry_after_s = None
        try:
            said = await self._said(name, door, request) if door is not None else Said(404, "no such door")
        except TimeoutError:
            said = Said(503, "come again")
        except Transient as error:
            _log.warning("a push for %s is put off: %s", name, error)
            said, retry_after_s = Said(503, "come again"), error.retry_after_s or 10
        except HearkenError as error:
            _log.error("a push for %s cannot be kept: %s", name, error)
            said = Said(503, "come again")
        if said.status >= 400 and door is not None:
            _log.info("a push for %s is refused with %d: %s", name, said.status, said.text)
        self._outcomes.count(name if door is not None else NO_DOOR, said.status)
        return _response(said, {"retry-after": f"{retry_after_s:.0f}"} if retry_after_s is not None else {})

    async def _said(self, name: str, door: Door, request: Request) -> Said:
        headers = {key.lower(): value for key, value in request.headers.items()}
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method == "POST" and door.media and media not in door.media:
            return Said(415, f"content types: {', '.join(door.media)}")
        try:
            async with asyncio.timeout(_BODY_S):
                body = await self._body(request, headers)
        except TimeoutError:
            return Said(408, "the body took too long")
        if isinstance(body, Said):
            return body
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        rest = request.path_params.get("rest", "")
        knock = Knock(request.method, target, rest, dict(request.query_params), headers, body, self._clock.now())
        judged = await door.judge(knock, self._web)
        if isinstance(judged, Said):
            return judged
        return await self._kept(name, door, knock, judged)

    async def _body(self, request: Request, headers: Mapping[str, str]) -> bytes | Said:
        """Return the body as it was sent; of one that is too large no more is read than it takes to see that."""
        said, body, more = headers.get("content-length", ""), bytearray(), True
        large = said.isdigit() and int(said) > self._max_bytes
        while more and not large:
            message = await request.receive()
            if message["type"] != "http.request":
                return Said(400, "it was broken off")
            body += message.get("body", b"")
            more, large = message.get("more_body", False), len(body) > self._max_bytes
        return Said(413, f"at most {self._max_bytes} bytes") if large else bytes(body)

    async def _kept(self, name: str, door: Door, knock: Knock, admitted: Admitted) -> Said:
        try:
            body = self._unpacked(knock)
        except Poison as poison:
            return Said(413 if poison.reason == "too_large" else 400, poison.detail)
        payload = door.payload(knock, body)
        if payload is None or not payload.strip():
            return Said(200, "nothing in it")
        async with asyncio.timeout(_KEEP_S):
            new = await self._clerk.keep(Push(name, knock.at, payload, admitted.key, admitted.known_for_s))
        return Said(200, "taken" if new else "taken before")

    def _unpacked(self, knock: Knock) -> bytes:
        """Return the body unpacked. Raises Poison too_large before it is, bad_encoding for what cannot be."""
        inner, body = unpacking(knock.headers.get("content-encoding", "")), bytearray()
        for piece in inner.feed(knock.body):
            body += piece
            if len(body) > _UNPACKED * self._max_bytes:
                raise Poison("too_large", f"at most {_UNPACKED * self._max_bytes} bytes unpacked")
        if not inner.whole:
            raise Poison("bad_encoding", "the body was cut off")
        return bytes(body)


def _response(said: Said, headers: Mapping[str, str] | None = None) -> Response:
    safe = {"x-content-type-options": "nosniff", "cache-control": "no-store", **(headers or {})}
    return Response(said.text, said.status, safe, "text/plain")
