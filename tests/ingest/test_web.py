"""Requests against a real server on this machine: what is tried again, what is told, what is never told."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import TypeVar

import pytest

from ingest.exchange import shown
from ingest.web import Answer, Web
from schemas.clock import ManualClock
from schemas.errors import HearkenError, Poison, Refused, Transient
from schemas.outbound import OutboundSettings
from tests.support.http_server import Asked, Served, answer, serving

START = datetime(2026, 1, 1, tzinfo=UTC)
T = TypeVar("T")
SECRET = {"authorization": "Bearer canary"}


def new_web(clock: ManualClock | None = None) -> Web:
    return Web(
        OutboundSettings(allow=("127.0.0.1", "localhost"), contact="mailto:ann@social.example"),
        clock=clock or ManualClock(START),
        chance=Random(7),
        tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )


def asked(
    web: Web,
    said: Callable[[Asked], bytes],
    ask: Callable[[Web, Served], Awaitable[T]],
) -> tuple[T, Served]:
    async def run() -> tuple[T, Served]:
        async def answering(one: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(said(one))
            if b"connection: close" in said(one):
                writer.close()

        async with serving(answering) as served, web:
            return await ask(web, served), served

    return asyncio.run(run())


async def get(web: Web, served: Served) -> Answer:
    return await web.get(served.url("/posts?token=canary"), source="board", headers=SECRET)


async def fails(web: Web, served: Served) -> HearkenError:
    with pytest.raises((Transient, Refused, Poison)) as caught:
        await get(web, served)
    assert "canary" not in str(caught.value)
    return caught.value


def moved(web: Web, clock: ManualClock) -> float:
    return (clock.now() - START).total_seconds()


@pytest.mark.parametrize("status", [200, 204, 304, 400, 404, 410, 422])
def test_what_is_for_the_caller_to_judge_is_returned(status: int) -> None:
    body = b"" if status in (204, 304) else b"{}"
    found, served = asked(new_web(), lambda one: answer(status, body, ETag="7"), get)
    assert (found.status, found.body, found.headers["etag"]) == (status, body, "7")
    assert len(served.asked) == 1


def test_each_request_says_who_we_are_and_what_the_caller_said() -> None:
    _, served = asked(new_web(), lambda one: answer(), get)
    sent = served.asked[0].headers
    assert sent["user-agent"].startswith("hearken/")
    assert sent["user-agent"].endswith(" (+mailto:ann@social.example)")
    assert sent["authorization"] == "Bearer canary"
    assert sent["accept-encoding"] == "gzip, deflate, zstd"


def test_parameters_are_added_to_those_of_the_url() -> None:
    async def ask(web: Web, served: Served) -> Answer:
        return await web.get(served.url("/a?x=1"), source="board", params={"y": "ü&"})

    _, served = asked(new_web(), lambda one: answer(), ask)
    assert served.asked[0].path == "/a?x=1&y=%C3%BC%26"


def test_cookies_are_not_kept() -> None:
    async def twice(web: Web, served: Served) -> Answer:
        await get(web, served)
        return await get(web, served)

    _, served = asked(new_web(), lambda one: answer(set_cookie="who=canary"), twice)
    assert "cookie" not in served.asked[1].headers


@pytest.mark.parametrize(
    ("header", "seconds"), [("20", 20), (format_datetime(START + timedelta(seconds=33), usegmt=True), 33)]
)
def test_too_many_requests_are_tried_again_when_the_server_says(header: str, seconds: float) -> None:
    clock = ManualClock(START)
    web = new_web(clock)
    found, _ = asked(web, lambda one: answer() if one.before else answer(429, retry_after=header), get)
    assert found.status == 200
    assert seconds <= moved(web, clock) < seconds + 5
    traffic = web.traffic["board"]
    assert (traffic.requests, traffic.retries, traffic.refused, traffic.waits) == (2, 1, 1, 1)


def test_longer_than_a_minute_nobody_is_kept_waiting_nor_is_the_server_asked() -> None:
    async def twice(web: Web, served: Served) -> list[HearkenError]:
        return [await fails(web, served), await fails(web, served)]

    clock = ManualClock(START)
    web = new_web(clock)
    errors, served = asked(web, lambda one: answer(429, retry_after=900), twice)
    assert [error.retry_after_s for error in errors if isinstance(error, Transient)] == [900, 900]
    assert (len(served.asked), moved(web, clock)) == (1, 0)


def test_a_spent_quota_is_waited_for_before_the_next_request() -> None:
    async def twice(web: Web, served: Served) -> Answer:
        await get(web, served)
        return await get(web, served)

    clock = ManualClock(START)
    web = new_web(clock)
    asked(web, lambda one: answer(x_ratelimit_remaining=0, x_ratelimit_reset=30), twice)
    assert moved(web, clock) == 30
    assert web.traffic["board"].remaining == 0


def test_a_forbidden_that_means_too_many_is_tried_again() -> None:
    limited = answer(403, x_ratelimit_remaining=0, x_ratelimit_reset=int(START.timestamp()) + 12)
    found, _ = asked(new_web(), lambda one: answer() if one.before else limited, get)
    assert found.status == 200


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 408, 425])
def test_a_server_that_fails_is_tried_again_and_then_given_up(status: int) -> None:
    found, served = asked(new_web(), lambda one: answer(status if one.before < 2 else 200), get)
    assert (found.status, len(served.asked)) == (200, 3)
    error, served = asked(new_web(), lambda one: answer(status), fails)
    assert isinstance(error, Transient)
    assert f"/posts answers {status} (tried 4 times)" in str(error)
    assert len(served.asked) == 4


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_one_line(status: int) -> None:
    error, served = asked(new_web(), lambda one: answer(status, b'{"error":"canary"}'), fails)
    assert isinstance(error, Refused)
    assert (error.status, error.body) == (status, b'{"error":"canary"}')
    assert len(served.asked) == 1
    assert "\n" not in str(error)


def test_a_post_is_sent_again_only_where_nothing_was_done() -> None:
    async def post(web: Web, served: Served) -> Answer:
        return await web.post(served.url("/p"), source="board", json={"q": "acme"})

    async def posts(web: Web, served: Served) -> None:
        with pytest.raises(Transient, match="tried 1 times"):
            await post(web, served)

    async def form(web: Web, served: Served) -> Answer:
        return await web.post(served.url("/p"), source="board", data={"q": "a b"}, repeatable=True)

    _, served = asked(new_web(), lambda one: answer() if one.before else answer(429), post)
    assert [one.body for one in served.asked] == [b'{"q":"acme"}'] * 2
    _, served = asked(new_web(), lambda one: answer(503), posts)
    assert len(served.asked) == 1
    _, served = asked(new_web(), lambda one: answer() if one.before else answer(503), form)
    assert [one.body for one in served.asked] == [b"q=a+b"] * 2
    found, served = asked(new_web(), lambda one: answer(307, location="/other"), post)
    assert (found.status, len(served.asked)) == (307, 1)


def test_redirects_are_followed_and_strangers_are_told_nothing() -> None:
    def said(one: Asked) -> bytes:
        port = one.headers["host"].partition(":")[2]
        if one.path.startswith("/posts"):
            return answer(302, location="/here")
        return answer(301, location=f"http://localhost:{port}/there") if one.path == "/here" else answer()

    found, served = asked(new_web(), said, get)
    assert found.url == f"http://localhost:{served.port}/there"
    assert ["authorization" in one.headers for one in served.asked] == [True, True, False]
    assert "user-agent" in served.asked[2].headers


@pytest.mark.parametrize(
    ("statuses", "lasting"),
    [((), None), ((302,), None), ((301,), "/1"), ((308, 301), "/2"), ((301, 302, 301), "/1"), ((307, 308), None)],
)
def test_where_lasting_redirects_led_is_told(statuses: tuple[int, ...], lasting: str | None) -> None:
    def said(one: Asked) -> bytes:
        place = int(one.path[1:]) if one.path[1:].isdigit() else 0
        return answer(statuses[place], location=f"/{place + 1}") if place < len(statuses) else answer()

    found, served = asked(new_web(), said, get)
    assert found.moved == (lasting and served.url(lasting))


def test_redirects_end_somewhere() -> None:
    error, served = asked(new_web(), lambda one: answer(302, location=f"{one.path}a"), fails)
    assert isinstance(error, Poison)
    assert "more than 5 redirects" in str(error)
    assert len(served.asked) == 6


@pytest.mark.parametrize(
    "target", ["http://127.0.0.2:8080/x?token=canary", "http://169.254.169.254/latest", "file:///etc/hosts", "//[::1]/"]
)
def test_a_redirect_is_checked_anew(target: str) -> None:
    error, served = asked(new_web(), lambda one: answer(302, location=target), fails)
    assert isinstance(error, Poison)
    assert len(served.asked) == 1


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n10\r\nhalf",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n" + b"x-flood: canary\r\n" * 20_000 + b"\r\n",
        b"SSH-2.0-canary connection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\3K",
    ],
    ids=["cut body", "cut chunk", "header flood", "no HTTP", "cut gzip"],
)
def test_what_is_cut_or_no_http_is_tried_again_and_then_given_up(said: bytes) -> None:
    error, served = asked(new_web(), lambda one: said, fails)
    assert isinstance(error, Transient)
    assert len(served.asked) == 4


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "br", "gzip, gzip", "x" * 99])
def test_a_body_that_is_not_packed_as_it_says_is_refused(encoding: str) -> None:
    error, served = asked(new_web(), lambda one: answer(200, b"<rss/>", content_encoding=encoding), fails)
    assert isinstance(error, Poison)
    assert (error.reason, len(served.asked)) == ("bad_encoding", 1)


def test_nobody_listening_is_transient() -> None:
    async def ask() -> None:
        async with serving(lambda one, writer: asyncio.sleep(0)) as served:
            port = served.port
        async with new_web() as web:
            with pytest.raises(Transient, match=f"{port}/: no connection"):
                await web.get(f"http://127.0.0.1:{port}/", source="board")

    asyncio.run(ask())


def test_what_may_be_a_key_is_not_shown() -> None:
    assert shown("https://a.example:8443/x/y?z=1#f") == "https://a.example:8443/x/y"
    assert shown("https://a.example/bot1:canary/getUpdates?x") == "https://a.example/.../getUpdates"
    assert shown(f"https://a.example/feed/{'c' * 40}") == "https://a.example/feed/..."
