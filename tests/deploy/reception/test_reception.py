"""The reception over HTTP, in front of a real listener: what is answered, what is kept, and what is heard of it."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import orjson
import pytest
import zstandard

from deploy.reception.file_spool import FileSpool
from deploy.reception.pushed import Pushed
from ingest.live import Gap, Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.web import Web
from schemas.clock import Clock, SystemClock
from schemas.errors import Fatal, Poison, UsageError
from schemas.post import PostEvent
from schemas.settings import Settings
from tests.support.pushers import SECRET, Headers, hexed, standard

POST = {"native_id": "1", "text": "the acme phone is out"}
JSON = {"content-type": "application/json"}
DOORS = {
    "ndjson": {"secret": SECRET},
    "threads": {"app_secret": SECRET, "verify_token": "the word"},
    "feeds": {"secret": SECRET},
}


def settings(doors: dict[str, dict[str, str]], **more: int) -> Settings:
    return Settings.model_validate({"reception": {"doors": doors, **more}})


class Reception:
    """An open reception, and what it said so far."""

    def __init__(self, store: Path, *, most_bytes: int = 2**30, clock: Clock | None = None, **more: int) -> None:
        self.pushed = Pushed(
            settings(DOORS, **more), partial(FileSpool, store, "live:push:", most_bytes, clock or SystemClock())
        )
        self.heard: list[Heard] = []

    async def listen(self, cursor: str | None) -> None:
        async with Web() as web:
            async for one in self.pushed.listen("", web, (), cursor):
                assert not isinstance(one, Gap)
                self.heard.append(one)

    @property
    def cursor(self) -> str | None:
        return next((one.cursor for one in reversed(self.heard) if one.cursor is not None), None)

    @property
    def events(self) -> list[PostEvent | Poison]:
        records = [Record(1, one.payload) for one in self.heard if one.payload]
        found: list[PostEvent | Poison] = []
        for outcome in (parsed(self.pushed, record) for record in records):
            found += (
                [outcome] if isinstance(outcome, Poison) else [one for one in outcome if isinstance(one, PostEvent)]
            )
        return found


Test = Callable[[httpx.AsyncClient, Reception], Awaitable[None]]


def run(test: Test, reception: Reception, cursor: str | None = None) -> Reception:
    """Run a test beside an open reception, and close it."""

    async def go() -> None:
        listening = asyncio.create_task(reception.listen(cursor))
        while reception.pushed.port is None:
            assert not listening.done(), listening.exception()
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{reception.pushed.port}", timeout=20) as client:
            await test(client, reception)
        listening.cancel()
        await asyncio.wait([listening], timeout=5)
        assert listening.cancelled()

    asyncio.run(go())
    return reception


def signed(body: bytes, name: str = "msg_1", **more: str) -> Headers:
    return {**standard(body, datetime.now(UTC), name), "content-type": "application/x-ndjson", **more}


async def push(client: httpx.AsyncClient, body: bytes, name: str = "msg_1", **more: str) -> int:
    answer = await client.post("/push/ndjson", content=body, headers=signed(body, name, **more))
    return answer.status_code


async def heard(reception: Reception, events: int) -> list[PostEvent | Poison]:
    for _ in range(500):
        if len(reception.events) >= events:
            break
        await asyncio.sleep(0.01)
    return reception.events


def test_lines_and_arrays_of_posts_are_heard_and_a_bad_one_alone_is_lost(tmp_path: Path) -> None:
    async def test(client: httpx.AsyncClient, reception: Reception) -> None:
        lines = b"\n".join([orjson.dumps(POST), b"{broken", orjson.dumps(POST | {"native_id": "2", "source": "shop"})])
        assert await push(client, lines) == 200
        array = orjson.dumps([POST | {"native_id": "3"}, POST | {"native_id": "4"}])
        assert await push(client, array, "msg_2", **JSON) == 200
        events = await heard(reception, 5)
        posts = [event for event in events if isinstance(event, PostEvent)]
        assert [(post.source, post.native_id) for post in posts] == [
            ("ndjson", "1"), ("shop", "2"), ("ndjson", "3"), ("ndjson", "4"),
        ]  # fmt: skip
        assert [event.reason for event in events if isinstance(event, Poison)] == ["bad_json"]
        assert all(abs((datetime.now(UTC) - post.observed_at).total_seconds()) < 60 for post in posts)

    run(test, Reception(tmp_path / "a.db"))


def test_what_was_answered_is_heard_after_a_kill_and_a_repeat_of_it_changes_nothing(tmp_path: Path) -> None:
    body = orjson.dumps(POST)
    headers = signed(body)

    async def first(client: httpx.AsyncClient, reception: Reception) -> None:
        answer = await client.post("/push/ndjson", content=body, headers=headers)
        assert (answer.status_code, answer.text) == (200, "taken")

    async def second(client: httpx.AsyncClient, reception: Reception) -> None:
        for _ in range(3):
            answer = await client.post("/push/ndjson", content=body, headers=headers)
            assert (answer.status_code, answer.text) == (200, "taken before")
        assert len(await heard(reception, 1)) == 1

    run(first, Reception(tmp_path / "a.db"))  # as a kill: nothing was told to be taken in
    assert run(second, Reception(tmp_path / "a.db")).cursor == "1"
    third = run(second, Reception(tmp_path / "a.db"), cursor=None)
    assert len(third.events) == 1

    async def nothing(client: httpx.AsyncClient, reception: Reception) -> None:
        await asyncio.sleep(0.1)

    assert run(nothing, Reception(tmp_path / "a.db"), cursor="1").heard == []


def test_many_at_once_are_all_kept_in_order_of_their_places(tmp_path: Path) -> None:
    async def test(client: httpx.AsyncClient, reception: Reception) -> None:
        async def one(number: int) -> int:
            return await push(client, orjson.dumps(POST | {"native_id": str(number)}), f"msg_{number}")

        assert set(await asyncio.gather(*map(one, range(100)))) == {200}
        events = await heard(reception, 100)
        assert {event.native_id for event in events if isinstance(event, PostEvent)} == set(map(str, range(100)))
        places = [int(one.cursor) for one in reception.heard if one.cursor]
        assert places == sorted(places) == list(range(1, 101))

    run(test, Reception(tmp_path / "a.db"))


def bombs() -> list[tuple[str, bytes]]:
    blank = b" " * (64 * 2**20)
    return [("gzip", gzip.compress(blank)), ("deflate", zlib.compress(blank)), ("zstd", zstandard.compress(blank))]


@pytest.mark.parametrize(("packing", "bomb"), bombs(), ids=["gzip", "deflate", "zstd"])
def test_a_packed_body_is_read_and_a_bomb_refused(packing: str, bomb: bytes, tmp_path: Path) -> None:
    packers: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstandard.compress,
    }  # fmt: skip
    packed = packers[packing](orjson.dumps(POST))

    async def test(client: httpx.AsyncClient, reception: Reception) -> None:
        assert await push(client, packed, "a", **{"content-encoding": packing}) == 200
        assert await push(client, bomb, "b", **{"content-encoding": packing}) == 413
        assert await push(client, packed[:-5], "c", **{"content-encoding": packing}) == 400
        assert await push(client, packed, "d", **{"content-encoding": "br"}) == 400
        assert len(await heard(reception, 1)) == 1

    run(test, Reception(tmp_path / "a.db", max_body_kib=100))


def test_what_is_too_large_is_refused_whether_it_says_so_or_not(tmp_path: Path) -> None:
    large = b"x" * 3_000

    async def test(client: httpx.AsyncClient, reception: Reception) -> None:
        assert await push(client, large) == 413

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(30):
                yield b"x" * 100

        answer = await client.post("/push/ndjson", content=pieces(), headers=signed(large))
        assert answer.status_code == 413

    assert run(test, Reception(tmp_path / "a.db", max_body_kib=1)).events == []


def test_other_doors_paths_methods_and_types_are_refused(tmp_path: Path) -> None:
    body = orjson.dumps(POST)

    async def test(client: httpx.AsyncClient, reception: Reception) -> None:
        assert (await client.post("/push/reddit-listing", content=body, headers=signed(body))).status_code == 404
        assert (await client.get("/push/ndjson")).status_code == 405
        assert (await client.put("/push/ndjson", content=body)).status_code == 405
        assert (await client.get("/docs")).status_code == 404
        assert (await client.get("/openapi.json")).status_code == 404
        assert await push(client, body, "msg_1", **{"content-type": "text/html"}) == 415
        assert (await client.post("/push/ndjson", content=body, headers=JSON)).status_code == 401

    assert run(test, Reception(tmp_path / "a.db")).heard == []


def test_platforms_and_hubs_come_in_by_doors_of_their_own(tmp_path: Path) -> None:
    notice = orjson.dumps({"app_id": "1", "topic": "moderate", "values": {"value": {}, "field": "x"}})

    async def test(client: httpx.AsyncClient, reception: Reception) -> None:
        query = {"hub.mode": "subscribe", "hub.verify_token": "the word", "hub.challenge": "42"}
        answer = await client.get("/push/threads", params=query)
        assert (answer.status_code, answer.text) == (200, "42")
        assert answer.headers["content-type"].startswith("text/plain")
        headers = JSON | {"x-hub-signature-256": hexed(notice)}
        assert (await client.post("/push/threads", content=notice, headers=headers)).status_code == 200
        for _ in range(200):
            if reception.heard:
                break
            await asyncio.sleep(0.01)
        assert reception.heard

    run(test, Reception(tmp_path / "a.db"))


def test_when_too_much_waits_senders_are_asked_to_come_again(tmp_path: Path) -> None:
    async def test(client: httpx.AsyncClient, reception: Reception) -> None:
        body = orjson.dumps(POST | {"text": "x" * 200})
        assert await push(client, body, "a") == 200
        answer = await client.post("/push/ndjson", content=body, headers=signed(body, "b"))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")

    run(test, Reception(tmp_path / "a.db", most_bytes=200))


def test_a_port_that_is_taken_ends_it_with_one_line(tmp_path: Path) -> None:
    async def test(client: httpx.AsyncClient, reception: Reception) -> None:
        taken = Reception(tmp_path / "b.db", port=reception.pushed.port or 0)
        with pytest.raises(Fatal, match=r"port \d+ cannot be opened"):
            await taken.listen(None)

    run(test, Reception(tmp_path / "a.db"))


def test_a_reception_without_doors_is_one_clear_line() -> None:
    with pytest.raises(UsageError, match="has no door"):
        Pushed(settings({}), lambda: pytest.fail("it is not opened"))


def test_what_became_of_pushes_is_counted_by_door_and_reason(tmp_path: Path) -> None:
    reception = Reception(tmp_path / "a.db", max_body_kib=1)

    async def test(client: httpx.AsyncClient, reception: Reception) -> None:
        assert await push(client, orjson.dumps(POST)) == 200
        assert (await client.post("/push/ndjson", json=POST)).status_code == 401
        assert await push(client, b"x" * 2_000) == 413
        for number in range(3):
            assert (await client.post(f"/push/a-strangers-word-{number}")).status_code == 404

    run(test, reception)
    assert reception.pushed.outcomes.taken == {"ndjson": 1}
    assert reception.pushed.outcomes.refused == {
        ("ndjson", "not_proven"): 1, ("ndjson", "too_large"): 1, ("none", "no_door"): 3,
    }  # fmt: skip
