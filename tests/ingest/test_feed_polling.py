"""Polling feeds of a real server: every item once, every edit once, whatever the network and the feeds do."""

import pytest

from tests.support.feed_follower import Follower, following, item, rss
from tests.support.feed_server import Page


def test_every_item_once_and_new_ones_as_they_come() -> None:
    async def course(one: Follower) -> None:
        one.server.pages["/feed"] = Page(rss(item(1), item(2)))
        assert [event.title for event in await one.polls(1)] == ["t1", "t2"]
        assert await one.polls(3) == []
        one.server.pages["/feed"] = Page(rss(item(3), item(2)))
        assert [event.title for event in await one.polls(2)] == ["t3"]
        one.server.pages["/feed"] = Page(rss(item(3), item(2), item(1)))  # an older server answers
        assert await one.polls(2) == []

    following(course)


def test_what_the_server_remembers_is_not_sent_again() -> None:
    async def course(one: Follower) -> None:
        headers = {"ETag": '"a"', "Last-Modified": "Fri, 01 Mar 2024 12:00:00 GMT"}
        one.server.pages["/feed"] = Page(rss(item(1)), headers=headers)
        assert len(await one.polls(1)) == 1
        assert await one.polls(2) == []
        _, asked = one.server.asked[-1]
        assert (asked["if-none-match"], asked["if-modified-since"]) == ('"a"', headers["Last-Modified"])

    following(course)


def test_an_edit_with_and_without_a_time_of_its_own_is_a_newer_version() -> None:
    dated = "<pubDate>Fri, 01 Mar 2024 12:00:00 GMT</pubDate><atom:updated xmlns:atom='http://www.w3.org/2005/Atom'>{}</atom:updated>"

    async def course(one: Follower) -> None:
        one.server.pages["/feed"] = Page(
            rss(item(1), item(2, more=""), item(3, more=dated.format("2024-03-01T12:00:00Z")))
        )
        first = {event.title: event for event in await one.polls(1)}
        edited = (item(1, "edited"), item(2, "edited", ""), item(3, "edited", dated.format("2024-03-01T13:05:00Z")))
        one.server.pages["/feed"] = Page(rss(*edited))
        second = {event.title: event for event in await one.polls(1)}
        assert second.keys() == first.keys()
        for title, event in second.items():
            assert event.id == first[title].id
            assert event.version > first[title].version
            assert event.text == "edited"
        assert second["t1"].published_at == first["t1"].published_at
        assert second["t3"].version == 1_709_298_300_000
        assert await one.polls(2) == []

    following(course)


def test_no_secret_of_an_address_is_in_what_is_kept() -> None:
    async def course(one: Follower) -> None:
        one.server.pages["/feed?key=hush"] = Page(
            b"<rss><channel><item><title>t</title><link>x</link></item></channel></rss>"
        )
        (event,) = await one.polls(1)
        assert event.url == f"{one.server.url}/x"
        assert "hush" not in "".join([event.model_dump_json(), str(one.cursor), *one.payloads])

    following(course, "/feed?key=hush")


def test_the_same_poll_again_after_a_kill_gives_the_same_versions() -> None:
    async def course(one: Follower) -> None:
        one.server.pages["/feed"] = Page(rss(item(1)))
        await one.polls(1)
        kept = one.cursor
        one.server.pages["/feed"] = Page(rss(item(1), item(2)))
        first = await one.polls(1)
        one.cursor = kept
        again = await one.polls(1)
        assert [(event.id, event.version) for event in again] == [(event.id, event.version) for event in first]

    following(course)


def test_breaks_of_every_kind_lose_and_double_nothing() -> None:
    async def course(one: Follower) -> None:
        seen: list[str | None] = []
        for number in range(1, 21):
            body = rss(*(item(older) for older in range(max(1, number - 5), number + 1)))
            one.server.pages["/feed"] = Page(body)
            fault = (
                Page(body, cut=True), Page(body, 500), Page(b"", 429, {"Retry-After": "30"}), Page(body, slow_s=0.02),
            )[number % 4]  # fmt: skip
            one.server.faults = [fault] * (number % 7)
            seen += [event.title for event in await one.polls(1)]
        assert seen == [f"t{number}" for number in range(1, 21)]
        assert one.breaks > 0

    following(course)


def test_broken_xml_is_read_and_a_bomb_is_one_dead_letter() -> None:
    async def course(one: Follower) -> None:
        one.server.pages["/feed"] = Page(rss(item(1), item(2))[:-20])
        assert [event.title for event in await one.polls(1)] == ["t1", "t2"]
        bomb = b'<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><rss><channel/></rss>'
        one.server.pages["/feed"] = Page(bomb)
        assert await one.polls(3) == []
        assert one.refused == ["bad_value"]
        one.server.pages["/feed"] = Page(rss(item(3), item(2)))
        assert [event.title for event in await one.polls(1)] == ["t3"]

    following(course)


