"""Answers that are made to harm: too large, too slow, without end, or tiny until they are unpacked."""

import asyncio
import gzip
import ssl
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ingest.content_encoding import unpacking
from ingest.exchange import Caps
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Poison, Transient
from schemas.outbound import OutboundSettings
from tests.support.http_server import Answering, Asked, answer, serving

ZEROS = bytes(2**20)


def new_web(**caps: float) -> Web:
    return Web(
        OutboundSettings(allow=("127.0.0.1",)),
        clock=ManualClock(datetime(2026, 1, 1, tzinfo=UTC)),
        chance=Random(7),
        tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        caps=Caps(**caps),  # type: ignore[arg-type] # whole numbers where whole numbers are meant
    )


def fetch(answering: Answering, **caps: float) -> tuple[Exception, float, float]:
    """What asking raised, and the seconds and MiB that it took."""

    async def run() -> tuple[Exception, float, float]:
        async with serving(answering) as served, new_web(**caps) as web:
            tracemalloc.start()
            began = time.perf_counter()
            with pytest.raises((Poison, Transient)) as caught:
                await web.get(served.url("/flood"), source="board")
            took_s, peak = time.perf_counter() - began, tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return caught.value, took_s, peak / 2**20

    return asyncio.run(run())


def bomb_gzip() -> bytes:
    packer = zlib.compressobj(1, wbits=31)
    return b"".join([*(packer.compress(ZEROS) for _ in range(128)), packer.flush()])


def bomb_deflate() -> bytes:
    packer = zlib.compressobj(1)
    return b"".join([*(packer.compress(ZEROS) for _ in range(128)), packer.flush()])


def bomb_zstd() -> bytes:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    return b"".join([*(packer.compress(ZEROS) for _ in range(128)), packer.flush()])


@pytest.mark.parametrize(("encoding", "bomb"), [("gzip", bomb_gzip), ("deflate", bomb_deflate), ("zstd", bomb_zstd)])
def test_a_bomb_of_128_mib_is_stopped_within_a_second_and_50_mib(encoding: str, bomb: Callable[[], bytes]) -> None:
    packed = bomb()

    async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(200, packed, content_encoding=encoding))

    error, took_s, mib = fetch(answering)
    print(f"{encoding}: {len(packed)} bytes, {took_s:.2f} s, {mib:.1f} MiB")
    assert isinstance(error, Poison)
    assert error.reason == "too_large"
    assert took_s < 1
    assert mib < 50


def test_what_says_that_it_is_too_large_is_not_even_read() -> None:
    async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n")

    error, took_s, _ = fetch(answering)
    assert isinstance(error, Poison)
    assert took_s < 1


def test_a_body_without_end_is_stopped() -> None:
    async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 2**16)
            await writer.drain()

    error, took_s, mib = fetch(answering)
    print(f"endless: {took_s:.2f} s, {mib:.1f} MiB")
    assert isinstance(error, Poison)
    assert error.reason == "too_large"
    assert mib < 50


def test_an_answer_that_drips_is_given_up() -> None:
    async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.02)

    error, took_s, _ = fetch(answering, total_s=0.1)
    assert isinstance(error, Transient)
    assert "no answer in time" in str(error)
    assert took_s < 2


def test_a_head_that_drips_is_given_up() -> None:
    async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x: y\r\n")
            await asyncio.sleep(0.02)

    error, took_s, _ = fetch(answering, total_s=0.1)
    assert isinstance(error, Transient)
    assert took_s < 2


def test_a_server_that_says_nothing_is_given_up() -> None:
    async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    error, took_s, _ = fetch(answering, quiet_s=0.1)
    assert isinstance(error, Transient)
    assert took_s < 2


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(body)


def members(body: bytes) -> bytes:
    return gzip.compress(b"") + gzip.compress(body) + bytes(8)


def frames(body: bytes) -> bytes:
    return zstd(b"") + zstd(body)


PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("gzip", members),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("zstd", zstd),
    ("zstd", frames),
    ("identity", bytes),
]


def cut(data: bytes, at: list[int]) -> Iterator[bytes]:
    places = sorted({0, len(data), *(place % (len(data) + 1) for place in at)})
    for begin, end in pairwise(places):
        yield data[begin:end]


@given(
    st.sampled_from(PACKERS),
    st.binary(max_size=2000) | st.binary(max_size=20).map(lambda part: part * 20_000),
    st.lists(st.integers(0, 2**30), max_size=5),
)
def test_what_was_packed_is_unpacked_however_it_is_cut(
    how: tuple[str, Callable[[bytes], bytes]], body: bytes, at: list[int]
) -> None:
    name, packer = how
    unpacked = unpacking(name)
    found = b"".join(piece for data in cut(packer(body), at) for piece in unpacked.feed(data))
    assert found == body
    assert unpacked.whole


@given(st.sampled_from(["gzip", "deflate", "zstd"]), st.binary(max_size=300))
def test_what_was_not_packed_is_poison_or_nothing(name: str, data: bytes) -> None:
    unpacked = unpacking(name)
    with suppress(Poison):
        list(unpacked.feed(data))
