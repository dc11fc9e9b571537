"""The past of sources, from servers with the limits of the real ones: all of a stretch, from any cursor on."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random

import orjson
import pytest

from ingest.history import Historical, Stretch, historical_names
from ingest.live import Gap, Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.source import source
from ingest.web import Web
from schemas.brand import Brand
from schemas.clock import ManualClock
from schemas.errors import Poison, Transient
from schemas.guard import Guard, place
from schemas.post import PostEvent
from tests.support.archives import Algolia, Bluesky, Gdelt, asked_for
from tests.support.http_server import Answering, Asked, answer, serving

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY = Stretch(NOON, NOON + timedelta(days=1))
BRANDS = (Brand(name="Acme", query="acme"),)
MS = int(NOON.timestamp() * 1000)


def read(
    name: str, answering: Answering, stretch: Stretch = DAY, cursor: str | None = None, chapter: int = 0
) -> tuple[list[Heard], list[Gap]]:
    """Read one chapter to its end, going on after each break."""

    async def go() -> None:
        nonlocal cursor
        async with serving(answering) as server, Web(guard=Guard([place("127.0.0.1")]), clock=ManualClock(NOON)) as web:
            made = source(name, {"base_url": server.url("").rstrip("/")})
            assert isinstance(made, Historical)
            name_of = made.chapters(BRANDS)[chapter]
            for _ in range(50):
                with suppress(Transient):
                    async for thing in made.history(name_of, stretch, web, BRANDS, cursor):
                        if isinstance(thing, Gap):
                            gaps.append(thing)
                        else:
                            heard.append(thing)
                            cursor = thing.cursor if thing.cursor is not None else cursor
                    return
            pytest.fail("it does not come to an end")

    heard: list[Heard] = []
    gaps: list[Gap] = []
    asyncio.run(go())
    return heard, gaps


def posts(name: str, heard: list[Heard]) -> list[PostEvent]:
    found: list[PostEvent] = []
    for one in heard:
        if one.payload:
            outcome = parsed(source(name), Record(1, one.payload, seen_at=NOON))
            assert not isinstance(outcome, Poison), outcome.detail
            found += [event for event in outcome if isinstance(event, PostEvent)]
    return found


def from_each_cursor(name: str, make: Callable[[], Answering], expected: set[str]) -> None:
    """Whatever cursor it goes on from, what came up to it and what comes behind it is all."""
    heard, _ = read(name, make())
    for at, one in enumerate(heard):
        if one.cursor is not None:
            later, _ = read(name, make(), cursor=one.cursor)
            assert {post.native_id for post in posts(name, heard[: at + 1] + later)} >= expected, at


def test_bluesky_is_searched_deeper_than_one_search_goes() -> None:
    rng = Random(3)
    moments = [MS + rng.randrange(86_400_000) for _ in range(950)]
    outside = [MS - 1, MS + 86_400_000]
    expected = {f"at://did:plc:ana/app.bsky.feed.post/p{at}" for at in moments}
    heard, gaps = read("bluesky-rest", Bluesky([*moments, *outside], weak=True))
    found = posts("bluesky-rest", heard)
    assert {post.native_id for post in found} == expected
    assert gaps == []
    assert len(found) < 960  # next to nothing twice
    from_each_cursor("bluesky-rest", lambda: Bluesky(moments), expected)


def test_more_posts_in_one_moment_than_a_search_gives_are_a_gap() -> None:
    moments = [MS + 5_000] * 400 + [MS + 1_000]
    heard, gaps = read("bluesky-rest", Bluesky(moments, depth=200))
    assert [gap.since for gap in gaps] == [NOON + timedelta(seconds=5)]
    assert len({post.native_id for post in posts("bluesky-rest", heard)}) == 2


def test_hacker_news_is_searched_past_the_thousand() -> None:
    rng = Random(4)
    seconds = [MS // 1000 + rng.randrange(86_400) for _ in range(2_600)]
    heard, gaps = read("hackernews-algolia", Algolia(seconds))
    found = posts("hackernews-algolia", heard)
    assert {post.native_id for post in found} == {str(number + 1) for number in range(2_600)}
    assert gaps == []
    assert len(found) < 2_620
    from_each_cursor("hackernews-algolia", lambda: Algolia(seconds[:1_500]), {str(n + 1) for n in range(1_500)})


def test_more_items_in_one_second_than_are_given_are_a_gap() -> None:
    seconds = [MS // 1000 + 50] * 700 + [MS // 1000 + 10]
    heard, gaps = read("hackernews-algolia", Algolia(seconds))
    assert len(gaps) == 1
    assert "701" in {post.native_id for post in posts("hackernews-algolia", heard)}


def test_each_file_of_gdelt_is_read_and_a_missing_one_is_a_gap() -> None:
    hour = Stretch(NOON, NOON + timedelta(hours=1))
    files = ["20240301120000", "20240301121500", "20240301124500", "20240301130000", "20240301131500"]
    heard, gaps = read("gdelt-gkg", Gdelt(files), hour)
    assert [post.native_id for post in posts("gdelt-gkg", heard)] == [f"https://news.example/{name}" for name in files]
    assert [gap.until for gap in gaps] == [NOON + timedelta(minutes=30)]
    later, _ = read("gdelt-gkg", Gdelt(files), hour, cursor="20240301124500")
    assert len(posts("gdelt-gkg", later)) == 3
    _, gaps = read("gdelt-gkg", Gdelt(files), hour, chapter=1)
    assert len(gaps) == 6


def test_a_timeline_of_mastodon_is_read_from_the_beginning_of_a_stretch_to_its_end() -> None:
    moments = [MS + number * 600_000 for number in range(-30, 200)]  # every ten minutes, before and after the day too

    async def server(asked: Asked, writer: asyncio.StreamWriter) -> None:
        path, params = asked_for(asked)
        assert path == "/api/v1/timelines/public"
        behind = [at for at in moments if at << 16 > int(params["min_id"])][: int(params["limit"])]
        writer.write(answer(200, orjson.dumps([mastodon_status(at) for at in reversed(behind)])))

    async def go() -> list[Heard]:
        async with serving(server) as served, Web(guard=Guard([place("127.0.0.1")])) as web:
            made = source("mastodon-stream", {"servers": [served.url("").rstrip("/")]})
            assert isinstance(made, Historical)
            (chapter,) = made.chapters(BRANDS)
            first = [one async for one in made.history(chapter, DAY, web, BRANDS, None) if isinstance(one, Heard)]
            later = made.history(chapter, DAY, web, BRANDS, first[70].cursor)
            return first[:71] + [one async for one in later if isinstance(one, Heard)]

    found = posts("mastodon-stream", asyncio.run(go()))
    times = [int(post.native_id.rpartition("/")[2]) >> 16 for post in found]
    assert [at for at in times if MS <= at < MS + 86_400_000] == [at for at in moments if MS <= at < MS + 86_400_000]
    assert len(times) < 150  # little that lies outside is asked for


def mastodon_status(at: int) -> dict[str, object]:
    """A status with the id that Mastodon gives to one of this moment."""
    moment = f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    return {
        "id": str(at << 16), "created_at": moment, "content": "<p>acme</p>", "visibility": "public",
        "account": {"id": "1", "acct": "ana"}, "url": f"https://m.example/{at}",
    }  # fmt: skip


def test_who_can_be_asked_for_the_past_is_known() -> None:
    assert {"bluesky-rest", "gdelt-gkg", "hackernews-algolia", "mastodon-stream"} <= set(historical_names())
