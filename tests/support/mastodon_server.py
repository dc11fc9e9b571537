"""A Mastodon server on this machine that says what it is told, and breaks as it is told to.

It streams (`/api/v1/streaming/public`, `.../public/local`, `.../public/remote`, `.../hashtag`) and shows timelines page
by page, as the real one does: `min_id since_id max_id limit`, newest first, with the headers of its rate limit.
"""

import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

Status = dict[str, Any]

_STREAMING, _TIMELINES, _INSTANCE = "/api/v1/streaming/", "/api/v1/timelines/", "/api/v2/instance"
_MOST = 40
_PATIENCE_S = 10


@dataclass(frozen=True)
class Fault:
    """What goes wrong on one stream, after so many whole events.

    cut: half of the next event, then nothing more; close: a proper end; silent: nothing more, no heartbeat either;
    refused: no stream at all, but this HTTP status.
    """

    kind: Literal["cut", "close", "silent", "refused"]
    after: int = 0
    status: int = 503


class Refusal(NamedTuple):
    """What the next question for a timeline is answered instead."""

    status: int
    headers: dict[str, str] = {}
    body: bytes = b'{"error":"refused"}'


@dataclass
class Question:
    """A request as it came: its path, its parameters, and what it was authorized with."""

    path: str
    params: dict[str, str]
    authorization: str | None


@dataclass
class Wire:
    """What the server has to say, and how it says it; shared by its threads under `news`."""

    log: list[bytes] = field(default_factory=list)
    shown: list[Status | None] = field(default_factory=list)  # which status an entry of the log is about
    statuses: dict[str, Status] = field(default_factory=dict)
    faults: deque[Fault] = field(default_factory=deque)
    refusals: deque[Refusal] = field(default_factory=deque)
    requests: list[Question] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)
    streams: int = 0
    asked: int = 0  # questions for timelines that were answered since a stream was opened last
    listeners: set[socket.socket] = field(default_factory=set)
    token: str | None = None
    closed_timelines: int | None = None
    heartbeat_s: float = 15.0
    closing: bool = False

    def await_news(self, place: int) -> bool:
        """Return whether there is something to say behind this place of the log before a heartbeat is due."""
        with self.news:
            return self.news.wait_for(lambda: place < len(self.log) or self.closing, self.heartbeat_s)


class MastodonServer:
    """The server. `wire.faults` are for the next streams, `wire.refusals` for the next questions for a timeline.

    With `wire.token` only who has it may listen and ask; `wire.closed_timelines` is the status that all are answered.
    """

    def __init__(self) -> None:
        self.wire = wire = Wire()

        class Handler(_Handler):
            """Answers for this server."""

            served = wire

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def post(self, *statuses: Status) -> None:
        """Publish statuses: they stand in the timelines, and whoever listens now hears of them."""
        for status in statuses:
            self._say("update", status)

    def edit(self, status: Status) -> None:
        """Change a status that was published."""
        self._say("status.update", status)

    def delete(self, status_id: str) -> None:
        """Take a status back."""
        with self.wire.news:
            gone = self.wire.statuses.pop(status_id, None)
        self.say("delete", status_id.encode(), gone)

    def say(self, event: str, payload: bytes, about: Status | None = None) -> None:
        """Say something to whoever listens now, whatever it is; to all timelines if it is about no status."""
        lines = b"".join(b"data: " + line + b"\n" for line in payload.split(b"\n"))
        self.say_raw(f"event: {event}\n".encode() + lines + b"\n", about)

    def say_raw(self, content: bytes, about: Status | None = None) -> None:
        """Say these bytes to whoever listens now."""
        with self.wire.news:
            self.wire.log.append(content)
            self.wire.shown.append(about)
            self.wire.news.notify_all()

    def await_streams(self, count: int) -> None:
        """Return when so many streams have been opened in all, and the last listener has asked for what it missed."""
        self._await(lambda: self.wire.streams >= count and bool(self.wire.asked or self.wire.closed_timelines))

    def await_asked(self, count: int = 1) -> None:
        """Return when so many questions for a timeline have been answered behind the last stream's opening."""
        self._await(lambda: self.wire.asked >= count)

    def _await(self, happened: Callable[[], bool]) -> None:
        with self.wire.news:
            if not self.wire.news.wait_for(happened, _PATIENCE_S):
                raise TimeoutError(f"{self.wire.streams} streams, then {self.wire.asked} questions")

    def hang_up(self) -> None:
        """Throw all listeners out."""
        for listener in tuple(self.wire.listeners):
            _drop(listener)

    def stop(self) -> None:
        """End, and throw everybody out."""
        with self.wire.news:
            self.wire.closing = True
            self.wire.news.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self.hang_up()
        self._thread.join(10)

    def _say(self, event: str, status: Status) -> None:
        with self.wire.news:
            self.wire.statuses[status["id"]] = status
        self.say(event, orjson.dumps(status), status)


