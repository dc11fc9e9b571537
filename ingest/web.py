"""The one way out to the network: HTTP and websockets, within limits, to addresses that were checked."""

import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from random import Random
from ssl import SSLContext
from types import TracebackType
from typing import Any, Self

import httpx

from ingest.backoff import full_jitter_s
from ingest.connections import tls_context
from ingest.exchange import Caps, Exchange, shown
from ingest.limits import PATIENCE_S, Limits
from ingest.line_stream import Lines
from ingest.rate_headers import quota
from ingest.traffic import Traffic
from ingest.websocket import HandshakeRefused, open_websocket
from schemas.clock import AsyncClock, SystemClock
from schemas.errors import HearkenError, Refused, Transient
from schemas.guard import Guard
from schemas.outbound import OutboundSettings

_log = logging.getLogger(__name__)

_TRIES = 4
_REASON_BYTES = 2_000  # of an answer that refuses, for those who can read the reason
_AGAIN = frozenset({408, 425, 429})  # and every 5xx


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: `url` is where it was found after redirects, `moved` where those that are meant to last
    led to, from the first on, None without any; header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    moved: str | None = None


class Web:
    """Asks servers, on behalf of sources: each request within the limit for its server and source.

    `traffic` counts per source what was asked. Nothing of a URL behind its path, of a header or of a body
    is ever in the text of an error. Proxies that the environment names are not used: behind one, addresses could not be
    checked.
    """

    def __init__(
        self,
        settings: OutboundSettings = OutboundSettings(),  # noqa: B008 - frozen
        *,
        clock: AsyncClock | None = None,
        chance: Random | None = None,
        guard: Guard | None = None,
        tls: SSLContext | None = None,
        caps: Caps = Caps(),  # noqa: B008 - frozen
    ) -> None:
        self.traffic: dict[str, Traffic] = {}
        self._clock = clock or SystemClock()
        self._chance = chance or Random(os.urandom(16))  # noqa: S311 - only so that processes differ
        self._caps = caps
        self._tls = tls or tls_context()
        self._guard = guard or Guard(settings.places())
        self._limits = Limits(self._clock, is_ours=self._guard.is_ours)
        contact = f" (+{settings.contact})" if settings.contact else ""
        self._agent = f"hearken/{version('hearken')}{contact}"
        self._exchange = Exchange(self._guard, self._tls, self._agent, caps)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exchange.close()

    async def get(
        self,
        url: str,
        *,
        source: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer: 2xx, 304, 404, 410 and every other 4xx are for the caller to judge.

        Redirects are followed. 429, 408, 425, 5xx and what networks do are waited for and tried again, three times;
        then, or where it would be longer than a minute, it is Transient, with `retry_after_s` as the server said.
        Raises Refused for 401 and 403. Raises Poison for an address that is refused, too many redirects, a body
        that is too large or packed as nobody asked.
        """
        return await self._answer(self._exchange.request("GET", url, params, headers), source, repeatable=True)

    async def post(
        self,
        url: str,
        *,
        source: str,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Answer:
        """Return the answer, as `get` does, but a redirect is not followed, and only 429 is tried again, which says
        that nothing was done; the rest only where the caller says that it may be done twice."""
        request = self._exchange.request("POST", url, None, headers, json, data)
        return await self._answer(request, source, repeatable)

    async def lines(
        self,
        url: str,
        *,
        source: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        silence_s: float = 90,
    ) -> AsyncGenerator[bytes]:
        """Stream an endless answer line by line, without line ends, empty lines included.

        Returns where the server ends it; what was not ended by a line feed then is dropped. A line above the cap is
        left out and counted. Raises Transient when it breaks, or when not one byte comes for `silence_s` seconds;
        Refused for a 4xx; Poison as `get` does.
        """
        traffic = self._traffic(source)
        request = self._exchange.request("GET", url, params, {"accept-encoding": "identity", **(headers or {})})
        lines = Lines(self._caps.line_bytes)
        async with self._exchange.opened(request, partial(self._admit, source), traffic, silence_s) as reply:
            status = self._heed(reply.host, source, reply.status, reply.headers)
            if status != 200:
                raise self._refusal(reply.url, status, reply.headers, await reply.beginning(_REASON_BYTES))
            async for piece in reply.pieces():
                for line in lines.feed(piece):
                    yield line
                if lines.too_large:
                    _log.warning("%s: %d lines left out: too large", shown(reply.url), lines.too_large)
                    traffic.too_large, lines.too_large = traffic.too_large + lines.too_large, 0

    @asynccontextmanager
    async def socket(
        self,
        url: str,
        *,
        source: str,
        headers: Mapping[str, str] | None = None,
        silence_s: float = 90,
        opening: Sequence[str] = (),
    ) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Open a websocket, send the messages of `opening`, and give the messages that come, as bytes (text as UTF-8).

        A message above the cap is left out and counted. Raises Transient when it breaks or nothing comes for
        `silence_s` seconds, Refused where the server refuses it with a 4xx, Poison for an address that is refused.
        """
        place, traffic = self._guard.check_url(url), self._traffic(source)
        await self._admit(source, place[0])
        traffic.requests += 1
        opened = open_websocket(
            url, place, shown(url), guard=self._guard, tls=self._tls, headers=headers or {}, agent=self._agent,
            traffic=traffic, silence_s=silence_s, largest=self._caps.message_bytes, opening=opening,
        )  # fmt: skip
        try:
            async with opened as messages:
                yield messages
        except HandshakeRefused as refusal:
            status = self._heed(place[0], source, refusal.status, refusal.headers)
            raise self._refusal(url, status, refusal.headers, refusal.body) from None

    async def _answer(self, request: httpx.Request, source: str, repeatable: bool) -> Answer:
        traffic, attempt = self._traffic(source), 0
        while True:
            asked_s = None
            try:
                async with self._exchange.opened(request, partial(self._admit, source), traffic) as reply:
                    status = self._heed(reply.host, source, reply.status, reply.headers)
                    if status in (401, 403):
                        raise self._refusal(reply.url, status, reply.headers, await reply.beginning(_REASON_BYTES))
                    if status < 500 and status not in _AGAIN:
                        return Answer(reply.url, status, reply.headers, await reply.body(), reply.moved)
                    problem = f"{shown(reply.url)} answers {reply.status}"
                    asked_s = quota(reply.headers, self._clock.now()).pause_s or None
                    again = repeatable or status == 429
            except Transient as fault:
                if fault.retry_after_s is not None:
                    raise  # our own limit is used up
                problem, again = str(fault), repeatable
            attempt += 1
            wait_s = max(full_jitter_s(attempt, self._chance), asked_s or 0.0)
            if not again or attempt == _TRIES or wait_s > PATIENCE_S:
                raise Transient(f"{problem} (tried {attempt} times)", asked_s)
            traffic.retries += 1
            traffic.waited(wait_s)
            await self._clock.wait(wait_s)

    async def _admit(self, source: str, host: str) -> None:
        self._traffic(source).waited(await self._limits.admit(host, source))

    def _heed(self, host: str, source: str, status: int, headers: Mapping[str, str]) -> int:
        """Keep to the limits that an answer tells, and return what it means: 403 is also said for too many requests."""
        said = quota(headers, self._clock.now())
        self._limits.heed(host, source, said)
        traffic = self._traffic(source)
        if said.remaining is not None:
            traffic.remaining = said.remaining
        if status == 403 and said.pause_s:
            status = 429
        traffic.refused += status == 429
        return status

    def _refusal(self, url: str, status: int, headers: Mapping[str, str], body: bytes) -> HearkenError:
        """Return the error for an answer that is not what was asked for."""
        if status in _AGAIN or not 300 <= status < 500:
            asked_s = quota(headers, self._clock.now()).pause_s or None
            return Transient(f"{shown(url)} answers {status}", asked_s)
        if status in (401, 403):
            return Refused(f"{shown(url)} answers {status}: check the credentials and their rights", status, body)
        return Refused(f"{shown(url)} answers {status}: check the address and the options", status, body)

    def _traffic(self, source: str) -> Traffic:
        return self.traffic.setdefault(source, Traffic())
