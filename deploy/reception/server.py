"""The HTTP server around the endpoint, inside a loop that others use too."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from schemas.errors import Fatal

_CONNECTIONS = 512
_IDLE_S = 10
_LEAVE_S = 1


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: who runs us has handlers of its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def serving(app: FastAPI, host: str, port: int) -> AsyncGenerator[int]:
    """Answer at an address until the block ends, and give the port. Raises Fatal, one line, when it is taken."""
    listening = _bound(host, port)
    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="off", access_log=False, log_config=None, server_header=False,
        proxy_headers=False, limit_concurrency=_CONNECTIONS, timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=_LEAVE_S,
    )  # fmt: skip
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        await running
        listening.close()


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(_CONNECTIONS)
        except BaseException:
            listening.close()
            raise
    except OSError as error:
        raise Fatal(
            f"reception.host {host}, port {port} cannot be opened: {error.strerror or error}: another process has it?"
        ) from None
    return listening
