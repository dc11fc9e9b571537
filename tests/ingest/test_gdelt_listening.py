"""GDELT's files, listened to as they appear: late, damaged, missing, and after breaks."""

import asyncio
import io
import zipfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from hashlib import md5
from random import Random
from typing import Any, cast

import pytest

from ingest.connections import tls_context
from ingest.exchange import Caps
from ingest.gdelt_updates import GdeltUpdates
from ingest.live import Gap, Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.source import source
from ingest.web import Web
from schemas.clock import ManualClock
from schemas.errors import HearkenError, Poison, UsageError
from schemas.outbound import OutboundSettings
from schemas.post import PostEvent
from schemas.wire import from_ms
from tests.support.forum_recordings import gkg_row, mention_row
from tests.support.platform import NOON_MS, Platform, Post, Question, Reply, serving

LOCAL = OutboundSettings(allow=("127.0.0.1",))
TLS = tls_context()  # takes a while to make
QUARTER_MS = 900_000
ROWS = {"gdelt-gkg": gkg_row, "gdelt-mentions": mention_row}
ENDS = {"gdelt-gkg": "gkg.csv.zip", "gdelt-mentions": "mentions.CSV.zip"}
EVERY = pytest.mark.parametrize("name", ROWS)


class Gdelt(Platform):
    """The files of one table, and the list of the newest."""

    is_open = True

    def __init__(self, table: str) -> None:
        super().__init__()
        self.table = table
        self.files: dict[str, bytes] = {}

    def file(self, quarter: int, *rows: bytes, ending: str = "", listed: bool = True) -> str:
        """Publish a file, so many quarters of an hour after noon."""
        stamp = f"{from_ms(NOON_MS + quarter * QUARTER_MS):%Y%m%d%H%M%S}"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("table.csv", b"\n".join(rows) + b"\n")
        name = f"{stamp}.{ending or self.table}"
        self.files[name] = packed.getvalue()
        if listed:
            digest = md5(self.files[name], usedforsecurity=False).hexdigest()
            lists = "lastupdate-translation.txt" if ending else "lastupdate.txt"
            self.files[lists] = f"9 {digest} http://gdelt.example/gdeltv2/{name}\n".encode()
        return name

    def options(self, url: str) -> dict[str, Any]:
        return {"base_url": url, "languages": ["english"]}

    def answer(self, question: Question) -> Reply:
        body = self.files.get(question.path.lstrip("/"))
        return Reply(b"not found", 404) if body is None else Reply(body)

    def native_id(self, post: Post) -> str:
        return str(post.number)


