"""The older pages of feeds: WordPress's by number, RFC 5005's by links, JSON Feed's by its own."""

import asyncio
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from ingest.history import Stretch
from ingest.live import Gap, Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.sources.feeds import Feeds
from ingest.web import Web
from schemas.errors import Poison, Refused
from schemas.guard import Guard, place
from schemas.post import PostEvent
from tests.support.feed_server import FeedServer, Page, serving_feeds

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
YEAR = Stretch(NOON - timedelta(days=365), NOON)
_WORDPRESS = "<generator>https://wordpress.org/?v=6.4</generator>"


def rss(numbers: range, head: str = "", newest: datetime = NOON) -> Page:
    """Return a page whose articles are as many days old as their numbers say."""
    items = "".join(
        f"<item><title>acme {n}</title><guid>https://blog.example/{n}</guid>"
        f"<pubDate>{newest - timedelta(days=n):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for n in numbers
    )
    text = f'<?xml version="1.0"?><rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel>{head}{items}'
    return Page(f"{text}</channel></rss>".encode(), headers={"Content-Type": "application/rss+xml"})


def link(relation: str, address: str) -> str:
    return f'<a:link rel="{relation}" href="{address}"/>'


async def read(
    server: FeedServer, path: str = "/feed", stretch: Stretch = YEAR, cursor: str | None = None
) -> tuple[set[int], list[Gap], list[str | None]]:
    """Return the numbers of the articles that one chapter gives, its gaps and its cursors."""
    source, found, gaps, cursors = Feeds([server.url + path]), set[int](), list[Gap](), list[str | None]()
    async with Web(guard=Guard([place("127.0.0.1")])) as web:
        (chapter,) = source.chapters(())
        async for thing in source.history(chapter, stretch, web, (), cursor):
            if isinstance(thing, Gap):
                gaps.append(thing)
                continue
            assert isinstance(thing, Heard)
            outcome = parsed(source, Record(1, thing.payload, seen_at=NOON))
            assert not isinstance(outcome, Poison)
            found |= {int(one.native_id.rpartition("/")[2]) for one in outcome if isinstance(one, PostEvent)}
            cursors.append(thing.cursor)
    return found, gaps, cursors


def test_wordpress_is_asked_for_its_pages_until_there_is_none() -> None:
    async def go() -> None:
        async with serving_feeds() as server:
            server.pages["/feed"] = rss(range(10), _WORDPRESS)
            for number in range(2, 6):
                server.pages[f"/feed?paged={number}"] = rss(range(10 * number - 10, 10 * number), _WORDPRESS)
            found, gaps, cursors = await read(server)
            assert (found, gaps) == (set(range(50)), [])
            assert server.asked[-1][0] == "/feed?paged=6"
            later, _, _ = await read(server, cursor=cursors[2])
            assert later == set(range(30, 50))

    asyncio.run(go())


def test_pages_older_than_the_stretch_are_not_asked_for() -> None:
    async def go() -> None:
        async with serving_feeds() as server:
            server.pages["/feed"] = rss(range(10), _WORDPRESS)
            for number in range(2, 40):
                server.pages[f"/feed?paged={number}"] = rss(range(10 * number - 10, 10 * number), _WORDPRESS)
            found, _, _ = await read(server, stretch=Stretch(NOON - timedelta(days=25), NOON))
            assert found >= set(range(26))
            assert len(server.asked) == 4

    asyncio.run(go())


def test_archives_are_followed_by_their_links() -> None:
    async def go() -> None:
        async with serving_feeds() as server:
            server.pages["/feed"] = rss(
                range(5), link("self", "/feed") + link("prev-archive", "2024/02.xml?x=1&amp;y=2")
            )
            server.pages["/2024/02.xml?x=1&y=2"] = rss(
                range(5, 40), link("current", "/feed") + link("prev-archive", "/2024/01.xml")
            )
            server.pages["/2024/01.xml"] = rss(range(40, 60), link("next-archive", "/2024/02.xml"))
            found, gaps, cursors = await read(server)
            assert (found, gaps) == (set(range(60)), [])
            assert (await read(server, cursor=cursors[1]))[0] == set(range(40, 60))

    asyncio.run(go())


def test_a_paged_feed_and_a_json_feed_name_what_is_next() -> None:
    def json_page(numbers: range, following: str | None) -> Page:
        items = [
            {"id": f"https://blog.example/{n}", "title": "acme", "date_published": str(NOON - timedelta(days=n))}
            for n in numbers
        ]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "b", "items": items}
        return Page(orjson.dumps(feed | ({"next_url": following} if following else {})))

    async def go() -> None:
        async with serving_feeds() as server:
            server.pages["/feed"] = rss(range(5), link("next", "/feed/2"))
            server.pages["/feed/2"] = rss(range(5, 9), link("next", "/feed/2"))  # which leads to itself
            assert (await read(server))[0] == set(range(9))
            server.pages["/feed.json"] = json_page(range(5), "/2.json")
            server.pages["/2.json"] = json_page(range(5, 9), None)
            assert (await read(server, "/feed.json"))[0] == set(range(9))

    asyncio.run(go())


def test_who_gives_the_same_page_for_every_number_is_read_once_more() -> None:
    async def go() -> None:
        async with serving_feeds() as server:
            server.pages["/feed"] = server.pages["/feed?paged=2"] = rss(range(10), _WORDPRESS)
            assert (await read(server))[0] == set(range(10))
            assert len(server.asked) == 2

    asyncio.run(go())


def test_a_key_in_an_address_is_in_no_cursor() -> None:
    async def go() -> None:
        async with serving_feeds() as server:
            server.pages["/feed?key=sesame"] = rss(range(5), _WORDPRESS)
            server.pages["/feed?key=sesame&paged=2"] = rss(range(5, 9), _WORDPRESS)
            found, _, cursors = await read(server, "/feed?key=sesame")
            assert found == set(range(9))
            assert cursors == [None, None]

    asyncio.run(go())


def test_a_feed_that_is_not_there_is_refused_and_a_broken_page_is_a_gap() -> None:
    async def go() -> None:
        async with serving_feeds() as server:
            with pytest.raises(Refused, match="404"):
                await read(server)
            server.pages["/feed"] = rss(range(5), _WORDPRESS)
            server.pages["/feed?paged=2"] = Page(b"<html><body>no more</body></html>")
            found, gaps, _ = await read(server)
            assert found == set(range(5))
            assert ["page 2" in gap.reason for gap in gaps] == [True]

    asyncio.run(go())
