"""A platform on this machine, listened to as the runner does; and all platforms that there are."""

import asyncio
import importlib
import pkgutil
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from random import Random
from typing import cast

import pytest

import tests.support.platforms
from ingest.connections import tls_context
from ingest.exchange import Caps
from ingest.live import Gap, Heard, LiveSource
from ingest.parsing import parsed
from ingest.records import Record
from ingest.source import Skipped, source
from ingest.web import Web
from schemas.brand import Brand
from schemas.clock import ManualClock
from schemas.errors import Poison
from schemas.outbound import OutboundSettings
from schemas.post import PostEvent
from schemas.wire import from_ms
from tests.support.platform import NOON_MS, Platform, Question, Reply, serving

BRANDS = (Brand(name="Acme", query='acme OR "愛客美"'),)
LOCAL = OutboundSettings(allow=("127.0.0.1",))
MINUTE_MS = 60_000
TLS = tls_context()  # takes a while to make
PATIENT = Caps(quiet_s=5, total_s=10)
HASTY = Caps(body_bytes=100_000, quiet_s=0.1, total_s=0.12)


def platforms() -> dict[str, type[Platform]]:
    """Every platform, by the name of its source."""
    found: dict[str, type[Platform]] = {}
    for module in pkgutil.iter_modules(tests.support.platforms.__path__):
        contents = vars(importlib.import_module(f"tests.support.platforms.{module.name}"))
        for item in contents.values():
            if isinstance(item, type) and issubclass(item, Platform) and hasattr(item, "name"):
                found[item.name] = item
    return dict(sorted(found.items()))


class Listener:
    """Listens as the runner does: keeps what was heard, and where to go on from."""

    def __init__(self, platform: Platform, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.platform, self.clock = platform, ManualClock(from_ms(NOON_MS))
        made = source(platform.name)
        monkeypatch.setattr(type(made), "clock", self.clock)
        found = source(platform.name, platform.options(url))
        assert isinstance(found, LiveSource)
        self.source = found
        self.cursor: str | None = None
        self.cursors: list[str] = []
        self.heard: list[PostEvent] = []
        self.gaps: list[Gap] = []
        self.bad = 0

    @property
    def channel(self) -> str:
        return self.source.channels(BRANDS)[self.platform.channel]

    def listen(self, rounds: int = 1, things: int | None = None, caps: Caps = PATIENT) -> None:
        """Listen for so many rounds, or until so many things were heard; raises what ends it before."""
        asyncio.run(asyncio.wait_for(self._listen(rounds, things, caps), 60))

    async def _listen(self, rounds: int, things: int | None, caps: Caps) -> None:
        async with Web(LOCAL, clock=self.clock, chance=Random(1), caps=caps, tls=TLS) as web:
            said = cast(AsyncGenerator[Heard | Gap], self.source.listen(self.channel, web, BRANDS, self.cursor))
            before, begun = self.cursor, self.platform.at_first or self.cursor is not None
            async with aclosing(said) as listening:
                async for thing in listening:
                    self._keep(thing)
                    if not begun and self.cursor != before:
                        begun = True  # where it begins
                        rounds += 1
                    if things is not None:
                        things -= 1
                    if isinstance(thing, Heard) and not thing.payload:
                        rounds -= 1
                    if rounds == 0 or things == 0:
                        return

    def _keep(self, thing: Heard | Gap) -> None:
        if isinstance(thing, Gap):
            self.gaps.append(thing)
            return
        if thing.payload:
            record = Record(1, thing.payload, seen_at=self.clock.now())
            outcome = parsed(self.source, record)
            for one in [] if isinstance(outcome, Poison) else outcome:
                if isinstance(one, PostEvent):
                    self.heard.append(one)
                self.bad += isinstance(one, Skipped) and one.kind.startswith("bad")
            self.bad += isinstance(outcome, Poison)
        if thing.cursor is not None:
            self.cursor = thing.cursor
            self.cursors.append(thing.cursor)
            self.source.kept(self.channel, thing.cursor)

    def states(self) -> Counter[tuple[str, int, str]]:
        """How often each state was heard."""
        return Counter((event.native_id, event.version, event.op) for event in self.heard)

    def texts(self) -> dict[str, str]:
        """The newest text of each post that is not deleted, by its native id; as a store would hold it."""
        newest: dict[str, PostEvent] = {}
        gone = {event.native_id for event in self.heard if event.op == "delete"}
        for event in sorted(self.heard, key=lambda one: one.version):
            newest[event.native_id] = event
        return {name: f"{event.title} {event.text}" for name, event in newest.items() if name not in gone}


def publish(platform: Platform, rng: Random, begin: int, count: int, at_ms: int) -> None:
    """Publish posts, one a second from `at_ms` on."""
    for number in range(begin, begin + count):
        platform.publish(number, f"acme {number} 愛客美", at_ms + (number - begin) * 1000 + rng.randrange(500))


def expected(platform: Platform) -> set[str]:
    """The native ids of the posts that are not deleted."""
    return {platform.native_id(post) for post in platform.posts.values() if not post.gone}


@contextmanager
def listening(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """Run a platform, and give who listens to it."""
    with serving(platform) as url:
        yield Listener(platform, url, monkeypatch)


def instead(platform: Platform, path: str, *replies: Reply) -> None:
    """Answer so when this path is asked for: one reply after the other, the last again and again."""
    waiting, usual = list(replies), platform.answer

    def answer(question: Question) -> Reply:
        if question.path != path:
            return usual(question)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    platform.answer = answer  # type: ignore[method-assign]


def asked(platform: Platform, path: str) -> list[Question]:
    """Return how a path was asked for."""
    return [question for question in platform.questions if question.path == path]