def test_an_encoding_that_the_header_gets_wrong() -> None:
    async def course(one: Follower) -> None:
        one.server.pages["/feed"] = Page(rss(item(1, "愛客美手機")), headers={"Content-Type": "text/xml; charset=big5"})
        assert [event.text for event in await one.polls(1)] == ["愛客美手機"]
        big5 = b'<?xml version="1.0" encoding="big5"?>' + rss(item(2, "愛客美手機")).decode().encode("big5")
        one.server.pages["/feed"] = Page(big5, headers={"Content-Type": "text/xml; charset=utf-8"})
        assert [event.text for event in await one.polls(1)] == ["愛客美手機"]

    following(course)


def test_a_redirect_is_followed_and_what_is_relative_is_so_to_its_end() -> None:
    async def course(one: Follower) -> None:
        one.server.pages["/feed"] = Page(status=301, headers={"Location": "/new/feed"})
        entry = "<entry><id>tag:a,1:1</id><title>t</title><link href='post'/></entry>"
        one.server.pages["/new/feed"] = Page(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>".encode())
        assert [event.url for event in await one.polls(1)] == [f"{one.server.url}/new/post"]

    following(course)


def moved(status: int, where: str) -> Page:
    return Page(status=status, headers={"Location": where})


@pytest.mark.parametrize(("status", "asked"), [(301, ["/new"]), (308, ["/new"]), (302, ["/feed", "/new"])])
def test_what_has_moved_for_good_is_asked_for_there_also_after_a_restart(status: int, asked: list[str]) -> None:
    async def course(one: Follower) -> None:
        one.server.pages |= {"/feed": moved(status, "/new"), "/new": Page(rss(item(1)))}
        assert len(await one.polls(1)) == 1
        one.server.asked.clear()
        one.server.pages["/new"] = Page(rss(item(2), item(1)))
        assert [event.title for event in await one.polls(1)] == ["t2"]  # a follower begins anew from its cursor
        assert [path for path, _ in one.server.asked] == asked

    following(course)


def test_a_lasting_move_counts_up_to_the_first_that_may_pass() -> None:
    async def course(one: Follower) -> None:
        one.server.pages |= {"/feed": moved(301, "/a"), "/a": moved(308, "/b"), "/b": moved(307, "/c")}
        one.server.pages["/c"] = Page(rss(item(1)))
        await one.polls(1)
        one.server.asked.clear()
        await one.polls(1)
        assert [path for path, _ in one.server.asked] == ["/b", "/c"]

    following(course)


@pytest.mark.parametrize("trouble", [Page(status=404), Page(status=410), Page(status=503), Page(b"<p>for sale</p>")])
def test_where_the_new_place_fails_the_old_one_is_asked_again(trouble: Page) -> None:
    async def course(one: Follower) -> None:
        one.server.pages |= {"/feed": moved(301, "/new"), "/new": Page(rss(item(1)))}
        await one.polls(1)
        one.server.pages |= {"/feed": Page(rss(item(2), item(1))), "/new": trouble}
        assert [event.title for event in await one.polls(2)] == ["t2"]
        assert one.server.asked[-1][0] == "/feed"

    following(course)


def test_a_move_of_an_address_that_may_hold_a_key_is_not_remembered() -> None:
    async def course(one: Follower) -> None:
        one.server.pages |= {"/feed?key=hush": moved(301, "/new?key=hush"), "/new?key=hush": Page(rss(item(1)))}
        assert len(await one.polls(1)) == 1
        assert "hush" not in str(one.cursor)

    following(course, "/feed?key=hush")


def test_a_web_page_leads_to_the_feed_that_it_names() -> None:
    async def course(one: Follower) -> None:
        link = "<link rel='alternate' type='application/rss+xml' href='/the-feed?a=1&amp;b=2'>"
        one.server.pages["/"] = Page(f"<!doctype html><html><head>{link}</head></html>".encode())
        one.server.pages["/the-feed?a=1&b=2"] = Page(rss(item(1)))
        assert [event.title for event in await one.polls(2)] == ["t1"]
        await one.polls(1)
        assert [path for path, _ in one.server.asked] == ["/", "/the-feed?a=1&b=2", "/the-feed?a=1&b=2"]

    following(course, "/")


def test_counts_that_change_are_told_with_the_same_version() -> None:
    async def course(one: Follower) -> None:
        slash = "<slash:comments xmlns:slash='http://purl.org/rss/1.0/modules/slash/'>{}</slash:comments>"
        one.server.pages["/feed"] = Page(rss(item(1, more=slash.format(3))))
        (before,) = await one.polls(1)
        one.server.pages["/feed"] = Page(rss(item(1, more=slash.format(4))))
        (after,) = await one.polls(1)
        assert after.version == before.version
        assert after.counts is not None
        assert after.counts.replies == 4

    following(course)


@pytest.mark.parametrize("cursor", ["", "x", "{}", '{"items":{"a":1}}', '{"items":{},"unknown":1}'])
def test_a_cursor_that_cannot_be_read_is_as_none(cursor: str) -> None:
    async def course(one: Follower) -> None:
        one.server.pages["/feed"] = Page(rss(item(1)))
        one.cursor = cursor
        assert len(await one.polls(1)) == 1

    following(course)
