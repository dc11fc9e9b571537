"""How often a feed is asked, and what it is called."""

import pytest

from ingest.feed.pace import first_pause_s
from ingest.source import source
from ingest.sources.feeds import Feeds
from ingest.sources.youtube_atom import YoutubeAtom
from schemas.errors import UsageError
from tests.support.feed_follower import INTERVAL_S, Follower, following, item, rss
from tests.support.feed_server import Page


@pytest.mark.parametrize(
    ("page", "words", "wait_s"),
    [
        (Page(b"<!doctype html><p>hello</p>"), "is no feed and names none", INTERVAL_S),
        (Page(status=404), "answered 404", 2 * INTERVAL_S),
        (Page(status=403), "answered 403", 86_400),
        (Page(status=410), "gone for good", 7 * 86_400),
    ],
)
def test_what_is_no_feed_is_told_once_and_asked_again_later(page: Page, words: str, wait_s: float) -> None:
    async def course(one: Follower) -> None:
        one.server.pages["/feed"] = page
        assert await one.wait_s() == pytest.approx(wait_s, abs=1)
        await one.polls(2)
        (gap,) = one.gaps
        assert words in gap
        assert gap.startswith("http://127.0.0.1:")
        one.server.pages["/feed"] = Page(rss(item(1)))
        assert len(await one.polls(1)) == 1

    following(course)


@pytest.mark.parametrize(
    ("headers", "channel", "wait_s"),
    [
        ({}, "", INTERVAL_S),
        ({"Cache-Control": "public, max-age=3600"}, "", 3_600),
        ({"Cache-Control": "max-age=60"}, "", INTERVAL_S),
        ({"Retry-After": "7200"}, "", 7_200),
        ({}, "<ttl>120</ttl>", 7_200),
        (
            {},
            "<sy:updatePeriod xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>daily</sy:updatePeriod>",
            86_400,
        ),
        ({}, "<ttl>999999</ttl>", 86_400),
    ],
)
def test_a_feed_is_asked_as_seldom_as_it_wishes(headers: dict[str, str], channel: str, wait_s: float) -> None:
    async def course(one: Follower) -> None:
        one.server.pages["/feed"] = Page(rss(channel, item(1)), headers=headers)
        assert await one.wait_s() == pytest.approx(wait_s, abs=1)

    following(course)


def test_many_feeds_do_not_all_begin_at_once() -> None:
    pauses = sorted(first_pause_s(f"https://{n}.example/", 500, INTERVAL_S) for n in range(500))
    assert pauses[0] < 5
    assert 200 < pauses[-1] < 250
    assert max(sum(low <= pause < low + 10 for pause in pauses) for low in range(0, 250, 10)) < 50
    assert first_pause_s("https://a.example/", 1, INTERVAL_S) == 0


def test_channels_are_told_apart_and_show_no_secret() -> None:
    urls = [
        "https://n.example/feed.xml", "http://n.example/feed.xml", "https://n.example/feed.xml?key=hush1",
        "https://n.example/feed.xml?key=hush2", "https://me:hush3@n.example/feed.xml",
    ]  # fmt: skip
    names = Feeds(urls).channels([])
    assert len(set(names)) == 5
    assert names[0] == "n.example/feed.xml"
    assert "hush" not in str(names)
    assert names[1] == "http://n.example/feed.xml"
    assert YoutubeAtom(["UC1"]).channels([])[0].startswith("www.youtube.com/feeds/videos.xml#")


def test_options_that_cannot_be_are_one_line() -> None:
    for options in ({"urls": "https://a.example/"}, {"urls": [1]}, {"interval_s": 0}, {"interval_s": "1h"}):
        with pytest.raises(UsageError, match=r"^\[sources.feeds\] "):
            source("feeds", options)
    with pytest.raises(UsageError, match=r"^\[sources.youtube-atom\] channel_ids: "):
        source("youtube-atom", {"channel_ids": "UC1"})


@pytest.mark.parametrize("urls", [(), ("ftp://n.example/hush",), ("n.example/hush",), ("https://[hush",)])
def test_an_address_that_is_none_is_one_line_without_it(urls: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=r"\[sources.feeds\] urls: ") as caught:
        Feeds(urls).channels([])
    assert "hush" not in str(caught.value)
