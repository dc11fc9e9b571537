"""A Jetstream server on this machine that says what it is told, and breaks as it is told to.

It speaks the wire of `/subscribe`: `wantedCollections`, `maxMessageSizeBytes`, and a `cursor` in microseconds that is
inclusive, clamped without a word when it is too old, and ignored when it is in the future. Under `V2` it speaks the
newer one, in frames, which tells of a clamped cursor.
"""

import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs, urlsplit

import orjson
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

V2 = "/xrpc/network.bsky.jetstream.subscribeEvents"
_MICROSECONDS = 10**15  # smaller cursors are sequence numbers
_PIECE = 2**16


@dataclass(frozen=True)
class Fault:
    """What goes wrong on one connection, after so many whole messages.

    cut: half of the next message, then nothing more; close: a proper goodbye; silent: nothing more, not even that;
    endless: one message that does not end; refused: no connection at all, with this HTTP status.
    """

    kind: Literal["cut", "close", "silent", "endless", "refused"]
    after: int = 0
    status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE


class Said(NamedTuple):
    """One event of the log: the server's time, its collection (None: everybody gets it), its bytes."""

    time_us: int
    collection: str | None
    payload: bytes


class Jetstream:
    """The server: `log` is all that it has to say, `requests` are the query strings of those who came."""

    def __init__(self, events: Iterable[bytes] = (), tls: ssl.SSLContext | None = None) -> None:
        self.log: list[Said] = []
        self.faults: deque[Fault] = deque()
        self.requests: list[dict[str, list[str]]] = []
        self.pause_s = 0.0
        self.refuses_cursors = False
        self._forgotten_us = 0
        self._news = threading.Condition()
        self._closing = False
        self._listeners: set[ServerConnection] = set()
        self.say(*events)
        self._server = serve(self._listen, "127.0.0.1", 0, ssl=tls, process_request=self._admit)
        port = self._server.socket.getsockname()[1]
        self.url = f"{'wss' if tls else 'ws'}://127.0.0.1:{port}/subscribe"
        self.url_v2 = self.url.replace("/subscribe", V2)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def say(self, *events: bytes) -> None:
        """Add events; what is no JSON goes out to everybody, at the time of the event before it."""
        with self._news:
            for payload in events:
                self.log.append(_said(payload, self.log[-1].time_us if self.log else 0))
            self._news.notify_all()

    def forget(self, before_us: int) -> None:
        """Give no event of before this moment any more: the end of the look-back."""
        self._forgotten_us = before_us

    def await_listeners(self, count: int, seconds: float = 10) -> None:
        """Return when so many requests have come in all; TimeoutError if they do not."""
        with self._news:
            if not self._news.wait_for(lambda: len(self.requests) >= count, seconds):
                raise TimeoutError(f"{len(self.requests)} of {count} requests")

    def hang_up(self) -> None:
        """Throw everybody out, in the middle of whatever is being said."""
        for listener in tuple(self._listeners):
            _drop(listener)

    def stop(self) -> None:
        """End, and throw everybody out."""
        with self._news:
            self._closing = True
            self._news.notify_all()
        self._server.shutdown()
        self.hang_up()
        self._thread.join(10)

    def _admit(self, _: ServerConnection, request: Request) -> Response | None:
        address = urlsplit(request.path)
        asked = parse_qs(address.query)
        refusal = self._refusal(address.path, asked)
        if refusal is not None:
            self._came(asked)
        return refusal

    def _refusal(self, path: str, asked: dict[str, list[str]]) -> Response | None:
        if self.faults and self.faults[0].kind == "refused":
            return _refusal(self.faults.popleft().status, "ServiceUnavailable")
        cursor = asked.get("cursor", ["0"])[0]
        if not cursor.isdigit():
            return _refusal(HTTPStatus.BAD_REQUEST, "InvalidRequest")
        if path == V2:
            if "wantedCollections" in asked or "compress" in asked:
                return _refusal(HTTPStatus.BAD_REQUEST, "InvalidRequest")
            if "cursor" in asked and (self.refuses_cursors or int(cursor) < self._floor()):
                return _refusal(HTTPStatus.BAD_REQUEST, "CursorTooOld")
        return None if path in ("/subscribe", V2) else _refusal(HTTPStatus.NOT_FOUND, "NotFound")

    def _came(self, asked: dict[str, list[str]]) -> None:
        with self._news:
            self.requests.append(asked)
            self._news.notify_all()

    def _floor(self) -> int:
        """The number, from 1, of the oldest event that is still given."""
        kept = (number for number, said in enumerate(self.log, 1) if said.time_us >= self._forgotten_us)
        return next(kept, len(self.log) + 1)

    def _start(self, cursor: str | None) -> int:
        """The place in the log where a subscription begins."""
        if cursor is None:
            return len(self.log)
        wanted = int(cursor)
        if wanted < _MICROSECONDS:
            return max(wanted, self._floor()) - 1 if wanted <= len(self.log) else len(self.log)
        later = (place for place, said in enumerate(self.log) if said.time_us >= wanted)
        return max(next(later, len(self.log)), self._floor() - 1)

    def _listen(self, listener: ServerConnection) -> None:
        assert listener.request is not None
        address = urlsplit(listener.request.path)
        asked = parse_qs(address.query)
        fault = self.faults.popleft() if self.faults else None
        self._listeners.add(listener)
        with suppress(ConnectionClosed, OSError):
            self._tell(listener, address.path == V2, asked, fault)
        self._listeners.discard(listener)

    def _tell(self, listener: ServerConnection, v2: bool, asked: dict[str, list[str]], fault: Fault | None) -> None:
        collections = asked.get("collections" if v2 else "wantedCollections", [])
        largest = int(asked.get("maxMessageSizeBytes", ["0"])[0])
        cursor = asked.get("cursor", [None])[0]
        place, sent = self._start(cursor), 0
        self._came(asked)  # what is said from here on, a listener without a cursor hears
        if v2 and cursor is not None and _MICROSECONDS <= int(cursor) < self._forgotten_us:
            listener.send(_frame({"$type": f"{V2[6:]}#info", "name": "OutdatedCursor", "message": "too old"}).decode())
        while True:
            with self._news:
                while place >= len(self.log) and not self._closing and listener.close_code is None:
                    self._news.wait(0.1)
                if self._closing or listener.close_code is not None:
                    return
            said = self.log[place]
            place += 1
            payload = _v2(said.payload, place) if v2 else said.payload
            if not _wanted(said.collection, collections) or 0 < largest < len(payload):
                continue
            if fault is not None and sent == fault.after:
                _break(listener, fault, payload)
                return
            listener.send(payload.decode("utf-8", "replace"))
            sent += 1
            if self.pause_s:
                threading.Event().wait(self.pause_s)


