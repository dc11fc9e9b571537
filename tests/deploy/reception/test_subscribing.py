"""Subscribing at a hub that does as the recommendation says: it asks back, grants a lease, and distributes, signed."""

import asyncio
import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest

from deploy.reception.file_spool import FileSpool
from deploy.reception.pushed import Pushed
from ingest.feed.hub import Topic, topic_of
from ingest.feed.subscriber import Subscriber
from ingest.live import Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.source import source
from ingest.sources.feeds import Feeds
from ingest.web import Web
from schemas.clock import ManualClock, SystemClock
from schemas.guard import Guard, place
from schemas.post import PostEvent
from schemas.settings import Settings
from tests.support.http_server import Asked, answer, serving
from tests.support.pushers import SECRET, free_port

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>News</title>
<atom:link rel="self" href="{url}/feed"/><atom:link href="{url}/hub" rel="hub"/>
<item><guid>{guid}</guid><title>acme {guid}</title><pubDate>Fri, 01 Mar 2024 10:00:00 GMT</pubDate></item>
</channel></rss>"""


@dataclass
class Hub:
    """A hub with one feed. It asks back before it answers; `refusals` are answered with 500 first."""

    url: str = ""
    refusals: int = 0
    subscribed: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path == "/feed":
            writer.write(answer(200, RSS.format(url=self.url, guid="g1").encode()))
            return
        if self.refusals:
            self.refusals -= 1
            writer.write(answer(500))
            return
        form = dict(parse_qsl(asked.body.decode()))
        async with httpx.AsyncClient() as client:
            query = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": "c-77"}
            back = await client.get(form["hub.callback"], params=query | {"hub.lease_seconds": "7200"})
        if (back.status_code, back.text) == (200, "c-77"):
            self.subscribed.append(form)
        writer.write(answer(202))

    async def distribute(self, guid: str, secret: str | None = None) -> int:
        """Send news to the subscriber, signed as was agreed or with another secret."""
        form, body = self.subscribed[-1], RSS.format(url=self.url, guid=guid).encode()
        signature = hmac.new((secret or form["hub.secret"]).encode(), body, "sha256").hexdigest()
        headers = {"content-type": "application/rss+xml", "x-hub-signature": f"sha256={signature}"}
        async with httpx.AsyncClient() as client:
            return (await client.post(form["hub.callback"], content=body, headers=headers)).status_code


def test_a_feed_that_names_a_hub_is_subscribed_to_and_its_news_are_heard(tmp_path: Path) -> None:
    heard: list[Heard] = []
    hub = Hub()

    async def go() -> Pushed:
        async with serving(hub) as server, Web(guard=Guard([place("127.0.0.1")])) as web:
            hub.url = server.url("").rstrip("/")
            port = free_port()
            reception = {"port": port, "url": f"http://127.0.0.1:{port}", "doors": {"feeds": {"secret": SECRET}}}
            settings = Settings.model_validate(
                {"reception": reception, "sources": {"feeds": {"urls": [f"{hub.url}/feed"]}}}
            )
            pushed = Pushed(settings, partial(FileSpool, tmp_path / "a.db", "p", 2**30, SystemClock()))

            async def listen() -> None:
                async for one in pushed.listen("", web, (), None):
                    assert isinstance(one, Heard)
                    heard.append(one)

            listening = asyncio.create_task(listen())
            await _until(lambda: bool(hub.subscribed))
            assert await hub.distribute("g2") == 200
            assert await hub.distribute("g3", "another secret") == 401
            await _until(lambda: any(one.payload for one in heard))
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
            return pushed

    pushed = asyncio.run(go())
    outcome = parsed(pushed, Record(1, heard[0].payload))
    assert isinstance(outcome, list)
    assert [one.title for one in outcome if isinstance(one, PostEvent)] == ["acme g2"]
    assert hub.subscribed[0]["hub.topic"] == f"{hub.url}/feed"
    assert hub.subscribed[0]["hub.secret"] not in hub.subscribed[0]["hub.callback"]


@dataclass
class Agreed:
    """What a door would have agreed on; a topic is granted when it was asked for."""

    leases: dict[str, float] = field(default_factory=dict)
    grants: float | None = 7_200

    def token(self, topic: str) -> str:
        return f"token of {topic}"

    def topic_secret(self, topic: str) -> str:
        return f"secret of {topic}"

    def asked(self, topic: str) -> None:
        self.leases.pop(self.token(topic), None)
        if self.grants is not None:
            self.leases[self.token(topic)] = self.grants


class Known:
    """A source of one feed, whose hub is known."""

    name = "feeds"

    def __init__(self, hub: str) -> None:
        self.hub = hub

    def topics(self) -> Mapping[str, Topic | None]:
        return {"https://news.example/feed": Topic(self.hub, "https://news.example/feed")}


@pytest.mark.parametrize(
    ("grants", "refusals", "at_hours"),
    [(7_200.0, 0, [0, 1, 2, 3, 4]), (14_400.0, 0, [0, 2, 4]), (None, 0, [0, 1, 2, 3, 4]), (864_000.0, 1, [1])],
)
def test_a_lease_is_renewed_at_its_half_and_a_hub_that_fails_is_asked_again(
    grants: float | None, refusals: int, at_hours: list[int]
) -> None:
    async def take(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(400 if asked.before < refusals else 202))

    async def go() -> list[int]:
        clock, agreed, hours = ManualClock(NOON), Agreed(grants=grants), []
        async with serving(take) as server, Web(guard=Guard([place("127.0.0.1")]), clock=clock) as web:
            subscriber = Subscriber(Known(server.url("/hub")), agreed, "https://us.example/push/feeds", clock)
            if refusals:
                agreed.grants = None
            while clock.now() <= NOON + timedelta(hours=4, minutes=10):
                if await subscriber.turn(web) and len(server.asked) > refusals:
                    hours.append(round((clock.now() - NOON).total_seconds() / 3_600))
                if refusals and len(server.asked) >= refusals:
                    agreed.grants = grants
                clock.advance(30)
        return hours

    assert asyncio.run(go()) == at_hours


def test_a_hub_is_found_in_headers_xml_and_json() -> None:
    url = "https://news.example/a/feed"
    link = '<https://hub.example/>; rel="hub", </a/self>; rel=self'
    assert topic_of(url, {"link": link}, b"") == Topic("https://hub.example/", "https://news.example/a/self")
    body = RSS.format(url="https://x.example", guid="1").encode()
    assert topic_of(url, {}, body) == Topic("https://x.example/hub", "https://x.example/feed")
    feed = b'{"feed_url":"https://x.example/f.json","hubs":[{"type":"WebSub","url":"https://hub.example/"}]}'
    assert topic_of(url, {}, feed) == Topic("https://hub.example/", "https://x.example/f.json")
    for none in (b"", b"{", b"{}", b"<rss/>", b"<link rel='hub'>", b'<link rel="alternate" href="x">'):
        assert topic_of(url, {}, none) is None


def test_youtube_has_one_hub_for_all_channels() -> None:
    made = source("youtube-atom", {"channel_ids": ["UC1"]})
    assert isinstance(made, Feeds)
    assert list(made.topics().values()) == [
        Topic(
            "https://pubsubhubbub.appspot.com/subscribe",
            "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UC1",
        )
    ]


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come true")
