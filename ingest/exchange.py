"""One request and its answer: redirects followed, everything capped, every fault turned into an error of ours."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from ingest.connections import GuardedTransport
from ingest.content_encoding import ACCEPTED, unpacking
from ingest.traffic import Traffic
from schemas.errors import Poison, Transient
from schemas.guard import Guard

Admit = Callable[[str], Awaitable[None]]
"""Waits until the host may be asked."""

# What a stranger to whom we are redirected is told of what the caller said: nothing that could be a credential.
_FOR_EVERYBODY = frozenset(
    {"accept", "accept-encoding", "accept-language", "if-modified-since", "if-none-match", "user-agent", "host"}
)

_KEY_IN_PATH = re.compile(r"(?<=[^/])/(?:[^/]{32,}|[^/]*:[^/]*)(?=/|$)")


@dataclass(frozen=True, slots=True)
class Caps:
    """What an answer may be at most: bytes are counted after unpacking, `total_s` is for its head and again for its
    body, `quiet_s` how long nothing may come of it meanwhile."""

    body_bytes: int = 16 * 2**20
    line_bytes: int = 8 * 2**20
    message_bytes: int = 8 * 2**20
    redirects: int = 5
    connect_s: float = 10.0
    quiet_s: float = 30.0
    total_s: float = 120.0


class Reply:
    """An answer whose head has come: `url` is where it was found, `moved` where permanent redirects alone led to, None
    without any; header names are in lower case."""

    def __init__(self, response: httpx.Response, caps: Caps, moved: str | None) -> None:
        self._response, self._caps, self.moved = response, caps, moved
        self.url = str(response.url)
        self.host = response.url.host
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers)

    async def body(self) -> bytes:
        """Return all of it. Raises Transient when it is cut or too slow; Poison: too_large, bad_encoding."""
        if (length := self.headers.get("content-length", "")).isdigit() and int(length) > self._caps.body_bytes:
            raise self._too_large()
        pieces, size = [], 0
        with faults(self.url):
            async with asyncio.timeout(self._caps.total_s):
                async with aclosing(self.pieces()) as unpacked:
                    async for piece in unpacked:
                        size += len(piece)
                        if size > self._caps.body_bytes:
                            raise self._too_large()
                        pieces.append(piece)
        return b"".join(pieces)

    async def beginning(self, most: int) -> bytes:
        """Return the first bytes of it, as far as they can be had; raises nothing."""
        begun = b""
        try:
            async with asyncio.timeout(self._caps.quiet_s):
                async with aclosing(self.pieces()) as unpacked:
                    async for piece in unpacked:
                        begun += piece
                        if len(begun) >= most:
                            break
        except (Poison, Transient, httpx.HTTPError, TimeoutError):
            pass
        return begun[:most]

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Yield it unpacked, as it comes. Raises Transient when it is cut, Poison (bad_encoding)."""
        unpacked = unpacking(self.headers.get("content-encoding", ""))
        with faults(self.url):
            async for data in self._response.aiter_raw():
                for piece in unpacked.feed(data):
                    yield piece
        if not unpacked.whole:
            raise Transient(f"{shown(self.url)}: the answer was cut off")

    def _too_large(self) -> Poison:
        return Poison("too_large", f"{shown(self.url)} answers with more than {self._caps.body_bytes} bytes")


class Exchange:
    """Sends requests, over connections that are kept for the next ones. Cookies are not."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext, agent: str, caps: Caps) -> None:
        self._guard, self._caps = guard, caps
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(guard, tls),
            headers={"user-agent": agent, "accept-encoding": ACCEPTED},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(caps.quiet_s, connect=caps.connect_s),
            follow_redirects=False,
            trust_env=False,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        """Return the request. `params` are added to those in the URL. Raises Poison for a URL that is none."""
        self._guard.check_url(url)
        try:
            asked = httpx.URL(url)
            if params:
                asked = asked.copy_merge_params(dict(params))
            return self._client.build_request(method, asked, headers=headers, json=json, data=data)
        except (httpx.InvalidURL, UnicodeError):
            raise Poison("bad_value", "a URL that cannot be read") from None

    @asynccontextmanager
    async def opened(
        self, request: httpx.Request, admit: Admit, traffic: Traffic, silence_s: float | None = None
    ) -> AsyncGenerator[Reply]:
        """Send it when its host may be asked, follow redirects of a GET, and give the answer.

        `silence_s` is how long nothing may come of a stream. Raises Transient; Poison for a refused address or too many
        redirects.
        """
        first, left, moved, lasting = request, self._caps.redirects, None, True
        while True:
            if silence_s is not None:
                request.extensions["timeout"] = httpx.Timeout(silence_s, connect=self._caps.connect_s).as_dict()
            await admit(request.url.host)
            traffic.requests += 1
            with faults(str(request.url)):
                async with asyncio.timeout(silence_s or self._caps.total_s):
                    response = await self._client.send(request, stream=True)
            following = response.next_request
            if following is None or request.method != "GET":
                break
            await response.aclose()
            if left == 0:
                raise Poison("bad_value", f"{shown(str(first.url))}: more than {self._caps.redirects} redirects")
            left -= 1
            request = self._redirected(following, request)
            lasting = lasting and response.status_code in (301, 308)
            moved = str(request.url) if lasting else moved
        try:
            yield Reply(response, self._caps, moved)
        finally:
            await response.aclose()

    def _redirected(self, following: httpx.Request, before: httpx.Request) -> httpx.Request:
        self._guard.check_url(str(following.url))
        old, new = before.url, following.url
        if (old.scheme, old.host, old.port) != (new.scheme, new.host, new.port):
            for name in set(following.headers) - _FOR_EVERYBODY:
                del following.headers[name]
        return following


@contextmanager
def faults(url: str) -> Iterator[None]:
    """Turn what the network and httpx raise inside the block into Transient, with a text that holds no secret."""
    try:
        yield
    except (httpx.TimeoutException, TimeoutError):
        raise Transient(f"{shown(url)}: no answer in time") from None
    except httpx.ConnectError as error:
        raise Transient(f"{shown(url)}: {_reason(error)}") from None
    except httpx.RemoteProtocolError:
        raise Transient(f"{shown(url)}: the answer was cut off, or is no HTTP") from None
    except httpx.HTTPError as error:
        raise Transient(f"{shown(url)}: the connection broke ({type(error).__name__})") from None


def _reason(error: BaseException | None) -> str:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {error.verify_message}"
        if isinstance(error, ssl.SSLError):
            return "no TLS could be agreed on"
        error = error.__cause__ or error.__context__
    return "no connection"


def shown(url: str) -> str:
    """Return the URL as it may be shown: without what is behind the path, and without parts of it that may be keys."""
    return _KEY_IN_PATH.sub("/...", url.partition("?")[0].partition("#")[0])
