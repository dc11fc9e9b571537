"""Mastodon, listened to: against a server on this machine that breaks as it is told to."""

from pathlib import Path

import orjson
import pytest

from ingest.live import Gap, Heard
from ingest.parsing import Outcome, parse_recording
from schemas.errors import Poison
from schemas.post import PostEvent
from schemas.wire import from_ms
from tests.support.mastodon_channel import MINUTE_MS, at, cursor, listen, posts, reader
from tests.support.mastodon_server import mastodon_server
from tests.support.mastodon_statuses import NOON_MS, account, status_id


def test_from_now_on_the_stream_is_followed() -> None:
    with mastodon_server(at(0, "before")) as server:
        found = reader(server)

        def meanwhile() -> None:
            server.await_streams(1)
            server.post(at(1, "A kettle & a pot"))
            server.edit(at(1, "A pot", edited_at="2024-03-01T12:02:00.000Z"))
            server.delete(status_id(NOON_MS + MINUTE_MS))

        said = listen(found, None, 4, meanwhile)
        first, second, third = posts(found, said)
    assert said[0] == Heard(b"", cursor(0))
    assert [thing.cursor for thing in said if isinstance(thing, Heard)][1:] == [cursor(1)] * 3
    assert (first.op, second.op, third.op) == ("create", "update", "delete")
    assert first.id == second.id == third.id
    assert first.native_id == f"{server.url.removeprefix('http://')}/{status_id(NOON_MS + MINUTE_MS)}"
    assert (first.text, second.text) == ("A kettle & a pot", "A pot")


def test_a_break_is_filled_from_the_minute_before_it_in_order() -> None:
    missed = [at(minutes, str(minutes)) for minutes in (-2, -0.5, 0, *range(1, 100))]
    with mastodon_server(*missed) as server:
        found = reader(server)

        def meanwhile() -> None:
            server.await_streams(1)
            server.post(at(200, "last"))

        said = listen(found, cursor(0), 102, meanwhile)
        texts = [post.text for post in posts(found, said)]
    assert texts == [str(minutes) for minutes in (-0.5, 0, *range(1, 100))] + ["last"]
    assert [thing.cursor for thing in said if isinstance(thing, Heard)][:4] == [
        cursor(0),
        cursor(0),
        cursor(1),
        cursor(2),
    ]


def test_a_position_before_the_first_post_loses_none() -> None:
    with mastodon_server() as server:
        found = reader(server)
        [begun] = listen(found, None, 1)
        assert begun == Heard(b"", "0@")
        server.post(at(1, "first"))
        assert [post.text for post in posts(found, listen(found, "0@", 1))] == ["first"]


def test_hashtags_and_what_is_local_are_listened_to_apart() -> None:
    tagged = at(1, "tagged", tags=[{"name": "Acme", "url": "u"}], account=account(host="b.example"))
    with mastodon_server(at(2, "local"), tagged) as server:
        found = reader(server, timelines="public:local,#acme, public:remote")
        place = server.url.removeprefix("http://")
        assert found.channels(()) == [f"{place}/public:local", f"{place}/#acme", f"{place}/public:remote"]
        for channel, text in enumerate(("local", "tagged", "tagged")):
            since = 10 * (channel + 1)

            def meanwhile(streams: int = channel + 1, later: int = since + 5) -> None:
                server.await_streams(streams)
                later_ms = NOON_MS + later * MINUTE_MS
                server.post(at(later, "local"), {**tagged, "id": status_id(later_ms, 1)})

            assert [post.text for post in posts(found, listen(found, cursor(since), 1, meanwhile, channel))] == [text]


def test_more_than_can_be_asked_for_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.mastodon_timelines._MOST_PAGES", 2)
    with mastodon_server(*(at(minutes) for minutes in range(1, 200))) as server:
        said = listen(reader(server), cursor(0), 81)
    assert said[-1] == Gap(
        "more than 80 posts were missed", from_ms(NOON_MS + 80 * MINUTE_MS), from_ms(NOON_MS + 199 * MINUTE_MS)
    )


def test_real_statuses_are_the_same_from_a_timeline_as_from_a_recording(shared: Path) -> None:
    path = shared / "samples" / "mastodon-stream" / "statuses_mastodon_social.ndjson"
    statuses = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    with mastodon_server(*statuses) as server:
        found = reader(server)
        live = posts(found, listen(found, "0@", 48))
    recorded = [one for _, outcome in parse_recording(found, path) for one in posts_in(outcome)]
    assert len(live) == 48
    assert {facts(one) for one in live} == {facts(one) for one in recorded}


def posts_in(outcome: Outcome) -> list[PostEvent]:
    assert not isinstance(outcome, Poison)
    return [one for one in outcome if isinstance(one, PostEvent)]


def facts(post: PostEvent) -> tuple[object, ...]:
    native_id = post.native_id.rpartition("/")[2]
    return native_id, post.op, post.kind, post.version, post.text, post.title, post.lang, tuple(post.links)
