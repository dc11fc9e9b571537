"""A platform that is asked for posts: what it has, who may ask, how it answers and what goes wrong when it does.

A source that asks has one file in `tests/support/platforms/` with a class derived from `Platform`; the suite in
`tests/contracts/test_asked_sources.py` finds it there.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

import orjson

from schemas.wire import from_ms

NOON_MS = 1_709_294_400_000  # 2024-03-01T12:00:00Z
SECRET = "sesame-1f9c2b7e"  # stands for every credential that is given; may stand nowhere else

Fault = Literal["cut", "busy", "broken", "expired", "slow", "endless", "nonsense"]
"""What goes wrong with one answer. cut: half of it; busy: 429, again in half a minute; broken: 500; expired: 401 until
there is a new token; slow: drop by drop; endless: more than anybody wants; nonsense: a page for people."""


@dataclass(frozen=True)
class Post:
    """A post that somebody made up, in the state that it is in now."""

    number: int
    at_ms: int
    text: str
    changed_ms: int = 0
    gone: bool = False

    @property
    def at(self) -> datetime:
        return from_ms(self.at_ms)

    @property
    def seconds(self) -> int:
        return self.at_ms // 1000

    @property
    def iso(self) -> str:
        return f"{self.at:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def changed_iso(self) -> str:
        return f"{from_ms(self.changed_ms or self.at_ms):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class Question:
    """One request: what was asked for and with which headers; `form` and `json` are its body, as whichever it is."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer: JSON unless it is bytes already."""

    content: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else orjson.dumps(self.content)


class Platform(ABC):
    """One platform; `posts` stand in the order in which they were published.

    `is_open`: no token is needed. `renews`: a token that has run out is had again. `key_in_path`: the token is a part
    of the address, for so the platform wants it. `edits` and `deletes`: such changes are shown to who listens. `depth`:
    how many posts it lists at most, None for all. `at_first`: what it has is told at the first look. `channel`: which
    of the source's channels shows the posts. `remembers`: it knows itself what was taken, whatever the cursor.
    `most_at_once`: how many posts the suite publishes at a time, few where each is asked for by itself.
    """

    name: ClassVar[str]
    renews: ClassVar[bool] = False
    edits: ClassVar[bool] = True
    deletes: ClassVar[bool] = False
    depth: ClassVar[int | None] = None
    at_first: ClassVar[bool] = True
    channel: ClassVar[int] = 0
    most_at_once: ClassVar[int] = 24
    key_in_path: ClassVar[bool] = False
    is_open: ClassVar[bool] = False
    remembers: ClassVar[bool] = False

    def __init__(self) -> None:
        self.posts: dict[int, Post] = {}
        self.questions: list[Question] = []
        self.faults: deque[Fault] = deque()
        self.token = SECRET
        self.shuffled = False
        self.now_ms = NOON_MS

    @abstractmethod
    def options(self, url: str) -> dict[str, Any]:
        """Return the options with which the source listens to this platform at `url`."""

    @abstractmethod
    def answer(self, question: Question) -> Reply:
        """Return what is answered when nothing goes wrong."""

    @abstractmethod
    def native_id(self, post: Post) -> str:
        """Return the native id of its post event."""

    def admits(self, question: Question) -> bool:
        """Say whether who asks may do so."""
        return self.is_open or self.token in " ".join(question.headers.values())

    def is_token(self, question: Question) -> bool:
        """Say whether a token is asked for, which needs none."""
        return False

    def publish(self, number: int, text: str, at_ms: int) -> None:
        """Publish a post."""
        self.now_ms = max(self.now_ms, at_ms)
        self.posts[number] = Post(number, at_ms, text)

    def edit(self, number: int, text: str, at_ms: int) -> None:
        """Change a post."""
        self.posts[number] = replace(self.posts[number], text=text, changed_ms=at_ms)

    def delete(self, number: int, at_ms: int) -> None:
        """Take a post back."""
        self.posts[number] = replace(self.posts[number], gone=True, changed_ms=at_ms)

    def newest(self) -> list[Post]:
        """Return the posts that are listed, newest first."""
        shown = [post for post in reversed(self.posts.values()) if not post.gone]
        return shown[: self.depth] if self.depth is not None else shown


def paged(posts: list[Post], begin: int, size: int) -> tuple[list[Post], int | None]:
    """Return one page of some posts, and where the next one begins."""
    return posts[begin : begin + size], begin + size if begin + size < len(posts) else None


class _Handler(BaseHTTPRequestHandler):
    platform: Platform
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Write no log."""

    def do_GET(self) -> None:
        """Answer, or do what goes wrong."""
        address = urlsplit(self.path)
        params = {name: values[0] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        question = Question(self.command, address.path, params, headers, body)
        platform = self.platform
        platform.questions.append(question)
        with suppress(OSError):
            if platform.is_token(question):
                self._say(platform.answer(question))
                return
            fault = platform.faults.popleft() if platform.faults else None
            if fault == "expired":
                platform.token = platform.token + "x"
            if not platform.admits(question):
                self._say(Reply({"message": "unauthorized"}, 401))
            elif fault is None or fault == "expired":
                self._say(platform.answer(question))
            else:
                self._fail(fault, platform, question)

    do_POST = do_GET

    def _fail(self, fault: Fault, platform: Platform, question: Question) -> None:
        refusals = {"busy": 429, "broken": 500}
        if fault in refusals:
            self._say(Reply({}, refusals[fault], {"Retry-After": "30"} if fault == "busy" else {}))
        elif fault == "nonsense":
            self._say(Reply(b"<html>maintenance</html>"))
        elif fault == "cut":
            body = platform.answer(question).body
            self._head(200, {"Content-Length": str(len(body))})
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif fault == "endless":
            self._head(200, {"Transfer-Encoding": "chunked"})
            while True:
                self.wfile.write(b"4000\r\n" + b'{"a":[0' + b",0" * 8188 + b" \r\n")
        else:
            self._head(200, {"Content-Length": "1000"})
            for _ in range(100):
                self.wfile.write(b"{")
                time.sleep(0.05)

    def _say(self, reply: Reply) -> None:
        self._head(reply.status, {"Content-Length": str(len(reply.body)), **reply.headers})
        self.wfile.write(reply.body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Tell the time of the made-up day."""
        return datetime.fromtimestamp(self.platform.now_ms / 1000, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of those who hang up."""


@contextmanager
def serving(platform: Platform) -> Iterator[str]:
    """Answer for a platform at the address that is given, until the end of the block."""
    handler = type("_Of", (_Handler,), {"platform": platform})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
