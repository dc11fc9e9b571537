"""The contract of a source that can be asked for its past: all of a stretch, from any cursor on, whatever fails."""

import asyncio
from collections.abc import Callable
from random import Random

import pytest

from ingest.history import Historical, Stretch, historical_names
from ingest.live import Gap, Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.source import source
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import Poison, Refused, Transient
from schemas.post import PostEvent
from schemas.wire import from_ms
from tests.support.asking import BRANDS, LOCAL, PATIENT, TLS, platforms, publish
from tests.support.platform import NOON_MS, SECRET, Platform, Reply, serving

_DAY_MS = 86_400_000
DAYS = 40
STRETCH = Stretch(from_ms(NOON_MS + 3 * _DAY_MS), from_ms(NOON_MS + 37 * _DAY_MS))
PASTS = {name: kind for name, kind in platforms().items() if name in historical_names()}
EVERY = pytest.mark.parametrize("kind", PASTS.values(), ids=PASTS.keys())


class Reader:
    """Reads a chapter as a backfill does: after a break it goes on behind the last cursor."""

    def __init__(self, platform: Platform, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = ManualClock(from_ms(NOON_MS + DAYS * _DAY_MS))
        monkeypatch.setattr(type(source(platform.name)), "clock", self.clock, raising=False)
        made = source(platform.name, platform.options(url))
        assert isinstance(made, Historical)
        self.source, self.platform = made, platform
        self.heard: list[tuple[set[str], str | None]] = []
        self.gaps: list[Gap] = []

    def read(self, cursor: str | None = None) -> set[str]:
        """Read to the end; return the native ids of what lies in the stretch."""
        return asyncio.run(asyncio.wait_for(self._read(cursor), 60))

    async def _read(self, cursor: str | None) -> set[str]:
        found: set[str] = set()
        chapter = self.source.chapters(BRANDS)[self.platform.channel]
        async with Web(LOCAL, clock=self.clock, chance=Random(1), caps=PATIENT, tls=TLS) as web:
            for _ in range(60):
                try:
                    async for thing in self.source.history(chapter, STRETCH, web, BRANDS, cursor):
                        if isinstance(thing, Gap):
                            self.gaps.append(thing)
                            continue
                        posts = self._posts(thing)
                        found |= posts
                        self.heard.append((posts, thing.cursor))
                        cursor = thing.cursor if thing.cursor is not None else cursor
                    return found
                except Transient:
                    await self.clock.wait(60)
        pytest.fail("it does not come to an end")

    def _posts(self, heard: Heard) -> set[str]:
        if not heard.payload:
            return set()
        outcome = parsed(self.source, Record(1, heard.payload, seen_at=self.clock.now()))
        assert not isinstance(outcome, Poison), outcome.detail
        posts = [one for one in outcome if isinstance(one, PostEvent)]
        return {one.native_id for one in posts if STRETCH.holds(one.published_at or one.observed_at)}


def past(kind: type[Platform], count: int = 700) -> tuple[Platform, set[str]]:
    """Return a platform with posts of forty days, and what of them lies in the stretch."""
    platform = kind()
    for number in range(1, count + 1):
        publish(platform, Random(number), number, 1, NOON_MS + number * DAYS * _DAY_MS // count)
    held = {platform.native_id(post) for post in platform.posts.values() if STRETCH.holds(post.at)}
    assert 0.8 * count < len(held) < count
    return platform, held


@EVERY
def test_a_stretch_is_read_whole(kind: type[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    platform, held = past(kind)
    with serving(platform) as url:
        reader = Reader(platform, url, monkeypatch)
        assert reader.read() == held
        assert reader.gaps == []
        told = sum(len(posts) for posts, _ in reader.heard)
        assert told < 1.2 * len(held), "next to nothing twice"
        asked = len(platform.questions)
        assert Reader(platform, url, monkeypatch).read() == held
        assert len(platform.questions) - asked <= asked, "and at the same cost"


@EVERY
def test_faults_and_stops_lose_nothing(kind: type[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    platform, held = past(kind, 300)
    rng = Random(5)
    with serving(platform) as url:
        reader = Reader(platform, url, monkeypatch)
        platform.faults.extend(rng.choices(["cut", "busy", "broken", "nonsense"], k=8))
        assert reader.read() == held
        for at, (_, cursor) in enumerate(reader.heard):
            if cursor is not None and rng.random() < 0.3:
                before = set[str]().union(*(posts for posts, _ in reader.heard[: at + 1]))
                assert Reader(platform, url, monkeypatch).read(cursor) | before == held
        assert SECRET not in "".join(cursor or "" for _, cursor in reader.heard)


@EVERY
def test_a_refusal_ends_it(kind: type[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    platform, _ = past(kind, 30)
    refused: Callable[..., Reply] = lambda question: Reply({"message": "no"}, 403)  # noqa: E731
    with serving(platform) as url:
        reader = Reader(platform, url, monkeypatch)
        monkeypatch.setattr(platform, "answer", refused)
        with pytest.raises(Refused) as error:
            reader.read()
    assert SECRET not in str(error.value)
    assert "\n" not in str(error.value)


def test_every_platform_with_a_search_by_time_is_among_them() -> None:
    assert PASTS.keys() >= {
        "discourse", "facebook-graph", "github-webhooks", "stackexchange", "threads", "tiktok-research",
        "youtube-data-api",
    }  # fmt: skip
