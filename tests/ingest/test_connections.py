"""Connections: a host of several addresses is reached at one that answers, by its own name."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from websockets.asyncio.server import ServerConnection, serve

from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Transient
from schemas.guard import Guard, Place
from tests.support.http_server import Asked, answer, serving


async def two(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.2", "127.0.0.1"]  # nobody listens at the first


def new_web() -> Web:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    guard = Guard([Place("two.example")], resolve=two)
    return Web(clock=clock, guard=guard, tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


def test_a_request_goes_to_the_address_that_answers() -> None:
    async def run() -> str:
        async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(answer())

        async with serving(answering) as served, new_web() as web:
            await web.get(f"http://two.example:{served.port}/", source="board")
            return served.asked[0].headers["host"].partition(":")[0]

    assert asyncio.run(run()) == "two.example"


def test_a_websocket_goes_to_the_address_that_answers() -> None:
    async def run() -> list[bytes]:
        async def speak(socket: ServerConnection) -> None:
            assert socket.request is not None
            await socket.send(socket.request.headers["Host"].partition(":")[0])

        async with serve(speak, "127.0.0.1", 0) as server, new_web() as web:
            port = next(iter(server.sockets)).getsockname()[1]
            async with web.socket(f"ws://two.example:{port}/", source="board") as messages:
                return [message async for message in messages]

    assert asyncio.run(run()) == [b"two.example"]


def test_where_nobody_answers_the_host_is_named() -> None:
    async def run() -> None:
        async with serve(lambda socket: socket.wait_closed(), "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
        async with new_web() as web:
            with pytest.raises(Transient, match=f"two.example:{port} does not answer"):
                async with web.socket(f"ws://two.example:{port}/", source="board"):
                    pass
            with pytest.raises(Transient, match=f"two.example:{port}/: no connection"):
                await web.get(f"http://two.example:{port}/", source="board")

    asyncio.run(run())
