"""The inbox of ActivityPub, against a server that publishes keys."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import orjson
import pytest

from ingest.door import Admitted, Door, Said, door
from ingest.doors.inbox import Inbox
from ingest.rsa_signature import public_key
from ingest.web import Web
from schemas.guard import Guard, place
from tests.support.http_server import Asked, Served, answer, serving
from tests.support.pushers import NOON, delivered, knock, pem, rsa, rsa_signed

TARGET = "/push/activitypub"


def actor(server: Served, seed: int = 7, name: str = "ana", owner: str | None = None) -> bytes:
    address = server.url(f"/{name}")
    key = {"id": f"{address}#main-key", "owner": owner or address, "publicKeyPem": pem(rsa(seed)[0])}
    return orjson.dumps({"id": address, "type": "Person", "publicKey": key})


def create(server: Served, host: str | None = None, by: str = "/ana") -> bytes:
    home = host or server.url("")
    note = {"id": f"{home}/notes/1", "type": "Note", "attributedTo": f"{home}{by}", "content": "hello"}
    return orjson.dumps({"id": server.url("/a/1"), "type": "Create", "actor": server.url(by), "object": note})


def run(test: Callable[[Served, Door, Web], Awaitable[None]], answers: Callable[[Served, Asked], bytes]) -> list[str]:
    """Run a test beside a server; return the paths that were asked for."""

    async def go() -> list[str]:
        async with serving(lambda asked, writer: _write(served, asked, writer)) as server:
            served.append(server)
            async with Web(guard=Guard([place("127.0.0.1")])) as web:
                await test(server, door("activitypub", {}), web)
            return [one.path for one in server.asked]

    async def _write(server: list[Served], asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answers(server[0], asked))

    served: list[Served] = []
    return asyncio.run(go())


def known(server: Served, asked: Asked) -> bytes:
    return answer(200, actor(server)) if asked.path == "/ana" else answer(410 if asked.path == "/gone" else 404)


def test_what_the_actor_signed_comes_in_and_its_key_is_asked_for_once() -> None:
    async def test(server: Served, inbox: Door, web: Web) -> None:
        body = create(server)
        asked = knock(body, delivered(body, server.url("/ana#main-key")), TARGET)
        first = await inbox.judge(asked, web)
        assert isinstance(first, Admitted)
        assert await inbox.judge(asked, web) == first

    assert run(test, known) == ["/ana"]


def test_nothing_that_was_changed_comes_in() -> None:
    async def test(server: Served, inbox: Door, web: Web) -> None:
        body, key = create(server), server.url("/ana#main-key")
        good = delivered(body, key)
        other = body.replace(b"hello", b"bye")
        digest = delivered(other, key)["digest"]
        cases = {
            "another body": (other, good, TARGET, NOON),
            "another body, its digest": (other, good | {"digest": digest}, TARGET, NOON),
            "another target": (body, good, "/push/activitypub?x=1", NOON),
            "another host": (body, good | {"host": "other.example"}, TARGET, NOON),
            "too late": (body, good, TARGET, NOON + timedelta(hours=2)),
            "another's key": (body, delivered(body, key, seed=8), TARGET, NOON),
            "no digest signed": (
                body, delivered(body, key, names="(request-target) host date"), TARGET, NOON,
            ),
            "a key that is not there": (body, delivered(body, server.url("/nobody")), TARGET, NOON),
            "no signature": (body, {"date": good["date"], "digest": good["digest"]}, TARGET, NOON),
        }  # fmt: skip
        for case, (what, headers, target, at) in cases.items():
            said = await inbox.judge(knock(what, headers, target, at=at), web)
            assert isinstance(said, Said), case
            assert said.status == 401, case

    run(test, known)


def test_nobody_speaks_for_another() -> None:
    async def test(server: Served, inbox: Door, web: Web) -> None:
        abroad = create(server).replace(server.url("/ana").encode(), b"http://b.example")
        for body in (create(server, by="/ben"), abroad):
            said = await inbox.judge(knock(body, delivered(body, server.url("/ana#main-key")), TARGET), web)
            assert isinstance(said, Said)
            assert said.status == 401

    run(test, known)


def test_a_key_that_was_changed_is_asked_for_again_but_not_at_once() -> None:
    seeds = [8, 7]

    def changing(server: Served, asked: Asked) -> bytes:
        return answer(200, actor(server, seeds[min(asked.before, 1)]))

    async def test(server: Served, inbox: Door, web: Web) -> None:
        body = create(server)
        for minutes, status in ((0, 401), (1, 401), (6, 200)):
            at = NOON + timedelta(minutes=minutes)
            said = await inbox.judge(
                knock(body, delivered(body, server.url("/ana#main-key"), at=at), TARGET, at=at), web
            )
            assert (said.status if isinstance(said, Said) else 200) == status, minutes

    assert run(test, changing) == ["/ana", "/ana"]


def test_who_is_gone_can_delete_only_itself() -> None:
    async def test(server: Served, inbox: Door, web: Web) -> None:
        gone = server.url("/gone")
        for what, believed in ((gone, True), (server.url("/notes/1"), False)):
            body = orjson.dumps({"type": "Delete", "actor": gone, "object": what})
            said = await inbox.judge(knock(body, delivered(body, f"{gone}#main-key"), TARGET), web)
            assert isinstance(said, Admitted) is believed

    run(test, known)


def test_a_key_inside_our_network_is_not_fetched() -> None:
    async def test(server: Served, inbox: Door, web: Web) -> None:
        body = create(server)
        async with Web() as guarded:
            said = await inbox.judge(knock(body, delivered(body, server.url("/ana#main-key")), TARGET), guarded)
        assert said == Said(401, "the key cannot be had")

    assert run(test, known) == []


HOME, OTHER = "https://home.example", "https://other.example"
NOTE = {"id": f"{OTHER}/1", "type": "Note", "attributedTo": f"{OTHER}/ben", "content": "never said"}


@pytest.mark.parametrize(
    ("kind", "thing", "left"),
    [
        (
            "Create",
            {"id": f"{HOME}/1", "attributedTo": f"{HOME}/ana"},
            {"id": f"{HOME}/1", "attributedTo": f"{HOME}/ana"},
        ),
        ("Announce", NOTE, f"{OTHER}/1"),
        ("Update", {**NOTE, "id": f"{HOME}/1"}, f"{HOME}/1"),
        ("Delete", f"{OTHER}/1", f"{OTHER}/1"),
        ("Announce", {"id": f"{OTHER}/c", "type": "Create", "actor": f"{OTHER}/ben", "object": NOTE}, None),
        ("Announce", {"id": f"{HOME}/c", "type": "Create", "actor": f"{HOME}/ben", "object": NOTE}, None),
    ],
)
def test_of_what_is_on_another_server_only_the_address_is_left(kind: str, thing: object, left: object) -> None:
    body = orjson.dumps({"type": kind, "actor": f"{HOME}/ana", "object": thing})
    payload = Inbox().payload(knock(body), body)
    assert (None if payload is None else orjson.loads(payload)["object"]) == left


def test_a_signature_is_verified_whole() -> None:
    key = public_key(pem(rsa()[0]))
    signature = rsa_signed(b"a text")
    assert key.verifies(b"a text", signature)
    for wrong in (b"", signature[1:], signature + b"\0", bytes(len(signature)), b"\xff" * len(signature)):
        assert not key.verifies(b"a text", wrong)
    assert not key.verifies(b"another", signature)
    for odd in (None, "", "-----BEGIN PUBLIC KEY-----\n" + "AAAA" * 40 + "\n-----END PUBLIC KEY-----", pem(2**100 + 1)):
        with pytest.raises(ValueError, match="key"):
            public_key(odd)
