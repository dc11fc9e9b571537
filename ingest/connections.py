"""Connections, made only to addresses that the guard has checked; TLS is verified against the host's name."""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress

import httpcore
import httpx
from httpcore import SOCKET_OPTION, AsyncNetworkBackend, AsyncNetworkStream

from schemas.errors import Transient
from schemas.guard import Guard

_NEXT_ADDRESS_AFTER_S = 4.0  # of several addresses one may lead nowhere, IPv6 without a route above all


def tls_context() -> ssl.SSLContext:
    """Return what trusts the authorities of the system, of SSL_CERT_FILE, and of the list that comes with httpx."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


class _Checked(AsyncNetworkBackend):
    """Where httpcore would resolve a name and connect, the guard resolves, and its addresses are connected to.

    `sinks/outbound.py` does the same without an event loop.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        *others, last = await self._guard.addresses(host, port)
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                patience_s = min(timeout or _NEXT_ADDRESS_AFTER_S, _NEXT_ADDRESS_AFTER_S)
                return await self._inner.connect_tcp(address, port, patience_s, local_address, socket_options)
        return await self._inner.connect_tcp(last, port, timeout, local_address, socket_options)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport on connections to checked addresses, without proxies.

    Each redirect is a request of its own here, so it is checked anew.
    """

    def __init__(self, guard: Guard, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=None,  # streams stay open, and must not keep others waiting
            max_keepalive_connections=20,
            keepalive_expiry=30,
            network_backend=_Checked(guard),
        )


async def connected_socket(guard: Guard, host: str, port: int, patience_s: float) -> socket.socket:
    """Return a TCP connection to one of the checked addresses of a host.

    Raises Poison as the guard does, Transient when nobody answers there.
    """
    loop = asyncio.get_running_loop()
    for address in await guard.addresses(host, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setblocking(False)
        try:
            async with asyncio.timeout(patience_s):
                await loop.sock_connect(made, (address, port))
            return made
        except OSError:  # TimeoutError is one too
            made.close()
        except BaseException:
            made.close()
            raise
    raise Transient(f"{host}:{port} does not answer")