class Listener:
    """Listens as the runner does: keeps what was heard, and where to go on from."""

    def __init__(self, name: str, url: str, monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
        self.clock = ManualClock(from_ms(NOON_MS))
        monkeypatch.setattr(GdeltUpdates, "clock", self.clock)
        found = source(name, {"base_url": url, "languages": ["english"], **options})
        assert isinstance(found, GdeltUpdates)
        self.source = found
        self.cursor: str | None = None
        self.heard: list[PostEvent] = []
        self.gaps: list[Gap] = []

    def listen(self, rounds: int = 1, things: int = -1) -> None:
        """Listen until the newest file was asked for so many times; raises what ends it before."""
        asyncio.run(asyncio.wait_for(self._listen(rounds, things), 20))

    async def _listen(self, rounds: int, things: int) -> None:
        caps = Caps(body_bytes=200_000, quiet_s=0.2, total_s=0.25)
        async with Web(LOCAL, clock=self.clock, chance=Random(1), tls=TLS, caps=caps) as web:
            said = cast(
                AsyncGenerator[Heard | Gap], self.source.listen(self.source.channels(())[0], web, (), self.cursor)
            )
            begun = self.clock.now()
            async with aclosing(said) as listening:
                async for thing in listening:
                    if self.clock.now() - begun > timedelta(seconds=100 * rounds):
                        return
                    self._keep(thing)
                    things -= 1
                    if things == 0:
                        return

    def _keep(self, thing: Heard | Gap) -> None:
        if isinstance(thing, Gap):
            self.gaps.append(thing)
            return
        self.cursor = thing.cursor or self.cursor
        if thing.payload:
            outcome = parsed(self.source, Record(1, thing.payload, seen_at=self.clock.now()))
            assert not isinstance(outcome, Poison)
            self.heard += [one for one in outcome if isinstance(one, PostEvent)]

    def ids(self) -> set[str]:
        return {one.native_id for one in self.heard}


def rows(name: str, *numbers: int) -> list[bytes]:
    return [ROWS[name](number, 2024, "acme") for number in numbers]


@EVERY
def test_files_are_taken_one_after_the_other_whatever_breaks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    platform, rng = Gdelt(ENDS[name]), Random(5)
    platform.file(0, *rows(name, 1, 2, 3))
    with serving(platform) as url:
        listener = Listener(name, url, monkeypatch)
        listener.listen()
        assert len(listener.ids()) == 3
        for quarter in range(1, 21):
            platform.file(quarter, *rows(name, *range(10 * quarter, 10 * quarter + 5)))
            listener.clock.advance(900)
            platform.faults.extend(rng.choices(["cut", "busy", "broken"], k=rng.randrange(6)))
            try:
                listener.listen(things=rng.randrange(1, 9))
            except HearkenError:
                continue
        platform.faults.clear()
        listener.listen()
    assert len(listener.ids()) == 103
    assert len({(event.native_id, event.version) for event in listener.heard}) == 103
    assert listener.gaps == []


@EVERY
def test_a_late_or_damaged_file_is_asked_for_again_and_one_that_never_comes_is_a_gap(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = Gdelt(ENDS[name])
    platform.file(0, *rows(name, 1))
    with serving(platform) as url:
        listener = Listener(name, url, monkeypatch)
        listener.listen()
        damaged = platform.file(1, *rows(name, 11))
        platform.files[damaged] = platform.files[damaged][:-30]
        platform.file(4, *rows(name, 41))  # the two before it are not there
        listener.clock.advance(3600)
        listener.listen()
        assert len(listener.ids()) == 2
        platform.file(1, *rows(name, 11), listed=False)
        platform.file(2, *rows(name, 21), listed=False)
        listener.listen(rounds=2)
        assert len(listener.ids()) == 4
        assert listener.gaps == []
        listener.clock.advance(12 * 3600)
        listener.listen(rounds=2)
    assert [(gap.since, gap.until) for gap in listener.gaps] == [
        (from_ms(NOON_MS + 2 * QUARTER_MS), from_ms(NOON_MS + 3 * QUARTER_MS))
    ]


def test_a_file_that_is_not_the_listed_one_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Gdelt("gkg.csv.zip")
    name = platform.file(0, *rows("gdelt-gkg", 1))
    platform.file(9, *rows("gdelt-gkg", 2), listed=False)
    right, platform.files[name] = platform.files[name], platform.files.popitem()[1]
    with serving(platform) as url:
        listener = Listener("gdelt-gkg", url, monkeypatch)
        listener.listen()
        assert listener.heard == []
        platform.files[name] = right
        listener.listen()
    assert len(listener.ids()) == 1


def test_what_was_read_in_translation_is_a_channel_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Gdelt("gkg.csv.zip")
    platform.file(0, *rows("gdelt-gkg", 1), ending="translation.gkg.csv.zip")
    with serving(platform) as url:
        listener = Listener("gdelt-gkg", url, monkeypatch, languages="translated")
        listener.listen()
        assert len(listener.ids()) == 1
        both = source("gdelt-gkg", {"base_url": url})
        assert isinstance(both, GdeltUpdates)
        assert list(both.channels(())) == ["english", "translated"]


@pytest.mark.parametrize("cursor", ["", "{}", "20240301120000", '{"last":"20249901120000","missing":[]}', "[1]"])
def test_a_position_that_is_none_of_ours_is_a_gap(cursor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Gdelt("gkg.csv.zip")
    platform.file(0, *rows("gdelt-gkg", 1))
    with serving(platform) as url:
        listener = Listener("gdelt-gkg", url, monkeypatch)
        listener.cursor = cursor
        listener.listen()
    assert len(listener.gaps) == 1
    assert len(listener.ids()) == 1


@pytest.mark.parametrize("fault", ["slow", "endless", "nonsense", "cut"])
def test_an_answer_that_is_none_is_tried_again(fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Gdelt("gkg.csv.zip")
    platform.file(0, *rows("gdelt-gkg", 1))
    platform.faults.extend([fault] * 4)
    with serving(platform) as url:
        listener = Listener("gdelt-gkg", url, monkeypatch)
        with pytest.raises(HearkenError):
            listener.listen()
        platform.faults.clear()
        listener.listen()
    assert len(listener.ids()) == 1


@pytest.mark.parametrize("options", [{"languages": "french"}, {"languages": []}, {"base_url": "x"}, {"interval_s": 1}])
def test_a_mistake_in_the_options_is_one_line(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"\[sources.gdelt-gkg\]"):
        source("gdelt-gkg", options)
