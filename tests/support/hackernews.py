"""A Hacker News on this machine: its numbered items, its list of changes, and the ways in which it fails."""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import orjson

from schemas.clock import SystemClock

Fault = Literal["cut", "busy", "broken", "slow", "html", "null"]


class HackerNews:
    """The network: `items` by number, `changed` as the list of changes has it; `faults` befall the next answers.

    cut: half an answer; busy: 429; broken: 500; slow: a tenth of a second late; html: a page of a proxy; null: nothing
    there yet. `asked` counts requests by their path.
    """

    def __init__(self) -> None:
        self.items: dict[int, dict[str, Any]] = {}
        self.changed: list[int] = []
        self.faults: deque[Fault | None] = deque()
        self.asked: Counter[str] = Counter()
        self.lock = threading.Lock()

    def post(self, text: str, **fields: Any) -> int:
        """Publish a comment and return its number."""
        number = len(self.items) + 1
        time_s = 1_709_294_400 + number
        self.items[number] = {"id": number, "type": "comment", "by": "ann", "time": time_s, "text": text, **fields}
        return number

    def change(self, number: int, **fields: Any) -> None:
        """Change an item, and tell of it."""
        self.items[number] = self.items[number] | fields
        self.changed = [*self.changed[-20:], number]

    def answer(self, path: str) -> Any:
        """Return what stands under a path."""
        if path == "maxitem":
            return max(self.items, default=0)
        if path == "updates":
            return {"items": self.changed, "profiles": ["ann"]}
        return self.items.get(int(path.removeprefix("item/")))


@contextmanager
def serving(network: HackerNews) -> Iterator[str]:
    """Serve a network, and yield its base address."""

    class Handler(BaseHTTPRequestHandler):
        """Answers one request."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer, or fail as it is said."""
            path = self.path.removeprefix("/v0/").removesuffix(".json")
            with network.lock:
                network.asked[path] += 1
                fault = network.faults.popleft() if network.faults else None
            body, status = orjson.dumps(network.answer(path)), 200
            if fault == "slow":
                SystemClock().sleep(0.1)
            elif fault == "html":
                body = b"<html>one moment please</html>"
            elif fault == "null":
                body = b"null"
            elif fault in ("busy", "broken"):
                body, status = b"", 429 if fault == "busy" else 500
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            if fault == "busy":
                self.send_header("retry-after", "1")
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
            self.close_connection = fault == "cut"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v0"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