def _said(payload: bytes, last_us: int) -> Said:
    try:
        event = orjson.loads(payload)
        return Said(event["time_us"], event["commit"]["collection"] if event["kind"] == "commit" else None, payload)
    except (ValueError, LookupError, TypeError):
        return Said(last_us, None, payload)


def _wanted(collection: str | None, patterns: list[str]) -> bool:
    if collection is None or not patterns:
        return True
    return any(collection == one or (one.endswith(".*") and collection.startswith(one[:-1])) for one in patterns)


def _refusal(status: HTTPStatus, name: str) -> Response:
    body = orjson.dumps({"error": name, "message": "refused"})
    head = Headers({"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"})
    return Response(status, status.phrase, head, body)


def _v2(payload: bytes, number: int) -> bytes:
    """The same event as the newer wire frames it; what is no event stays as it is."""
    try:
        event: dict[str, Any] = orjson.loads(payload)
        kind = event["kind"]
        seconds, micros = divmod(event["time_us"], 10**6)
        at = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{micros:06d}Z"
        about = event["commit"] if kind == "commit" else {kind: event[kind]}
    except (ValueError, LookupError, TypeError):
        return payload
    return _frame({"$type": f"{V2[6:]}#{kind}", "seq": number, "did": event["did"], "time": at, **about})


def _frame(message: dict[str, Any]) -> bytes:
    return orjson.dumps({"$type": "message", "payload": message})


def _break(listener: ServerConnection, fault: Fault, payload: bytes) -> None:
    """Do to a listener what the fault says, past the protocol's own state where it has to be."""
    if fault.kind == "close":
        listener.close(1001, "going away")
    elif fault.kind == "cut":
        whole = Frame(Opcode.TEXT, payload).serialize(mask=False)
        listener.socket.sendall(whole[: len(whole) // 2])
        _drop(listener)
    elif fault.kind == "endless":
        opcode = Opcode.TEXT
        with suppress(OSError):
            while listener.close_code is None:
                listener.socket.sendall(Frame(opcode, b" " * _PIECE, fin=False).serialize(mask=False))
                opcode = Opcode.CONT
        _drop(listener)
    else:
        while listener.close_code is None:
            threading.Event().wait(0.05)


def _drop(listener: ServerConnection) -> None:
    with suppress(OSError):
        listener.socket.shutdown(socket.SHUT_RDWR)


@contextmanager
def jetstream(*events: bytes, tls: ssl.SSLContext | None = None) -> Iterator[Jetstream]:
    """Yield a server that has said these events already, and stop it at the end of the block."""
    server = Jetstream(events, tls)
    try:
        yield server
    finally:
        server.stop()
