"""Streams against real servers on this machine: lines and websockets; cut, silent, refused, too large."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from ingest.exchange import Caps
from ingest.line_stream import Lines
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import HearkenError, Refused, Transient
from schemas.outbound import OutboundSettings
from tests.support.http_server import Asked, Served, answer, serving

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def new_web() -> Web:
    return Web(
        OutboundSettings(allow=("127.0.0.1",)),
        clock=ManualClock(datetime(2026, 1, 1, tzinfo=UTC)),
        chance=Random(7),
        tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        caps=Caps(line_bytes=50, message_bytes=50),
    )


def streamed(said: bytes, silence_s: float = 5, hold: bool = False) -> tuple[list[bytes], HearkenError | None, Web]:
    """The lines that came, and what ended them."""

    async def run() -> tuple[list[bytes], HearkenError | None, Web]:
        async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(said)
            await writer.drain()
            if hold:
                await asyncio.sleep(5)
            writer.close()

        found: list[bytes] = []
        async with serving(answering) as served, new_web() as web:
            try:
                async for line in web.lines(served.url("/s?token=canary"), source="board", silence_s=silence_s):
                    found.append(line)
            except HearkenError as error:
                return found, error, web
            return found, None, web

    found, error, web = asyncio.run(run())
    assert "canary" not in str(error)
    return found, error, web


def test_lines_come_without_their_ends_and_empty_ones_too() -> None:
    said = HEAD + chunk(b"event: update\r\nda") + chunk(b"ta: {}\n\n:thump\nhalf") + b"0\r\n\r\n"
    found, error, _ = streamed(said)
    assert found == [b"event: update", b"data: {}", b"", b":thump"]
    assert error is None


def test_a_cut_stream_is_transient_and_half_a_line_is_none() -> None:
    found, error, _ = streamed(HEAD + chunk(b"one\ntw"))
    assert found == [b"one"]
    assert isinstance(error, Transient)


def test_a_silent_stream_is_transient() -> None:
    found, error, _ = streamed(HEAD + chunk(b"one\n"), silence_s=0.4, hold=True)
    assert found == [b"one"]
    assert isinstance(error, Transient)
    assert "no answer in time" in str(error)


def test_a_line_that_is_too_large_is_left_out_and_counted() -> None:
    found, error, web = streamed(HEAD + chunk(b"one\n" + b"x" * 51 + b"\n" + b"y" * 50 + b"\n") + b"0\r\n\r\n")
    assert (found, error) == ([b"one", b"y" * 50], None)
    assert web.traffic["board"].too_large == 1


@pytest.mark.parametrize(
    ("said", "kind", "after_s"),
    [
        (answer(429, retry_after=7), Transient, 7),
        (answer(503), Transient, None),
        (answer(204), Transient, None),
        (answer(400, b"CursorTooOld"), Refused, None),
        (answer(401), Refused, None),
        (answer(404), Refused, None),
    ],
)
def test_an_answer_that_is_no_stream(said: bytes, kind: type[HearkenError], after_s: float | None) -> None:
    found, error, _ = streamed(said)
    assert found == []
    assert type(error) is kind
    if isinstance(error, Transient):
        assert error.retry_after_s == after_s
    if isinstance(error, Refused) and error.status == 400:
        assert error.body == b"CursorTooOld"


def test_who_stops_listening_closes_the_connection() -> None:
    async def run() -> int:
        closed = 0

        async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
            nonlocal closed
            writer.write(HEAD + chunk(b"one\n"))
            await writer.drain()
            try:
                while not writer.is_closing():
                    writer.write(chunk(b"\n"))
                    await writer.drain()
                    await asyncio.sleep(0.01)
            finally:
                closed += 1

        async with serving(answering) as served, new_web() as web:
            async with aclosing(web.lines(served.url(), source="board")) as lines:
                async for _ in lines:
                    break
            for _ in range(100):
                if closed:
                    break
                await asyncio.sleep(0.01)
            return closed

    assert asyncio.run(run()) == 1


@given(st.lists(st.binary(max_size=8)), st.integers(0, 6))
def test_lines_are_the_same_however_they_are_cut(pieces: list[bytes], most: int) -> None:
    lines = Lines(most)
    found = [line for piece in pieces for line in lines.feed(piece)]
    *ended, _ = b"".join(pieces).split(b"\n")
    assert found == [line.removesuffix(b"\r") for line in ended if len(line) <= most]
    assert lines.too_large == len(ended) - len(found)


@asynccontextmanager
async def websocket(
    speak: Callable[[ServerConnection], Awaitable[None]],
    refuse: Callable[[ServerConnection, Request], Response | None] | None = None,
) -> AsyncGenerator[Served]:
    async with serve(speak, "127.0.0.1", 0, process_request=refuse) as server:
        yield Served(next(iter(server.sockets)).getsockname()[1])


def heard(
    speak: Callable[[ServerConnection], Awaitable[None]],
    refuse: Callable[[ServerConnection, Request], Response | None] | None = None,
    silence_s: float = 5,
) -> tuple[list[bytes], HearkenError | None, Web]:
    async def run() -> tuple[list[bytes], HearkenError | None, Web]:
        found: list[bytes] = []
        async with websocket(speak, refuse) as served, new_web() as web:
            url = served.url("/s?token=canary", "ws")
            try:
                async with web.socket(url, source="board", silence_s=silence_s, opening=["hello"]) as messages:
                    async for message in messages:
                        found.append(message)
            except HearkenError as error:
                return found, error, web
            return found, None, web

    found, error, web = asyncio.run(run())
    assert "canary" not in str(error)
    return found, error, web


async def greet(socket: ServerConnection) -> None:
    greeting = await socket.recv()
    assert isinstance(greeting, str)
    await socket.send(greeting + " 愛")
    await socket.send(b"\x00binary")


def test_messages_are_bytes_and_end_where_the_server_ends_them() -> None:
    found, error, web = heard(greet)
    assert found == ["hello 愛".encode(), b"\x00binary"]
    assert error is None
    assert web.traffic["board"].requests == 1


def test_a_cut_websocket_is_transient() -> None:
    async def speak(socket: ServerConnection) -> None:
        await greet(socket)
        socket.transport.abort()

    found, error, _ = heard(speak)
    assert len(found) == 2
    assert isinstance(error, Transient)
    assert "cut off" in str(error)


def test_a_websocket_closed_for_a_reason_is_transient() -> None:
    async def speak(socket: ServerConnection) -> None:
        await socket.close(1011, "canary")

    _, error, _ = heard(speak)
    assert isinstance(error, Transient)
    assert "code 1011" in str(error)


def test_a_silent_websocket_is_transient() -> None:
    async def speak(socket: ServerConnection) -> None:
        await greet(socket)
        await socket.wait_closed()

    found, error, _ = heard(speak, silence_s=0.2)
    assert len(found) == 2
    assert isinstance(error, Transient)
    assert "nothing for" in str(error)


def test_a_large_message_is_left_out_and_a_monster_ends_the_connection() -> None:
    async def speak(socket: ServerConnection) -> None:
        for size in (50, 51, 200, 5):
            await socket.send(b"x" * size)
        await asyncio.sleep(0.2)
        await socket.send(b"x" * 201)
        await socket.wait_closed()

    found, error, web = heard(speak)
    assert [len(message) for message in found] == [50, 5]
    assert web.traffic["board"].too_large == 2
    assert isinstance(error, Transient)
    assert "code 1009" in str(error)


@pytest.mark.parametrize(("status", "kind"), [(400, Refused), (401, Refused), (429, Transient), (503, Transient)])
def test_a_refused_websocket_says_why(status: int, kind: type[HearkenError]) -> None:
    def refuse(socket: ServerConnection, request: Request) -> Response:
        response = socket.respond(status, "CursorTooOld")
        response.headers["Retry-After"] = "7"
        return response

    found, error, _ = heard(greet, refuse)
    assert found == []
    assert type(error) is kind
    if isinstance(error, Refused):
        assert (error.status, error.body) == (status, b"CursorTooOld")
    if isinstance(error, Transient):
        assert error.retry_after_s == 7


def test_what_is_no_websocket_is_transient() -> None:
    async def run() -> None:
        async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(b"SSH-2.0\r\n\r\n")
            writer.close()

        async with serving(answering) as served, new_web() as web:
            with pytest.raises(Transient, match="no websocket"):
                async with web.socket(served.url("/", "ws"), source="board"):
                    pass

    asyncio.run(run())
