"""Serving the application: a socket of our own, so that a port that is taken is one clear line."""

import socket
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import uvicorn
from fastapi import FastAPI

from deploy.api.service import create_app
from deploy.dashboard.pages import mount
from deploy.memory import settle
from deploy.stopping import stop_signals
from schemas.clock import SystemClock
from schemas.errors import Fatal, UsageError
from schemas.settings import Settings

_LEAVE_S = 3
_LOOK_S = 0.2
_CONNECTIONS = 1_000
_IDLE_S = 30


def serve(
    settings: Settings,
    where: str,
    brands_file: Path | None,
    tell: Callable[[str], None],
    until_idle_s: float | None = None,
) -> None:
    """Answer until SIGTERM or SIGINT, or until nobody has asked for so long; `tell` is called with the address when it
    is open.

    Raises UsageError for a place where nothing can listen, Fatal when it cannot begin.
    """
    app = create_app(settings, where, brands_file)
    mount(app)
    with _listening(settings.api.host, settings.api.port) as opened:
        host, port = opened.getsockname()[:2]
        tell(f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/")
        running = server(app)
        settle()
        thread = Thread(target=running.run, args=([opened],), name="server")  # where it leaves signals to us
        with stop_signals() as stopping:
            thread.start()
            while thread.is_alive() and not stopping() and not _is_idle(app, until_idle_s):
                thread.join(_LOOK_S)
        running.should_exit = True
        thread.join()
        if not running.started:
            raise Fatal("the server could not begin: the log says why")


def _is_idle(app: FastAPI, until_idle_s: float | None) -> bool:
    idle = SystemClock().now() - app.state.door.asked_at
    return until_idle_s is not None and idle.total_seconds() >= until_idle_s


def server(app: FastAPI) -> uvicorn.Server:
    """Return a server for the application, which says nothing of itself and trusts no header about who asks."""
    return uvicorn.Server(
        uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, proxy_headers=False, lifespan="on", ws="none",
            timeout_graceful_shutdown=_LEAVE_S, timeout_keep_alive=_IDLE_S, limit_concurrency=_CONNECTIONS,
        )
    )  # fmt: skip


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises UsageError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        opened = socket.socket(family, kind, protocol)
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind(address)
            opened.listen()  # who comes as soon as the address is told waits, and is not refused
        except BaseException:
            opened.close()
            raise
    except OSError as error:
        raise UsageError(f"api: cannot listen at {host} port {port}: {error.strerror}; set api.port") from None
    return opened
