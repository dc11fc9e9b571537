"""A small HTTP server whose answers are written byte by byte: what well-behaved servers cannot be made to say."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answering = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """One request: how often the path was asked for before, and what stood in it."""

    path: str
    before: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Served:
    """A running server: its port, and every request that it read."""

    port: int
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str = "/", scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}"


def answer(status: int = 200, body: bytes = b"", **headers: str | int) -> bytes:
    """The bytes of a whole answer; `_` in a header's name is a hyphen."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in ({"content_length": len(body)} | headers).items()]
    return "\r\n".join([f"HTTP/1.1 {status} Said", *lines, "", ""]).encode() + body


@asynccontextmanager
async def serving(answering: Answering, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Served]:
    """Answer on 127.0.0.1 until the block ends; a connection is closed after an answer that says so, or raised."""
    served = Served(0)
    tasks: set[asyncio.Task[None]] = set()

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while asked := await _read(reader, served):
                await answering(asked, writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    async with await asyncio.start_server(connection, "127.0.0.1", 0, ssl=tls) as server:
        served.port = server.sockets[0].getsockname()[1]
        try:
            yield served
        finally:
            for task in list(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _read(reader: asyncio.StreamReader, served: Served) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path = first.split()[1]
    asked = Asked(path, sum(one.path == path for one in served.asked), headers, body)
    served.asked.append(asked)
    return asked
