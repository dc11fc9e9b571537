"""What a worker answers over HTTP: `/metrics`, `/live` and `/ready`, from a thread of its own."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from schemas.errors import UsageError
from schemas.settings import ObserveSettings
from schemas.vitals import Vitals

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

_READ_S = 5.0  # how long a caller may take to say what it wants
_log = logging.getLogger(__name__)


@contextmanager
def observed(settings: ObserveSettings, *workers: Vitals, beside: "Sequence[Collector]" = ()) -> Iterator[None]:
    """Answer for these workers while the block runs; nothing is opened when the port is 0.

    Those `beside` give metrics that are not every worker's.

    Raises UsageError when nothing can listen there.
    """
    if settings.port == 0:
        yield
        return
    server = Observation(settings.host, settings.port, workers, settings.stall_after_s, beside)
    Thread(target=server.serve_forever, name="observation", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class Observation(ThreadingHTTPServer):
    """Tells of workers that run elsewhere in this process, a thread for each caller.

    `/live` is 503, with one line that says why, when a worker has work and finishes nothing: it is to be started again.
    `/ready` is 503 while one has no partitions yet, loads its state, or waits for its store.
    """

    daemon_threads = True

    def __init__(
        self,
        host: str,
        port: int,
        workers: Sequence[Vitals],
        stall_after_s: float,
        beside: "Sequence[Collector]" = (),
    ) -> None:
        """Listen, but do not answer yet; port 0 takes a free one. Raises UsageError when that cannot be."""
        from deploy.observation.metrics import Metrics  # here: most commands are not looked at

        self._workers, self._stall_after_s = workers, stall_after_s
        self._metrics = Metrics(workers, beside)
        self._dead = False
        try:
            super().__init__((host, port), _Caller)
        except OSError as error:
            raise UsageError(
                f"observe: cannot listen at {host} port {port}: {error.strerror}; set observe.port, 0 for none"
            ) from None

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Return status, type and body for a path."""
        if path == "/metrics":
            return 200, self._metrics.content_type, self._metrics.text()
        if path == "/live":
            reasons = [vitals.stalled(self._stall_after_s) for vitals in self._workers]
            self._note(next(filter(None, reasons), None))
        elif path == "/ready":
            reasons = [vitals.unready() for vitals in self._workers]
        else:
            return 404, "text/plain; charset=utf-8", b"there are /metrics, /live and /ready\n"
        said = "; ".join(filter(None, reasons))
        return 503 if said else 200, "text/plain; charset=utf-8", f"{said or 'ok'}\n".encode()

    def _note(self, reason: str | None) -> None:
        """Leave the reason in the log: who asked is likely to end the process."""
        if reason is not None and not self._dead:
            _log.error("not alive: %s", reason)
        self._dead = reason is not None


class _Caller(BaseHTTPRequestHandler):
    server: Observation
    timeout = _READ_S
    server_version, sys_version = "hearken", ""

    def do_GET(self) -> None:
        """Answer."""
        status, kind, body = self.server.answer(self.path.partition("?")[0])
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a probe every few seconds is no news."""
