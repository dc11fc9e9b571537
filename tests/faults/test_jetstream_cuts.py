"""A stream that breaks, repeats itself and tells nonsense ends in the store of an undisturbed one."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import orjson
import pytest

from deploy.embedded import Embedded, Read
from ingest.live import Gap, Heard
from ingest.parsing import parsed
from ingest.records import Record
from ingest.source import source
from ingest.sources.bluesky_jetstream import BlueskyJetstream
from ingest.web import Web
from schemas.brand import Brand
from schemas.errors import Transient
from schemas.outbound import OutboundSettings
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore
from tests.support.contents import contents
from tests.support.jetstream import Fault, Jetstream, jetstream
from tests.support.jetstream_events import account, jetstream_events, like
from tests.support.traffic import BRANDS, T0, posts, stored

SETTINGS = Settings(brands=(*BRANDS, Brand(name="All", query="source:bluesky")))
NONSENSE = (b"no JSON at all", b'{"did":"did:plc:x","time_us":5,"kind":"commit"}', b"[]", b'{"kind":"parade"}')
BATCH = 40
POSITION = "live:bluesky-jetstream:"


def told(shared: Path, seed: int) -> list[bytes]:
    """Real events and invented ones in the order of the server's clock, with likes and two accounts that go."""
    real = [
        line
        for path in sorted((shared / "samples" / "bluesky-jetstream").glob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]
    invented = list(jetstream_events(posts(seed, 150)))
    rng = Random(seed)
    for number in range(60):
        event = orjson.loads(rng.choice(invented))
        uri = f"at://{event['did']}/app.bsky.feed.post/{event['commit']['rkey']}"
        invented.append(like(f"did:plc:l{number}", T0 + timedelta(minutes=rng.randrange(1500)), f"l{number}", uri))
    invented += [account(f"did:plc:a{number}", T0 + timedelta(minutes=700), "deleted") for number in (3, 4)]
    return sorted(invented + real, key=lambda payload: int(orjson.loads(payload)["time_us"]))


def disturbed(events: Sequence[bytes], rng: Random) -> list[bytes]:
    """The same with some of it twice, some of it late, and nonsense in between."""
    found: list[bytes] = []
    for event in events:
        found.append(event)
        if rng.random() < 0.1:
            found.append(rng.choice(found[-20:]))
        if rng.random() < 0.05:
            found.append(rng.choice(NONSENSE))
        if rng.random() < 0.1 and len(found) > 1:
            found[-1], found[-2] = found[-2], found[-1]
    return found


class Follower:
    """Listens, stores batches with their cursors, and begins again where the store says."""

    def __init__(self, path: Path, numbers: dict[bytes, int]) -> None:
        self._store = SqliteStore(str(path))
        self._pipeline = Embedded(SETTINGS, self._store)
        self._numbers = numbers  # so that a dead letter has the same place each time
        self.gaps: list[Gap] = []
        self.breaks = 0

    def close(self) -> None:
        self._store.close()

    def take(self, batch: Sequence[Heard]) -> None:
        reader = source("bluesky-jetstream")
        records = [Record(self._numbers[heard.payload], heard.payload) for heard in batch]
        reads: list[Read] = [(record, parsed(reader, record)) for record in records]
        cursor = next((heard.cursor for heard in reversed(batch) if heard.cursor), None)

        def save(_: object) -> None:
            if cursor is not None:
                self._store.save_position(POSITION, cursor)

        self._pipeline.process(reads, "stream", save)

    async def follow(self, reader: BlueskyJetstream, last: bytes, rng: Random, cursor: str) -> None:
        """Listen until the last event was stored. At a break, what was heard and not stored is kept or forgotten."""
        async with Web(OutboundSettings(allow=("127.0.0.1",))) as web:
            for _ in range(200):
                batch: list[Heard] = []
                with suppress(Transient):
                    kept = self._store.position(POSITION) or cursor
                    async with aclosing(reader.listen("", web, (), kept)) as stream:
                        async for item in stream:
                            if isinstance(item, Gap):
                                self.gaps.append(item)
                                continue
                            batch.append(item)
                            if len(batch) == BATCH or item.payload == last:
                                self.take(batch)
                                batch = []
                            if item.payload == last:
                                return
                self.breaks += 1
                if rng.random() < 0.5:
                    self.take(batch)
        raise AssertionError("the last event never came")


def follow(server: Jetstream, servers: Sequence[str], events: Sequence[bytes], path: Path, rng: Random) -> Follower:
    numbers = {payload: number for number, payload in enumerate(sorted({*events, *NONSENSE}), 1)}
    follower = Follower(path, numbers)
    first = orjson.dumps({"server": servers[0], "time_us": server.log[0].time_us}).decode()
    reader = BlueskyJetstream(servers, ["app.bsky.*", "place.stream.*"])
    try:
        asyncio.run(asyncio.wait_for(follower.follow(reader, events[-1], rng, first), 60))
    finally:
        follower.close()
    return follower


@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_cuts_lose_nothing_and_double_nothing(seed: int, shared: Path, tmp_path: Path) -> None:
    rng = Random(seed)
    events = told(shared, seed)
    with jetstream(*events) as quiet:
        undisturbed = follow(quiet, [quiet.url], events, tmp_path / "undisturbed.db", rng)
    said = [*disturbed(events[:-1], rng), events[-1]]
    with jetstream(*said) as server, jetstream(*said) as other:
        for one in (server, other):
            one.faults.extend(
                Fault(rng.choice(["cut", "cut", "cut", "close", "refused"]), rng.randrange(90)) for _ in range(20)
            )
        follower = follow(server, [server.url, other.url], said, tmp_path / "disturbed.db", rng)
        assert len(server.faults) + len(other.faults) <= 20
    expected, found = stored(tmp_path / "undisturbed.db"), stored(tmp_path / "disturbed.db")
    assert len(expected.documents) > 150
    assert found.documents.keys() == expected.documents.keys()
    assert found == expected
    assert undisturbed.breaks == 0
    assert follower.breaks >= 20
    assert [gap for gap in undisturbed.gaps + follower.gaps if gap.until is None] == []
    letters = contents(tmp_path / "disturbed.db")["dead_letters"]
    assert len(letters) == len({payload for payload in said if payload in NONSENSE})
