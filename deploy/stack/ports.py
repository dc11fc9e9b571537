"""Ports on this machine's own address: whether one is taken, and one that is not."""

import errno
import socket

from schemas.clock import Clock
from schemas.errors import UsageError

HOST = "127.0.0.1"
_STEP_S = 0.1


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(port: int, option: str, clock: Clock, patience_s: float = 3) -> None:
    """Raise UsageError when a service could not listen on the port; `option` is how to choose another.

    It waits a little first: a service that was just killed keeps its port for a moment.
    """
    for _ in range(round(patience_s / _STEP_S)):
        if not (complaint := _complaint(port)):
            return
        clock.sleep(_STEP_S)
    raise UsageError(f"port {port} is {complaint}: choose another with {option}, 0 for any free one")


def listens(port: int) -> bool:
    """Return whether somebody accepts connections on the port."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def _complaint(port: int) -> str:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port of connections just closed is free
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return "taken" if error.errno == errno.EADDRINUSE else f"not to be had ({error.strerror})"
    return ""
