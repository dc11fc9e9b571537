"""Requests to servers that a channel names: only to addresses that the guard has checked, over no proxy, no redirects.

What a server answers is judged here once, for every channel that speaks HTTP itself.
"""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import httpcore
import httpx
from httpcore import SOCKET_OPTION, NetworkBackend, NetworkStream

from schemas.clock import Clock
from schemas.errors import HearkenError
from schemas.guard import Guard
from schemas.header_times import retry_after_s
from sinks.channel import Answer

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_USER_AGENT = "hearken"


class Outbound:
    """Posts to one URL. For one thread at a time."""

    def __init__(self, url: str, guard: Guard, clock: Clock) -> None:
        """Prepare to post to `url`. Raises ValueError, which does not show it, when it is none to be posted to."""
        try:
            guard.check_url(url)
        except HearkenError as error:
            raise ValueError(str(error).partition(": ")[2]) from None
        if not url.startswith(("http://", "https://")):
            raise ValueError("its url begins with neither https:// nor http://")
        self._url, self._clock = url, clock
        self._client = httpx.Client(transport=Guarded(guard), timeout=_TIMEOUT, trust_env=False)

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post JSON once and judge the answer, of which only the head is read. Blocks for some seconds at most."""
        given = {"Content-Type": "application/json", "User-Agent": _USER_AGENT} | dict(headers)
        try:
            with self._client.stream("POST", self._url, content=body, headers=given) as response:
                return judged(response.status_code, response.headers, self._clock)
        except HearkenError as error:
            return Answer("later", str(error))
        except httpx.HTTPError as error:  # its text may hold the URL
            return Answer("later", f"no answer ({type(error).__name__})")


def judged(status: int, headers: Mapping[str, str], clock: Clock) -> Answer:
    """Return what a status means: 2xx taken, 410 gone; 408, 425, 429 and 5xx later; everything else refused."""
    if 200 <= status < 300:
        return Answer("taken")
    said = f"it answers {status}"
    if status == 410:
        return Answer("gone", said)
    if status in (408, 425, 429) or status >= 500:
        return Answer("later", said, retry_after_s(headers, clock.now()))
    return Answer("refused", said)


class _Checked(NetworkBackend):
    """Where httpcore would resolve a name and connect, the guard resolves, and its addresses are connected to.

    `ingest/connections.py` does the same for an event loop. What is judged stands once, in the guard; httpcore has
    different contracts for the two worlds, so that there is nothing more to share.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        *others, last = asyncio.run(self._guard.addresses(host, port))
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
        return self._inner.connect_tcp(last, port, timeout, local_address, socket_options)


class Guarded(httpx.HTTPTransport):
    """httpx's transport on connections to checked addresses, without proxies; `ca_file` (PEM) is trusted as well."""

    def __init__(self, guard: Guard, ca_file: Path | None = None) -> None:
        """Trust whom the system trusts. Raises OSError for a `ca_file` that cannot be read."""
        context: ssl.SSLContext = httpx.create_ssl_context(trust_env=False)
        context.load_default_certs()
        if ca_file is not None:
            context.load_verify_locations(ca_file)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            keepalive_expiry=0,  # notices are rare: a connection that was kept would be a dead one
            network_backend=_Checked(guard),
        )
