"""TLS: a server is believed only with a certificate for the very name that was asked for."""

import asyncio
import shutil
import ssl
import subprocess
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import orjson
import pytest

from ingest.live import Heard
from ingest.sources.bluesky_jetstream import BlueskyJetstream
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Transient
from schemas.outbound import OutboundSettings
from schemas.wire import ms
from tests.support.http_server import Asked, answer, serving
from tests.support.jetstream import jetstream
from tests.support.jetstream_events import commit

AT = datetime(2026, 1, 1, tzinfo=UTC)


def new_web(tls: ssl.SSLContext) -> Web:
    clock = ManualClock(AT)
    return Web(OutboundSettings(allow=("127.0.0.1",)), clock=clock, chance=Random(7), tls=tls)


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for `name`, and a client's that trusts it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate of this test: install it")
    key, crt = folder / "server.key", folder / "server.crt"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    files = ["-keyout", str(key), "-out", str(crt), "-subj", "/CN=test", "-addext", f"subjectAltName={name}"]
    subprocess.run([*command, *files], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(crt, key)
    return server, ssl.create_default_context(cafile=str(crt))


@pytest.mark.parametrize(
    ("name", "trusted", "said"),
    [
        ("IP:127.0.0.1", True, None),
        ("IP:127.0.0.1", False, "its certificate is not valid: self-signed certificate"),
        ("DNS:other.example", True, "its certificate is not valid: IP address mismatch"),
    ],
)
def test_certificates_are_verified_against_the_name_that_was_asked_for(
    tmp_path: Path, name: str, trusted: bool, said: str | None
) -> None:
    server, client = certificate(tmp_path, name)

    async def ask() -> int:
        async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(answer())

        tls = client if trusted else ssl.create_default_context()
        async with serving(answering, server) as served, new_web(tls) as web:
            if said is None:
                return (await web.get(served.url("/", "https"), source="board")).status
            with pytest.raises(Transient, match=said):
                await web.get(served.url("/", "https"), source="board")
            with pytest.raises(Transient, match="certificate is not valid"):
                async with web.socket(served.url("/", "wss"), source="board"):
                    pass
            return 0

    assert asyncio.run(ask()) == (200 if said is None else 0)


def test_a_stream_whose_certificate_fails_goes_on_where_it_was_when_it_is_good_again(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "IP:127.0.0.1")
    told = [commit("did:plc:mia", AT + timedelta(seconds=second), f"r{second}", {"text": "x"}) for second in range(9)]

    async def hear(url: str, tls: ssl.SSLContext, cursor: str | None) -> list[Heard]:
        found: list[Heard] = []
        async with new_web(tls) as web, aclosing(BlueskyJetstream([url]).listen("", web, (), cursor)) as stream:
            async for heard in stream:
                assert isinstance(heard, Heard)
                found.append(heard)
                if len(found) == 5:
                    break
        return found

    with jetstream(*told, tls=server) as stream:
        cursor = orjson.dumps({"server": stream.url, "time_us": ms(AT) * 1000}).decode()
        first = asyncio.run(hear(stream.url, client, cursor))
        for _ in range(3):
            with pytest.raises(Transient, match="certificate is not valid"):
                asyncio.run(hear(stream.url, ssl.create_default_context(), first[-1].cursor))
        second = asyncio.run(hear(stream.url, client, first[-1].cursor))
    assert [heard.payload for heard in first] == told[:5]
    assert [heard.payload for heard in second] == told[4:]  # the last one again
