"""Mastodon, listened to where it does not want to be, or breaks."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
import pytest

from ingest.live import Gap, Heard
from ingest.source import source
from ingest.sources.mastodon_stream import MastodonStream
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Refused, Transient, UsageError
from schemas.post import post_id
from schemas.wire import from_ms
from tests.support.mastodon_channel import LOCAL, NOON, at, cursor, listen, opened, posts, reader
from tests.support.mastodon_server import Fault, MastodonServer, Refusal, mastodon_server
from tests.support.mastodon_statuses import NOON_MS


@pytest.mark.parametrize("answered", [401, 403, 404, 422])
def test_a_timeline_that_is_closed_is_one_gap_and_the_stream_goes_on(answered: int) -> None:
    with mastodon_server() as server:
        server.wire.closed_timelines = answered
        found = reader(server)

        def meanwhile() -> None:
            server.await_streams(1)
            server.post(at(9))

        gap, heard = listen(found, cursor(0), 2, meanwhile)
    assert isinstance(gap, Gap)
    assert gap.since == from_ms(NOON_MS)
    assert isinstance(heard, Heard)
    assert heard.cursor == cursor(9)


def test_from_now_on_a_closed_timeline_is_no_gap() -> None:
    with mastodon_server() as server:
        server.wire.closed_timelines = 422

        def meanwhile() -> None:
            server.await_streams(1)
            server.post(at(9))

        assert [type(thing) for thing in listen(reader(server), None, 1, meanwhile)] == [Heard]


@pytest.mark.parametrize("kept", ["", "@", "../x@", "109@yesterday", "{}"])
def test_a_position_that_is_none_of_ours_is_a_gap_and_it_listens_from_now_on(kept: str) -> None:
    with mastodon_server(at(0)) as server:
        gap, begun = listen(reader(server), kept, 2)
    assert isinstance(gap, Gap)
    assert begun == Heard(b"", cursor(0))


def test_a_token_is_sent_to_its_server_alone() -> None:
    with mastodon_server(at(0)) as one, mastodon_server(at(0)) as two:
        one.wire.token = "sesame"
        options = {"servers": [one.url, two.url], "tokens": {one.url: "sesame"}}
        found = source("mastodon-stream", options)
        assert isinstance(found, MastodonStream)
        listen(found, cursor(-1), 1)
        listen(found, cursor(-1), 1, channel=1)
        assert {heard.authorization for heard in one.wire.requests} == {"Bearer sesame"}
        assert {heard.authorization for heard in two.wire.requests} == {None}


@pytest.mark.parametrize(("token", "advice"), [(None, "set token in"), ("wrong", "does not take its token")])
def test_who_may_not_listen_is_told_so_in_a_line(token: str | None, advice: str) -> None:
    with mastodon_server() as server:
        server.wire.token = "sesame"
        with pytest.raises(Refused, match=advice) as refused:
            listen(reader(server, token=token), None, 1)
    assert "\n" not in str(refused.value)
    assert "wrong" not in str(refused.value)


def test_where_nothing_is_open_polling_is_refused_too() -> None:
    with mastodon_server() as server:
        server.wire.token = "sesame"
        with pytest.raises(Refused, match="token"):
            listen(reader(server, mode="poll"), None, 1)


def test_polling_reads_on_every_so_many_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock(NOON)
    monkeypatch.setattr(MastodonStream, "clock", clock)
    with mastodon_server(at(0)) as server:
        found = reader(server, mode="poll", interval_s=30)

        def meanwhile() -> None:
            server.await_asked(1)
            for minutes in range(1, 50):
                server.post(at(minutes, str(minutes)))

        said = listen(found, None, 60, meanwhile)
        texts = {post.text for post in posts(found, said)}
        assert server.wire.streams == 0
    assert texts > {str(minutes) for minutes in range(2, 40)}
    assert (clock.now() - NOON).total_seconds() % 30 == 0


def test_a_heartbeat_is_a_sign_of_life() -> None:
    async def run(server: MastodonServer) -> list[Heard | Gap]:
        found = reader(server)
        async with Web(LOCAL) as web, opened(found, web, None) as things:
            return [await anext(things) for _ in range(4)]

    with mastodon_server() as server:
        server.wire.heartbeat_s = 0.01
        assert asyncio.run(asyncio.wait_for(run(server), 10))[1:] == [Heard(b"")] * 3


@pytest.mark.parametrize("kind", ["silent", "cut", "refused"])
def test_what_breaks_is_transient(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sources.mastodon_stream._SILENCE_S", 0.2)
    with mastodon_server() as server:
        server.wire.faults.append(Fault(kind, after=1))  # type: ignore[arg-type]

        def meanwhile() -> None:
            if kind != "refused":
                server.await_streams(1)
                server.post(at(1), at(2))

        with pytest.raises(Transient):
            listen(reader(server), None, 9, meanwhile)


def test_no_encryption_where_it_is_asked_for_is_transient() -> None:
    with mastodon_server() as server:
        found = source("mastodon-stream", {"servers": server.url.replace("http:", "https:")})
        assert isinstance(found, MastodonStream)
        with pytest.raises(Transient):
            listen(found, None, 1)


def test_a_server_that_asks_for_patience_gets_it() -> None:
    clock = ManualClock(NOON)

    async def run(found: MastodonStream) -> Heard | Gap:
        async with Web(LOCAL, clock=clock) as web, opened(found, web, cursor(0)) as things:
            return await anext(things)

    with mastodon_server(at(1)) as server:
        server.wire.refusals.append(Refusal(429, {"Retry-After": "40"}))
        found = reader(server)
        heard = asyncio.run(asyncio.wait_for(run(found), 10))
    assert posts(found, [heard])
    assert clock.now() >= datetime(2024, 3, 1, 12, 0, 40, tzinfo=UTC)


def test_what_is_no_page_is_a_gap_and_no_fault() -> None:
    with mastodon_server() as server:
        server.wire.refusals += [Refusal(200, {}, b"<html>"), Refusal(200, {}, b'{"error":"x"}')]
        [gap] = listen(reader(server), cursor(0), 1)
    assert isinstance(gap, Gap)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "names no server"),
        ({"servers": "not a server"}, "no server's name"),
        ({"servers": ["a.example/path"]}, "no server's name"),
        ({"servers": ["a.example"], "timelines": ["home"]}, "'home' is none"),
        ({"servers": ["a.example"], "timelines": ["#a b"]}, "is none"),
        ({"servers": ["a.example", "b.example"], "token": "x"}, "for one server"),
        ({"servers": ["a.example"], "mode": "push"}, "'push' is none"),
        ({"servers": 5}, "a list of texts"),
        ({"servers": ["a.example"], "tokens": "x"}, "a table"),
        ({"servers": ["a.example"], "interval_s": "often"}, "number of seconds"),
        ({"server": ["a.example"]}, "no option 'server'"),
    ],
)
def test_a_mistake_in_the_options_is_one_line(options: dict[str, object], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        channels(options)


def channels(options: dict[str, object]) -> Sequence[str]:
    found = source("mastodon-stream", options)
    assert isinstance(found, MastodonStream)
    return found.channels(())


def test_payloads_that_cannot_be_read_keep_the_place() -> None:
    with mastodon_server(at(0)) as server:
        found = reader(server)

        def meanwhile() -> None:
            server.await_streams(1)
            server.say("update", b'{"id":')
            server.say("update", b"[1]")
            server.say("update", b'{"id":"\xff"}')
            server.say("announcement", orjson.dumps({"id": "1"}))
            server.post(at(1))

        said = listen(found, None, 6, meanwhile)
    assert [thing.cursor for thing in said if isinstance(thing, Heard)] == [cursor(0)] * 5 + [cursor(1)]
    assert post_id("mastodon", posts(found, said[-1:])[0].native_id)
