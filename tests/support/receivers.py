"""Receivers of notices on this machine: an HTTP server and a mail server that keep what they are given."""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.scrape import free_port


@dataclass(frozen=True)
class Given:
    """One request: `headers` by their names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Receiver:
    """A running HTTP server. `answers` are the statuses of the next requests, then it is 200; `slow_s` goes before."""

    port: int
    given: list[Given] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    slow_s: float = 0

    def url(self, path: str = "/", scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}"


@contextmanager
def receiver(port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Answer requests on 127.0.0.1 until the block ends, over TLS if that is given."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            found.given.append(Given(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(found.slow_s)
            self.send_response_only(found.answers.pop(0) if found.answers else 200)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # a sender that was killed

    server = Server(("127.0.0.1", port), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    found = Receiver(server.server_port)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Mailbox:
    """A running mail server."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: bool = False

    def texts(self) -> list[str]:
        """Return the body of each mail, the HTML of those that have some."""
        bodies = (mail.get_body(preferencelist=("html", "plain")) for mail in self.mails)
        return [str(body.get_content()) for body in bodies if body is not None]


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Take mails on 127.0.0.1 until the block ends."""

    class Handler:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            if found.refuse:
                return "451 not now"
            assert isinstance(envelope.content, bytes)
            found.mails.append(BytesParser(EmailMessage, policy=default).parsebytes(envelope.content))
            return "250 taken"

    found = Mailbox(free_port())
    controller = Controller(Handler(), hostname="127.0.0.1", port=found.port)
    controller.start()
    try:
        yield found
    finally:
        controller.stop()


def wait_for(true: Callable[[], bool], seconds: float = 20) -> None:
    """Return as soon as it is true; an AssertionError when it is not in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)
