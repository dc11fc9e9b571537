"""The contract of a source whose posts can be looked at again: on a server that answers as its platform does, what is
there comes with its counts as they are now, and what is not there is in no payload."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from ingest.records import Record
from ingest.revisit import Revisitable, revisitable_names
from ingest.source import source
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import HearkenError
from schemas.guard import Guard, place
from schemas.post import PostEvent
from tests.support.http_server import Asked, answer, serving

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
MADE = "2024-03-01T09:00:00.000Z"
TOKEN = "a-token-of-the-tests"

Query = dict[str, list[str]]


@dataclass(frozen=True)
class Platform:
    """How a platform is asked for posts by their ids, and how it answers. `ids(url)` are those of one that is there and
    of one that is not; `answers(path, query, headers)` is its whole answer."""

    ids: Callable[[str], tuple[str, str]]
    options: Callable[[str], dict[str, object]]
    answers: Callable[[str, Query, dict[str, str]], bytes]


def at(name: str) -> str:
    return f"at://did:plc:ana/app.bsky.feed.post/{name}"


def bluesky(path: str, query: Query, headers: dict[str, str]) -> bytes:
    post = {
        "uri": at("there"), "cid": "c", "indexedAt": MADE, "likeCount": 7, "repostCount": 0,
        "author": {"did": "did:plc:ana", "handle": "ana.example"},
        "record": {"$type": "app.bsky.feed.post", "text": "acme", "createdAt": MADE},
    }  # fmt: skip
    assert path == "/xrpc/app.bsky.feed.getPosts"
    return answer(200, orjson.dumps({"posts": [post] if at("there") in query["uris"] else []}))


def mastodon(path: str, query: Query, headers: dict[str, str]) -> bytes:
    """A server before 4.3, which knows no list."""
    status = {
        "id": "11", "created_at": MADE, "content": "<p>acme</p>", "visibility": "public", "favourites_count": 7,
        "reblogs_count": 0, "replies_count": 0, "account": {"id": "1", "acct": "ana"}, "url": "https://m.example/11",
    }  # fmt: skip
    return answer(200, orjson.dumps(status)) if path == "/api/v1/statuses/11" else answer(404, b'{"error":"none"}')


def x(path: str, query: Query, headers: dict[str, str]) -> bytes:
    assert (path, headers["authorization"]) == ("/2/tweets", f"Bearer {TOKEN}")
    post = {
        "id": "1763489200000000000", "text": "acme", "author_id": "7", "created_at": MADE,
        "edit_history_tweet_ids": ["1763489200000000000"],
        "public_metrics": {"like_count": 7, "retweet_count": 0, "reply_count": 0, "quote_count": 0},
    }  # fmt: skip
    asked = query["ids"][0].split(",")
    lost = [{"resource_id": one, "type": "https://api.twitter.com/2/problems/resource-not-found"} for one in asked]
    errors = [one for one in lost if one["resource_id"] != post["id"]]
    return answer(200, orjson.dumps({"errors": errors} | ({"data": [post]} if post["id"] in asked else {})))


def youtube(path: str, query: Query, headers: dict[str, str]) -> bytes:
    assert headers["x-goog-api-key"] == TOKEN
    video = {
        "kind": "youtube#video", "id": "aaaaaaaaaaa", "statistics": {"viewCount": "90", "likeCount": "7"},
        "snippet": {"publishedAt": MADE, "channelId": "UC1", "channelTitle": "Ana", "title": "acme"},
    }  # fmt: skip
    items = [video] if path == "/videos" and "aaaaaaaaaaa" in query["id"][0].split(",") else []
    return answer(200, orjson.dumps({"kind": "youtube#videoListResponse", "items": items}))


def reddit(path: str, query: Query, headers: dict[str, str]) -> bytes:
    if path == "/token":
        return answer(200, orjson.dumps({"access_token": TOKEN, "expires_in": 3600}))
    assert path == "/api/info"
    thing = {
        "id": "there", "name": "t3_there", "created_utc": 1709283600.0, "author": "ana", "title": "acme", "score": 7,
        "selftext": "words", "edited": False, "num_comments": 0, "subreddit": "phones", "permalink": "/r/phones/1",
        "is_self": True, "url": "https://www.reddit.com/r/phones/1",
    }  # fmt: skip
    children = [{"kind": "t3", "data": thing}] if "t3_there" in query["id"][0].split(",") else []
    return answer(200, orjson.dumps({"kind": "Listing", "data": {"children": children}}))


def hackernews(path: str, query: Query, headers: dict[str, str]) -> bytes:
    if path == "/maxitem.json":
        return answer(200, b"99")
    item = {"id": 11, "type": "story", "by": "ana", "time": 1709283600, "title": "acme", "score": 7, "descendants": 0}
    return answer(200, orjson.dumps(item if path == "/item/11.json" else None))


def stackexchange(path: str, query: Query, headers: dict[str, str]) -> bytes:
    assert query["key"] == [TOKEN]
    if path == "/filters/create":
        return answer(200, orjson.dumps({"items": [{"filter": "!abc"}]}))
    kind, _, ids = path.removeprefix("/").partition("/")
    assert query["site"] == ["kettles.example"]
    link = {"link": "https://kettles.example/q/11", "creation_date": 1709283600, "score": 7}
    post = {"post_id": 11, "post_type": "question", **link}
    whole = {"question_id": 11, "title": "acme", "body": "<p>words</p>", "last_activity_date": 1709283600, **link}
    found = {"posts": post, "questions": whole}
    items = [found[kind]] if kind in found and "11" in ids.split(";") else []
    return answer(200, orjson.dumps({"items": items, "has_more": False, "quota_remaining": 9}))


def github(path: str, query: Query, headers: dict[str, str]) -> bytes:
    assert headers["authorization"] == f"Bearer {TOKEN}"
    if path == "/rate_limit":
        return answer(200, b"{}")
    if path == "/graphql":
        errors = [{"type": "NOT_FOUND", "path": ["repository", "discussion"]}]
        return answer(200, orjson.dumps({"data": {"repository": {"discussion": None}}, "errors": errors}))
    issue = {
        "html_url": "https://github.com/kettles/kettle/issues/11", "number": 11, "title": "acme", "body": "words",
        "created_at": MADE, "updated_at": MADE, "user": {"id": 7, "login": "ana"}, "comments": 0,
        "reactions": {"total_count": 7},
    }  # fmt: skip
    return answer(200, orjson.dumps(issue)) if path.endswith("kettles/kettle/issues/11") else answer(404, b"{}")


PLATFORMS = {
    "hackernews-firebase": Platform(lambda url: ("11", "12"), lambda url: {"base_url": url}, hackernews),
    "stackexchange": Platform(
        lambda url: ("kettles.example/11", "kettles.example/12"),
        lambda url: {"base_url": url, "key": TOKEN, "sites": ["kettles"]},
        stackexchange,
    ),
    "github-webhooks": Platform(
        lambda url: ("kettles/kettle#11", "kettles/kettle#12"), lambda url: {"base_url": url, "token": TOKEN}, github
    ),
    "bluesky-rest": Platform(lambda url: (at("there"), at("gone")), lambda url: {"base_url": url}, bluesky),
    "mastodon-stream": Platform(
        lambda url: (f"{url.removeprefix('http://')}/11", f"{url.removeprefix('http://')}/12"),
        lambda url: {"servers": [url]},
        mastodon,
    ),
    "x-v2-stream": Platform(
        lambda url: ("1763489200000000000", "1763489200000000001"),
        lambda url: {"base_url": url, "bearer_token": TOKEN},
        x,
    ),
    "youtube-data-api": Platform(
        lambda url: ("aaaaaaaaaaa", "bbbbbbbbbbb"), lambda url: {"base_url": url, "key": TOKEN}, youtube
    ),
    "reddit-listing": Platform(
        lambda url: ("t3_there", "t3_gone"),
        lambda url: {"base_url": url, "token_url": f"{url}/token", "client_id": "a", "client_secret": "b"},
        reddit,
    ),
}


def revisited(name: str, wanted: Callable[[tuple[str, str]], list[str]], *, down: bool = False) -> list[PostEvent]:
    """Ask for posts, and return what the payloads hold."""

    async def write(asked: Asked, writer: asyncio.StreamWriter) -> None:
        address = urlsplit(asked.path)
        token = address.path == "/token"
        said = PLATFORMS[name].answers(address.path, parse_qs(address.query), asked.headers)
        writer.write(answer(503) if down and not token else said)

    async def go() -> list[PostEvent]:
        clock = ManualClock(NOON)
        async with serving(write) as server, Web(guard=Guard([place("127.0.0.1")]), clock=clock) as web:
            url = server.url("").rstrip("/")
            made = source(name, PLATFORMS[name].options(url))
            assert isinstance(made, Revisitable)
            ids = PLATFORMS[name].ids(url)
            assert all(map(made.revisits, ids))
            payloads = await made.revisit(wanted(ids), web)
            events = [one for payload in payloads for one in made.parse(Record(1, payload, seen_at=NOON))]
            found = [event for event in events if isinstance(event, PostEvent)]
            assert {event.native_id for event in found} <= set(ids[:1])
            return found

    return asyncio.run(go())


EVERY = pytest.mark.parametrize("name", PLATFORMS)


@EVERY
def test_what_is_there_comes_with_its_counts_as_they_are_now(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = type(source(name))
    if hasattr(kind, "clock"):
        monkeypatch.setattr(kind, "clock", ManualClock(NOON))
    (found,) = revisited(name, list)
    assert found.counts is not None
    assert found.counts.likes == 7
    assert found.observed_at == NOON
    assert found.op == "create"


@EVERY
def test_what_is_not_there_is_in_no_payload(name: str) -> None:
    assert revisited(name, lambda ids: [ids[1]]) == []


@EVERY
def test_a_server_that_is_not_itself_says_nothing_of_what_is_gone(name: str) -> None:
    with pytest.raises(HearkenError):
        revisited(name, list, down=True)


@pytest.mark.parametrize("name", revisitable_names())
def test_each_says_how_it_may_be_asked(name: str) -> None:
    kind = type(source(name))
    assert name in PLATFORMS, "it needs a platform above"
    assert issubclass(kind, Revisitable)
    assert kind.at_once >= 1
    assert kind.hourly > 0
    assert kind.forget_after is None or kind.forget_after.total_seconds() >= 3_600
