import io
from pathlib import Path
from typing import Any

import orjson
import pytest

from ingest.parsing import ParseReport, parse_stream, parsed
from ingest.records import Record
from ingest.source import Skipped, source
from schemas.errors import Poison
from schemas.post import PostEvent
from tests.support.mastodon_statuses import NOON_MS, Teller, account, status, status_id
from tests.support.traffic import posts

STATUS = status()


def parse(message: object, name: str = "mastodon-rest") -> list[object]:
    outcome = parsed(source(name), Record(1, orjson.dumps(message)))
    assert not isinstance(outcome, Poison), outcome
    return [f"post {one.native_id}" if isinstance(one, PostEvent) else one for one in outcome]


def posted(number: int = 0) -> str:
    return f"post {status_id(NOON_MS, number)}"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"ancestors": [STATUS], "descendants": [status(number=1)]}, [posted(), posted(1)]),
        (
            {"accounts": [account()], "statuses": [STATUS], "hashtags": [{"name": "x", "url": "u"}]},
            [posted(), Skipped("account"), Skipped("tag")],
        ),
        ({"accounts": [], "statuses": [], "hashtags": []}, []),
        (
            {"accounts": [account()], "statuses": [STATUS], "notification_groups": [{"type": "mention"}]},
            [posted(), Skipped("account"), Skipped("notification")],
        ),
        ({"statuses": [{"id": "1"}, STATUS]}, [posted(), Skipped("bad_shape")]),
        ({"id": "1", "type": "mention", "created_at": "t", "account": account(), "status": STATUS}, [posted()]),
        ({"id": "1", "type": "follow", "created_at": "t", "account": account()}, [Skipped("notification")]),
    ],
)
def test_statuses_are_found_wherever_they_stand(answer: object, found: list[object]) -> None:
    assert parse(answer) == found


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({}, "empty"),
        ({"error": "Record not found"}, "error"),
        (account(), "account"),
        ({"id": "1", "scheduled_at": "t", "params": {"text": "x"}, "media_attachments": []}, "scheduled_status"),
        ({"id": "1", "content": "x", "published_at": "t", "starts_at": None}, "announcement"),
        ({"id": "1", "unread": True, "accounts": [account()], "last_status": STATUS}, "conversation"),
        ({"id": "1", "options": [{"title": "x"}], "votes_count": 5}, "poll"),
        ({"name": "x", "url": "u", "history": []}, "tag"),
        ({"content": "x", "spoiler_text": "", "created_at": "t", "account": account()}, "status_edit"),
        ({"id": "1", "text": "x", "spoiler_text": ""}, "status_source"),
        ({"id": "1", "following": True, "muting": False}, "relationship"),
        ({"id": "1", "type": "image", "url": "u", "preview_url": "u"}, "media_attachment"),
        ({"domain": "a.example", "title": "x", "version": "4"}, "instance"),
        ({"id": "1", "title": "x", "replies_policy": "list"}, "list"),
        ({"url": "u", "title": "x", "type": "link"}, "card"),
    ],
)
def test_everything_else_is_skipped_by_what_it_is(answer: object, kind: str) -> None:
    assert parse(answer) == [Skipped(kind)]


@pytest.mark.parametrize(
    "name",
    ["notification", "filters_changed", "conversation", "announcement", "announcement.reaction", "encrypted_message"],
)
def test_events_that_are_no_posts_are_skipped_by_their_names(name: str) -> None:
    assert parse({"stream": ["user"], "event": name, "payload": "{}"}, "mastodon-stream") == [Skipped(name)]
    assert parse({"event": name}, "mastodon-stream") == [Skipped(name)]


def test_an_event_of_another_name_is_not_named() -> None:
    assert parse({"event": "secret"}, "mastodon-stream") == [Skipped("another event")]


RECORDINGS: dict[str, bytes] = {
    "event stream": b":)\r\nevent: update\r\ndata: %(one)s\r\n\r\n:thump\r\nevent: delete\r\ndata: %(id)s\r\n\r\n",
    "websocket": b'{"event":"update","payload":%(text)s}\n{"event":"delete","payload":"%(id)s"}\n',
    "statuses": b'%(one)s\n{"event":"delete","payload":"%(id)s"}',
    "array": b'[%(one)s,\n{"event":"delete","payload":"%(id)s"}]',
}


@pytest.mark.parametrize("kind", RECORDINGS)
@pytest.mark.parametrize("name", ["mastodon-stream", "mastodon-rest"])
def test_however_it_was_recorded_it_is_the_same(kind: str, name: str) -> None:
    one = orjson.dumps(STATUS)
    values: dict[bytes, Any] = {b"one": one, b"text": orjson.dumps(one.decode()), b"id": STATUS["id"].encode()}
    outcomes = [outcome for _, outcome in parse_stream(source(name), io.BytesIO(RECORDINGS[kind] % values))]
    [[first], [gone]] = (list(outcome) for outcome in outcomes if not isinstance(outcome, Poison))
    assert isinstance(first, PostEvent)
    assert isinstance(gone, PostEvent)
    assert (first.text, gone.op, gone.id) == ("A kettle", "delete", first.id)


def test_a_recorded_stream_that_is_cut_is_read_up_to_there() -> None:
    content = b"event: update\ndata: %s\n\nevent: update\ndata: %s" % (orjson.dumps(STATUS), orjson.dumps(STATUS)[:-9])
    (_, good), (_, cut) = parse_stream(source("mastodon-stream"), io.BytesIO(content))
    assert not isinstance(good, Poison)
    assert isinstance(cut, Poison)
    assert cut.reason == "truncated"


def test_real_payloads_say_who_and_where(shared: Path) -> None:
    report, hosts = ParseReport(), set()
    with (shared / "samples" / "mastodon-stream" / "statuses_mastodon_social.ndjson").open("rb") as recording:
        for _, outcome in parse_stream(source("mastodon-stream"), recording):
            report.add(outcome)
            assert not isinstance(outcome, Poison)
            [post] = outcome
            assert isinstance(post, PostEvent)
            assert post.author
            assert post.author.followers is not None
            assert post.url
            assert post.counts
            assert "</" not in (post.text or "")
            hosts.add((post.author.handle or "").partition("@")[2])
    assert report.events == 48
    assert len(hosts) > 10
    assert all("." in host for host in hosts)


def test_what_a_server_tells_of_posts_is_read_as_those_posts() -> None:
    told = [event for event in posts(seed=3, count=60) if event.kind in ("post", "reply", "repost")]
    recording = b"".join(Teller().recording(told))
    read: list[PostEvent] = []
    for _, outcome in parse_stream(source("mastodon-stream"), io.BytesIO(recording)):
        assert not isinstance(outcome, Poison)
        read += [one for one in outcome if isinstance(one, PostEvent) and one.via is None]
    deleted = {event.id for event in told if event.op == "delete"}
    assert len({event.id for event in read}) == len({event.id for event in told})
    assert {event.text for event in read} >= {event.text for event in told if event.op == "create"} - {None}
    assert len({event.id for event in read if event.op == "delete"}) == len(deleted) > 0
    assert {event.kind for event in read} == {event.kind for event in told}
