"""A server of feeds on this machine that answers as it is told, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Page:
    """What stands at a path: `cut` ends the connection in the middle of the body, `etag` is compared with what the
    client knows, `slow_s` is how long the head is held back."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    slow_s: float = 0


@dataclass
class FeedServer:
    """`pages` by path; `asked` holds the path and the headers of each request; `faults` befall the next ones first."""

    pages: dict[str, Page] = field(default_factory=dict)
    faults: list[Page] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close the connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        asked = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        path = head[0].split(" ")[1]
        self.asked.append((path, asked))
        page = self.faults.pop(0) if self.faults else self.pages.get(path, Page(status=404))
        await asyncio.sleep(page.slow_s)
        etag = page.headers.get("ETag")
        if etag and asked.get("if-none-match") == etag:
            page = Page(status=304, headers=page.headers)
        lines = [f"HTTP/1.1 {page.status} X", f"Content-Length: {len(page.body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in page.headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        writer.write(page.body[: len(page.body) // 2] if page.cut else page.body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def serving_feeds() -> AsyncIterator[FeedServer]:
    """Serve feeds as long as the block lasts."""
    feeds = FeedServer()
    server = await asyncio.start_server(feeds.answer, "127.0.0.1", 0)
    feeds.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield feeds
    finally:
        server.close()
        await server.wait_closed()