class _Handler(BaseHTTPRequestHandler):
    served: Wire
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Write no log."""

    def do_GET(self) -> None:
        """Answer, or stream until the listener or the server goes."""
        address = urlsplit(self.path)
        params = {name: values[0] for name, values in parse_qs(address.query).items()}
        authorization = self.headers.get("authorization")
        self.served.requests.append(Question(address.path, params, authorization))
        admitted = self.served.token is None or authorization == f"Bearer {self.served.token}"
        with suppress(OSError):
            if address.path == _INSTANCE:
                address_here = "ws://{}:{}".format(*self.connection.getsockname()[:2])
                self._answer(200, orjson.dumps({"configuration": {"urls": {"streaming": address_here}}}))
            elif address.path.startswith(_STREAMING):
                self._open(address.path.removeprefix(_STREAMING), params.get("tag"), admitted)
            elif address.path.startswith(_TIMELINES):
                self._show(address.path.removeprefix(_TIMELINES), params, admitted)
                with self.served.news:
                    self.served.asked += 1
                    self.served.news.notify_all()
            else:
                self._answer(404, b'{"error":"Record not found"}')

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        told = {"Content-Length": str(len(body)), "X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299"}
        for name, value in {**told, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _show(self, name: str, params: dict[str, str], admitted: bool) -> None:
        if self.served.refusals:
            refusal = self.served.refusals.popleft()
            self._answer(refusal.status, refusal.body, refusal.headers)
        elif self.served.closed_timelines or not admitted:
            self._answer(self.served.closed_timelines or 401, b'{"error":"This method requires an authenticated user"}')
        else:
            tag = unquote(name.removeprefix("tag/")) if name.startswith("tag/") else None
            which = next((which for which in ("local", "remote") if params.get(which) == "true"), "")
            with self.served.news:
                found = [one for one in self.served.statuses.values() if _belongs(one, which, tag)]
            self._answer(200, orjson.dumps(_page(found, params)))

    def _open(self, name: str, tag: str | None, admitted: bool) -> None:
        fault = self.served.faults.popleft() if self.served.faults else None
        if not admitted or (fault and fault.kind == "refused"):
            self._answer(401 if not admitted else fault.status if fault else 503, b'{"error":"Missing access token"}')
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        with self.served.news:
            place = len(self.served.log)
            self.served.streams += 1
            self.served.asked = 0
            self.served.listeners.add(self.connection)
            self.served.news.notify_all()
        try:
            self._chunk(b":)\n\n")
            self._tell(place, name.partition("/")[2], tag, fault)
        finally:
            self.served.listeners.discard(self.connection)

    def _tell(self, place: int, which: str, tag: str | None, fault: Fault | None) -> None:
        sent, wire = 0, self.served
        while True:
            came = wire.await_news(place)
            if wire.closing:
                return
            if not came:
                self._chunk(b":thump\n\n")
                continue
            content, about = wire.log[place], wire.shown[place]
            place += 1
            if about is not None and not _belongs(about, which, tag):
                continue
            if fault is not None and sent == fault.after:
                self._break(fault, content)
                return
            self._chunk(content)
            sent += 1

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))

    def _break(self, fault: Fault, content: bytes) -> None:
        if fault.kind == "close":
            self.wfile.write(b"0\r\n\r\n")
            return
        if fault.kind == "cut":
            self.wfile.write(b"%x\r\n%s" % (len(content), content[: len(content) // 2]))
        else:
            self.connection.settimeout(0.05)
            while not self.served.closing:
                with suppress(TimeoutError):
                    if not self.connection.recv(1):
                        break
        _drop(self.connection)


def _belongs(status: Status, which: str, tag: str | None) -> bool:
    if tag is not None:
        return tag.lower() in {one["name"].lower() for one in status.get("tags") or []}
    return which == "" or ("@" in (status.get("account") or {}).get("acct", "")) == (which == "remote")


def _page(found: Iterable[Status], params: dict[str, str]) -> list[Status]:
    def rank(native_id: str) -> tuple[int, str]:
        return len(native_id), native_id

    least = max(rank(params.get("min_id", "")), rank(params.get("since_id", "")))
    most = rank(params["max_id"]) if "max_id" in params else (10**9, "")
    within = sorted((one for one in found if least < rank(one["id"]) < most), key=lambda one: rank(one["id"]))
    size = min(int(params.get("limit", "20")), _MOST)
    return (within[:size] if "min_id" in params else within[-size:])[::-1]


def _drop(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def mastodon_server(*statuses: Status) -> Iterator[MastodonServer]:
    """Yield a server that has these statuses already, and stop it at the end of the block."""
    server = MastodonServer()
    server.post(*statuses)
    try:
        yield server
    finally:
        server.stop()
