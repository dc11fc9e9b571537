"""X's interface on this machine, as far as listening asks it: rules, the filtered stream, search, compliance."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import orjson

from schemas.clock import ManualClock
from schemas.times import read_time
from schemas.wire import from_ms, ms
from tests.support.http_server import Asked, answer, serving

TOKEN = "sesame-1f9c2b7e"
NOON_MS = 1_709_294_400_000
STREAM, RECENT, RULES, COMPLIANCE = (
    "/2/tweets/search/stream",
    "/2/tweets/search/recent",
    "/2/tweets/search/stream/rules",
    "/2/tweets/compliance/stream",
)


@dataclass(frozen=True)
class Break:
    """How a stream ends, after so many posts. cut: inside the next one; close: in good order; refused: not opened."""

    kind: Literal["cut", "close", "silent", "refused"]
    after: int = 0
    status: int = 503


def number_of(at_ms: int, each: int = 0) -> str:
    """The id of a post of that moment."""
    return str((at_ms - 1_288_834_974_657 << 22) + each)


def post(at_ms: int, text: str, each: int = 0, **fields: Any) -> dict[str, Any]:
    """A post as X has it."""
    created = f"{from_ms(at_ms):%Y-%m-%dT%H:%M:%S}.000Z"
    return {"id": number_of(at_ms, each), "text": text, "author_id": "7", "created_at": created, **fields}


class XServer:
    """The server. `posts` can be found; those that are published while somebody listens are streamed as well."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.posts: list[dict[str, Any]] = []
        self.notices: list[dict[str, Any]] = []
        self.rules: dict[str, dict[str, str]] = {}
        self.breaks: deque[Break] = deque()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.refuses_search = 0
        self.complaint: dict[str, Any] | None = None
        self.url = ""
        self.opened = 0
        self._listeners: set[asyncio.Queue[bytes]] = set()

    def publish(self, made: dict[str, Any], streamed: bool = True) -> None:
        """Publish a post."""
        self.posts.append(made)
        if streamed:
            message = {"data": made, "matching_rules": [{"id": "1", "tag": "hearken"}]}
            self.say(orjson.dumps(message) + b"\r\n")

    def say(self, line: bytes) -> None:
        """Send bytes to whoever listens."""
        for listener in self._listeners:
            listener.put_nowait(line)

    async def listened(self, count: int) -> None:
        """Return when the stream has been opened so many times."""
        while self.opened < count or not self._listeners:
            await asyncio.sleep(0.005)

    async def answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        address = urlsplit(asked.path)
        params = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.asked.append((address.path, params))
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            writer.write(answer(401, b'{"title":"Unauthorized","status":401}'))
        elif address.path == RULES:
            writer.write(self._rules(asked.body))
        elif address.path == RECENT:
            writer.write(self._recent(params))
        elif address.path in (STREAM, COMPLIANCE):
            await self._stream(address.path, params, writer)
        else:
            writer.write(answer(404))

    def _rules(self, body: bytes) -> bytes:
        if not body:
            return answer(200, orjson.dumps({"data": list(self.rules.values()), "meta": {"sent": "now"}}))
        change = orjson.loads(body)
        if self.complaint is not None:
            return answer(400, orjson.dumps(self.complaint))
        for number in change.get("delete", {}).get("ids", ()):
            self.rules.pop(number, None)
        for rule in change.get("add", ()):
            number = str(len(self.rules) + 100 * len(self.asked))
            self.rules[number] = {"id": number, **rule}
        return answer(201 if "add" in change else 200, orjson.dumps({"meta": {"summary": {}}}))

    def _recent(self, params: dict[str, str]) -> bytes:
        if self.refuses_search:
            return answer(self.refuses_search, b'{"title":"Forbidden"}')
        start = ms(read_time(params["start_time"]))
        if start < ms(self.clock.now()) - 7 * 86_400_000:
            return answer(400, b'{"title":"Invalid Request"}')
        end = ms(read_time(params["end_time"])) if "end_time" in params else 2**62
        assert end == 2**62 or end <= ms(self.clock.now()) - 10_000
        found = [one for one in self.posts[::-1] if start <= ms(read_time(one["created_at"])) < end]
        begin = int(params.get("next_token", "0"))
        page = found[begin : begin + 10]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta["newest_id"] = max((one["id"] for one in page), key=int)
        if begin + 10 < len(found):
            meta["next_token"] = str(begin + 10)
        return answer(200, orjson.dumps({**({"data": page} if page else {}), "meta": meta}))

    async def _stream(self, path: str, params: dict[str, str], writer: asyncio.StreamWriter) -> None:
        fault = self.breaks.popleft() if self.breaks else None
        if fault and fault.kind == "refused":
            writer.write(answer(fault.status, b"{}", **({"retry-after": 40} if fault.status == 429 else {})))
            return
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._listeners.add(queue)
        self.opened += 1
        try:
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            if path == COMPLIANCE:
                start = read_time(params["start_time"])
                for notice in self.notices:
                    if read_time(next(iter(notice.values()))["event_at"]) >= start:
                        queue.put_nowait(orjson.dumps({"data": notice}) + b"\r\n")
            sent = 0
            while True:
                line = await queue.get()
                if fault and sent == fault.after:
                    if fault.kind == "cut":
                        writer.write(_chunk(line[: len(line) // 2]))
                    elif fault.kind == "close":
                        writer.write(b"0\r\n\r\n")
                    else:
                        await asyncio.sleep(30)
                    await writer.drain()
                    raise ConnectionError
                writer.write(_chunk(line))
                await writer.drain()
                sent += line != b"\r\n"
        finally:
            self._listeners.discard(queue)


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


@asynccontextmanager
async def x_server(clock: ManualClock) -> AsyncGenerator[XServer]:
    """Run the server until the block ends."""
    server = XServer(clock)
    async with serving(server.answer) as served:
        server.url = served.url("")
        yield server
