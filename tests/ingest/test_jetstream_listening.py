"""Bluesky's Jetstream, listened to: where it begins, what it asks for, and what it makes of a server's oddities."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import orjson
import pytest

from ingest.jetstream_positions import Course, Position, read_position
from ingest.live import Gap, Heard
from ingest.records import Record
from ingest.source import Parsed, source
from ingest.sources.bluesky_jetstream import BlueskyJetstream
from ingest.web import Web
from schemas.errors import Refused, Transient, UsageError
from schemas.outbound import OutboundSettings
from schemas.post import PostEvent
from tests.support.jetstream import Fault, jetstream
from tests.support.jetstream_events import account, commit

T0 = datetime(2026, 3, 2, tzinfo=UTC)
LOCAL = OutboundSettings(allow=("127.0.0.1",))
Said = list[Heard | Gap]


def event(second: float, text: str = "a kettle") -> bytes:
    return commit("did:plc:mia", T0 + timedelta(seconds=second), f"r{second}", {"text": text})


def time_us(second: float) -> int:
    return round((T0 + timedelta(seconds=second)).timestamp() * 1_000_000)


def saved(server: str, second: float) -> str:
    return orjson.dumps({"server": server, "time_us": time_us(second)}).decode()


def listen(
    reader: BlueskyJetstream, cursor: str | None, count: int, meanwhile: Callable[[], object] = lambda: None
) -> Said:
    """Return what is heard on one connection, at most `count` things; what breaks it is raised when there is less."""

    async def run() -> Said:
        heard: Said = []
        async with Web(LOCAL) as web, aclosing(reader.listen("", web, (), cursor)) as stream:
            call = asyncio.get_running_loop().run_in_executor(None, meanwhile)
            async for item in stream:
                heard.append(item)
                if len(heard) == count:
                    break
            await call
        return heard

    return asyncio.run(asyncio.wait_for(run(), 20))


def payloads(heard: Said) -> list[bytes]:
    return [item.payload for item in heard if isinstance(item, Heard)]


def cursors(heard: Said) -> list[str | None]:
    return [item.cursor for item in heard if isinstance(item, Heard)]


def parsed(payload: bytes) -> Parsed:
    [found] = BlueskyJetstream().parse(Record(1, payload))
    return found


@pytest.mark.parametrize("wire", ["url", "url_v2"])
def test_begins_now_and_goes_on_with_the_last_event(wire: str) -> None:
    with jetstream(event(0)) as server:
        url = getattr(server, wire)
        reader = BlueskyJetstream([url])

        def later() -> None:
            server.await_listeners(1)
            server.say(event(1), event(2))

        first = listen(reader, None, 2, later)
        assert cursors(first) == [saved(url, 1), saved(url, 2)]
        again = listen(reader, cursors(first)[0], 2)
        assert payloads(again) == payloads(first)
        assert [type(item) for item in again] == [Heard, Heard]
        assert "cursor" not in server.requests[0]
        assert server.requests[1]["cursor"] == [str(time_us(1))]


def test_both_wires_give_the_same_events() -> None:
    told = [event(0), account("did:plc:mia", T0, "deleted"), account("did:plc:bo", T0)]
    with jetstream(*told) as server:
        one, two = (
            [parsed(payload) for payload in payloads(listen(BlueskyJetstream([url]), saved(url, 0), 3))]
            for url in (server.url, server.url_v2)
        )
    assert one == two
    assert isinstance(one[0], PostEvent)


def test_asks_for_its_collections_and_for_nothing_too_large() -> None:
    follow = commit("did:plc:mia", T0, "f", {}, "app.bsky.graph.follow")
    with jetstream(event(0), follow, event(1, "x" * 2**21), event(2)) as server:
        heard = listen(BlueskyJetstream([server.url]), saved(server.url, 0), 2)
        assert payloads(heard) == [event(0), event(2)]
        assert server.requests[0]["wantedCollections"] == [
            "app.bsky.feed.post", "app.bsky.feed.repost", "app.bsky.feed.like",
        ]  # fmt: skip
        listen(BlueskyJetstream([server.url_v2], ["app.bsky.*"]), saved(server.url_v2, 0), 1)
        assert server.requests[1]["collections"] == ["app.bsky.*"]


@pytest.mark.parametrize("cut", ["/subscribe", "subscribe"])
def test_an_address_without_a_path_speaks_the_first_wire(cut: str) -> None:
    with jetstream(event(0)) as server:
        reader = BlueskyJetstream(server.url.removesuffix(cut))
        assert reader.channels(()) == ("",)
        assert cursors(listen(reader, saved(server.url, 0), 1)) == [saved(server.url, 0)]


def test_another_server_is_asked_for_half_a_minute_before() -> None:
    with jetstream(*(event(second) for second in range(60))) as server:
        reader = BlueskyJetstream([server.url])
        heard = listen(reader, saved("wss://gone.example/subscribe", 40), 50)
        assert payloads(heard) == [event(second) for second in range(10, 60)]
        assert cursors(heard) == [None] * 30 + [saved(server.url, second) for second in range(40, 60)]


@pytest.mark.parametrize("fault", [Fault("refused"), Fault("cut"), Fault("cut", 1), Fault("close", 1)])
def test_a_server_with_nothing_new_to_say_is_left_for_the_next(fault: Fault) -> None:
    with jetstream(event(0), event(1)) as one, jetstream(event(0), event(1)) as two:
        reader = BlueskyJetstream([one.url, two.url])
        one.faults.append(fault)
        with suppress(Transient):  # a proper goodbye is none
            listen(reader, saved(one.url, 0), 9)
        assert cursors(listen(reader, saved(one.url, 0), 2)) == [saved(two.url, 0), saved(two.url, 1)]


def test_a_server_that_breaks_with_news_is_asked_again() -> None:
    with jetstream(event(0), event(1), event(2)) as one, jetstream(event(0)) as two:
        reader = BlueskyJetstream([one.url, two.url])
        one.faults.append(Fault("cut", 2))
        with pytest.raises(Transient):
            listen(reader, saved(one.url, 0), 9)
        assert cursors(listen(reader, saved(one.url, 1), 2)) == [saved(one.url, 1), saved(one.url, 2)]
        assert two.requests == []


def test_it_is_refused_for_good_only_when_every_server_does_so() -> None:
    with jetstream() as one, jetstream() as two:
        for server in (one, two):
            server.faults.append(Fault("refused", status=HTTPStatus.FORBIDDEN))
        reader = BlueskyJetstream([one.url, two.url])
        with pytest.raises(Transient):
            listen(reader, None, 1)
        with pytest.raises(Refused):
            listen(reader, None, 1)


@pytest.mark.parametrize("wire", ["url", "url_v2"])
def test_what_the_server_no_longer_has_is_a_gap(wire: str) -> None:
    with jetstream(*(event(second) for second in range(0, 600, 10))) as server:
        server.forget(time_us(300))
        url = getattr(server, wire)
        heard = listen(BlueskyJetstream([url]), saved(url, 100), 5)
        [gap] = [item for item in heard if isinstance(item, Gap)]
        assert (gap.since, gap.until) == (T0 + timedelta(seconds=100), T0 + timedelta(seconds=300))
        assert cursors(heard)[-1] == saved(url, 330 if wire == "url" else 320)


def test_a_position_that_the_server_calls_too_old_is_a_gap_and_it_listens_from_now_on() -> None:
    with jetstream(event(0)) as server:
        server.refuses_cursors = True
        reader = BlueskyJetstream([server.url_v2])

        def later() -> None:
            server.await_listeners(2)
            server.say(event(9))

        gap, heard = listen(reader, saved(server.url_v2, 0), 2, later)
        assert isinstance(gap, Gap)
        assert gap.since == T0
        assert isinstance(heard, Heard)
        assert heard.cursor == saved(server.url_v2, 9)


def test_a_position_in_the_future_is_a_gap() -> None:
    with jetstream(event(0)) as server:

        def later() -> None:
            server.await_listeners(1)
            server.say(event(1))

        gap, heard = listen(BlueskyJetstream([server.url]), saved(server.url, 9_000), 2, later)
        assert isinstance(gap, Gap)
        assert isinstance(heard, Heard)
        assert heard.cursor == saved(server.url, 1)


@pytest.mark.parametrize("cursor", ["", "x", "17", "{}", '{"server":1,"time_us":2}', '{"server":"a","time_us":7}'])
def test_a_position_that_is_none_of_ours_is_a_gap(cursor: str) -> None:
    assert read_position(cursor) is None
    with jetstream() as server:

        def later() -> None:
            server.await_listeners(1)
            server.say(event(1))

        gap, heard = listen(BlueskyJetstream([server.url]), cursor, 2, later)
        assert isinstance(gap, Gap)
        assert isinstance(heard, Heard)


def test_what_is_no_event_passes_without_a_cursor() -> None:
    odd = [b"no JSON", b"[]", b'{"time_us":5}', b'{"did":"x","time_us":"x"}', b'{"$type":"message"}', b"{}"]
    with jetstream(event(0), *odd, event(1)) as server:
        heard = listen(BlueskyJetstream([server.url]), saved(server.url, 0), 8)
        assert payloads(heard) == [event(0), *odd, event(1)]
        assert cursors(heard) == [saved(server.url, 0), *[None] * 6, saved(server.url, 1)]


def test_an_endless_message_breaks_the_connection() -> None:
    with jetstream(event(0), event(1)) as server:
        server.faults.append(Fault("endless", 1))
        with pytest.raises(Transient):
            listen(BlueskyJetstream([server.url]), saved(server.url, 0), 9)


def behind(course: Course, seconds: Sequence[float]) -> list[int | None]:
    """Return the second of the cursor behind each event."""
    found = [read_position(course.take(event(second))[0]) for second in seconds]
    return [None if place is None else (place.time_us - time_us(0)) // 1_000_000 for place in found]


def test_stragglers_do_not_move_the_position_back_and_a_wrong_time_does_not_hold_it() -> None:
    course = Course("s", None)
    assert behind(course, [10, 9, 11, 11, 90_000, 12, 13]) == [10, None, 11, 11, 90_000, 12, 13]
    assert not Course("s", None).new
    same = Course("s", Position("s", time_us(5)))
    assert behind(same, [5]) == [5]
    assert not same.new
    assert behind(same, [6]) == [6]
    assert same.new


@pytest.mark.parametrize(
    "options",
    [
        {"servers": []},
        {"servers": ["https://a.example"]},
        {"servers": ["wss://a.example/subscribe?cursor=1"]},
        {"collections": []},
        {"collections": ["post"]},
        {"collections": [f"a.b.c{number}" for number in range(101)]},
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Sequence[str]]) -> None:
    with pytest.raises(UsageError, match=r"\[sources.bluesky-jetstream\]"):
        BlueskyJetstream(**options).channels(())


def test_it_needs_no_options() -> None:
    found = source("bluesky-jetstream")
    assert isinstance(found, BlueskyJetstream)
    assert found.channels(()) == ("",)
