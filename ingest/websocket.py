"""One websocket: opened to a checked address, its messages as bytes."""

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, InvalidHandshake, InvalidStatus

from ingest.connections import connected_socket
from ingest.traffic import Traffic
from schemas.errors import Transient
from schemas.guard import Guard

_log = logging.getLogger(__name__)

_PING_S = 20.0
_CONNECT_S = 10.0
_LARGEST_BREAKS = 4  # a message this many times larger than the largest that is passed on ends the connection


class HandshakeRefused(Exception):
    """The server answered the opening with something else than a websocket."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(status)
        self.status, self.headers, self.body = status, headers, body


@asynccontextmanager
async def open_websocket(
    url: str,
    place: tuple[str, int],
    shown: str,
    *,
    guard: Guard,
    tls: ssl.SSLContext,
    headers: Mapping[str, str],
    agent: str,
    traffic: Traffic,
    silence_s: float,
    largest: int,
    opening: Sequence[str] = (),
) -> AsyncGenerator[AsyncIterator[bytes]]:
    """Connect, send the messages of `opening`, and give the messages that come.

    A message of more than `largest` bytes is left out, counted and logged; one of more than four times as much breaks
    the connection, for it would have to be held in memory to be left out. Pings keep the way open. The messages end
    where the server closes in good order. Raises HandshakeRefused, Poison as the guard does, Transient for everything
    else that goes wrong.
    """
    sock = await connected_socket(guard, *place, _CONNECT_S)
    secure = url.lower().startswith("wss:")
    connection: ClientConnection
    try:
        connection = await connect(
            url,
            sock=sock,
            proxy=None,
            additional_headers=dict(headers),
            user_agent_header=agent,
            max_size=largest * _LARGEST_BREAKS,
            open_timeout=_CONNECT_S,
            ping_interval=_PING_S,
            # No answer is waited for: while nobody reads on, none is read either. A dead connection is silent.
            ping_timeout=None,
            close_timeout=2,
            ssl=tls if secure else None,
            server_hostname=place[0] if secure else None,
        )
    except InvalidStatus as error:
        sock.close()
        answer = error.response
        lowered = {name.lower(): value for name, value in answer.headers.raw_items()}
        raise HandshakeRefused(answer.status_code, lowered, bytes(answer.body or b"")[:2000]) from None
    except (InvalidHandshake, OSError, EOFError, ValueError) as error:
        sock.close()
        raise Transient(f"{shown}: no websocket ({_kind(error)})") from None
    except BaseException:
        sock.close()
        raise
    try:
        for message in opening:
            await _send(connection, message, shown)
        yield _messages(connection, shown, traffic, silence_s, largest)
    finally:
        await connection.close()


async def _send(connection: ClientConnection, message: str, shown: str) -> None:
    try:
        await connection.send(message)
    except ConnectionClosed as error:
        raise Transient(f"{shown}: the connection was closed ({_code(error)})") from None


async def _messages(
    connection: ClientConnection, shown: str, traffic: Traffic, silence_s: float, largest: int
) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(silence_s):
                message = await connection.recv(decode=False)
        except TimeoutError:
            raise Transient(f"{shown}: nothing for {silence_s:.0f} s") from None
        except ConnectionClosedOK:
            return
        except ConnectionClosed as error:
            raise Transient(f"{shown}: the connection was closed ({_code(error)})") from None
        if len(message) > largest:
            traffic.too_large += 1
            _log.warning("%s: a message of %d bytes was left out: more than %d", shown, len(message), largest)
        else:
            yield message


def _kind(error: Exception) -> str:
    return "its certificate is not valid" if isinstance(error, ssl.SSLCertVerificationError) else type(error).__name__


def _code(error: ConnectionClosed) -> str:
    close = error.rcvd or error.sent
    return f"code {close.code}" if close else "cut off"
