"""The guard: which addresses are for everybody, and that nothing else is ever connected to."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Poison, Transient
from schemas.guard import Guard, Place, is_public, place
from schemas.outbound import OutboundSettings

# Hosts as a stranger may write them into a URL; the system's own resolver reads them, without asking anybody.
PRIVATE = [
    "127.0.0.1", "127.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1",
    "localhost", "0.0.0.0", "0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",  # noqa: S104
    "169.254.169.254", "0xa9fea9fe", "2852039166", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "192.168.1.254", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]", "[::ffff:8.8.8.8]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::a00:1]",
    "[2002:7f00:1::]", "[2001::1]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[2001:db8::1]", "[3fff::1]", "[fc00::1]",
    "[fd00:ec2::254]", "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[ff02::1]", "[100::1]", "[5f00::1]",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.15.0.1", "172.32.0.1", "223.255.255.255", "2606:4700::1111"]


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every connection that is begun, by whatever way asyncio and anyio have for it."""
    begun: list[object] = []

    async def spy(loop: object, *arguments: object, **more: object) -> object:
        begun.append((arguments, more))
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", spy)
    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", spy)
    return begun


async def ask(web: Web, url: str) -> None:
    if url.startswith("ws"):
        async with web.socket(url, source="spy"):
            pass
    else:
        await web.get(url, source="spy")


def new_web(*allow: str, guard: Guard | None = None) -> Web:
    return Web(
        OutboundSettings(allow=allow),
        clock=ManualClock(datetime(2026, 1, 1, tzinfo=UTC)),
        guard=guard,
        tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )


def refusal(url: str, guard: Guard | None = None) -> str:
    async def refused() -> str:
        async with new_web(guard=guard) as web:
            with pytest.raises((Poison, Transient)) as caught:
                await ask(web, url)
            return str(caught.value)

    return asyncio.run(refused())


def test_the_table_is_long_enough() -> None:
    assert len(set(PRIVATE)) >= 40


@pytest.mark.parametrize("host", PRIVATE)
def test_no_connection_is_made_to_what_is_not_public(host: str, connects: list[object]) -> None:
    for scheme in ("http", "ws"):
        said = refusal(f"{scheme}://{host}:8080/latest?token=canary")
        assert "has no public address" in said or "cannot be" in said
        assert "canary" not in said
    assert connects == []


def test_the_spy_sees_a_connection_to_what_is_public(connects: list[object]) -> None:
    refusal("ws://8.8.8.8:8080/")
    assert len(connects) == 1
    refusal("http://8.8.8.8:8080/")
    assert len(connects) == 5  # a request is tried four times


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_for_everybody_is_let_through(address: str) -> None:
    assert is_public(address)


def test_a_listening_socket_of_this_machine_is_never_reached() -> None:
    async def asked() -> int:
        reached = 0

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal reached
            reached += 1
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server, new_web() as web:
            port = server.sockets[0].getsockname()[1]
            for host in ("127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0"):  # noqa: S104
                for scheme in ("http", "ws"):
                    with pytest.raises(Poison):
                        await ask(web, f"{scheme}://{host}:{port}/")
            async with new_web(f"127.0.0.1:{port}") as allowed:
                with pytest.raises(Transient):
                    await ask(allowed, f"ws://127.0.0.1:{port}/")
            return reached

    assert asyncio.run(asked()) == 1


def test_a_name_that_changes_its_meaning_is_looked_up_once_and_its_first_address_connected_to(
    connects: list[object],
) -> None:
    asked = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["8.8.8.8"] if len(asked) == 1 else ["127.0.0.1"]

    refusal("ws://rebinding.example:8080/", guard=Guard(resolve=rebinding))
    assert asked == ["rebinding.example"]
    assert "8.8.8.8" in str(connects)
    assert "127.0.0.1" not in str(connects)
    assert "no public address" in refusal("ws://rebinding.example:8080/", guard=Guard(resolve=rebinding))


def test_of_several_addresses_only_public_ones_count() -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["fe80::1%2", "10.0.0.1", "8.8.4.4", "::1"]

    assert asyncio.run(Guard(resolve=both).addresses("two.example", 443)) == ["8.8.4.4"]


def test_a_name_that_cannot_be_resolved_may_be_there_later() -> None:
    async def nothing(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(Transient, match=r"gone\.example"):
        asyncio.run(Guard(resolve=nothing).addresses("gone.example", 443))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/hosts", "neither http"),
        ("gopher://social.example/", "neither http"),
        ("//social.example/", "neither http"),
        ("https:///nowhere", "without a host"),
        ("https://ann:canary@social.example/", "user or password"),
        ("https://canary@social.example/", "user or password"),
        ("http://social.example:22/", "no port of the web"),
        ("http://social.example:6379/", "no port of the web"),
        ("http://social.example:0/", "no port of the web"),
        ("http://social.example:99999/", "cannot be read"),
        ("http://[::1/", "cannot be read"),
    ],
)
def test_a_url_that_is_not_for_the_web_is_refused(url: str, said: str) -> None:
    with pytest.raises(Poison, match=said) as caught:
        Guard().check_url(url)
    assert "canary" not in str(caught.value)


def test_a_url_leads_to_its_host_and_port() -> None:
    assert Guard().check_url("WSS://Social.Example./stream?x=1") == ("social.example", 443)
    assert Guard().check_url("http://[2606:4700::1111]:8080/") == ("2606:4700::1111", 8080)


def test_allowed_places_may_be_private_and_on_any_port() -> None:
    guard = Guard([place("intranet.example"), place("127.0.0.1:25"), place("[::1]:99")], resolve=_loopback)
    assert guard.check_url("http://intranet.example:22/") == ("intranet.example", 22)
    assert asyncio.run(guard.addresses("Intranet.Example.", 22)) == ["127.0.0.1"]
    assert asyncio.run(guard.addresses("127.0.0.1", 25)) == ["127.0.0.1"]
    for host, port in (("127.0.0.1", 8080), ("other.example", 443), ("sub.intranet.example", 443)):
        with pytest.raises(Poison, match="no public address"):
            asyncio.run(guard.addresses(host, port))


async def _loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Intranet.example", Place("intranet.example")),
        ("127.0.0.1:8080", Place("127.0.0.1", 8080)),
        ("::1", Place("::1")),
        ("[::1]:8080", Place("::1", 8080)),
    ],
)
def test_places_are_written_as_people_write_them(text: str, expected: Place) -> None:
    assert place(text) == expected


@pytest.mark.parametrize("text", ["", "http://a.example", "*.example", "a.example/x", "u@a.example", "a:b", "a:99999"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="is no host"):
        OutboundSettings(allow=(text,))
