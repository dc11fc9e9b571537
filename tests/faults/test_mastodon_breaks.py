"""Mastodon through the embedded pipeline while its stream breaks again and again: nothing lost, nothing doubled."""

import asyncio
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from deploy.embedded import Embedded
from ingest.live import Gap
from ingest.parsing import parsed
from ingest.records import Record
from ingest.web import Web
from schemas.brand import Brand
from schemas.clock import ManualClock
from schemas.errors import Transient
from schemas.mention import Mention
from schemas.settings import Settings
from sinks.sqlite.store import SqliteStore
from tests.support.contents import contents
from tests.support.mastodon_channel import LOCAL, NOON, opened, reader
from tests.support.mastodon_server import Fault, MastodonServer, mastodon_server
from tests.support.mastodon_statuses import NOON_MS, Status, status, written

SETTINGS = Settings(brands=(Brand(name="Acme", query="acme"),))
CUTS = 20


class Listener:
    """Listens as the runner does: each thing stored with its cursor, and again from the last one after a break."""

    def __init__(self, server: MastodonServer, store: SqliteStore) -> None:
        self._source, self._pipeline = reader(server), Embedded(SETTINGS, store)
        self.cursor: str | None = None
        self.gaps = 0
        self._clock = ManualClock(NOON)

    async def listen(self, until: str | None) -> None:
        """Listen until the connection breaks, or the status `until` was stored."""
        async with Web(LOCAL, clock=self._clock) as web, opened(self._source, web, self.cursor) as things:
            with suppress(Transient):
                async for thing in things:
                    if isinstance(thing, Gap):
                        self.gaps += 1
                        continue
                    if thing.payload:
                        record = Record(1, thing.payload, seen_at=self._clock.now())
                        self._pipeline.process([(record, parsed(self._source, record))], "test", lambda _: None)
                    self.cursor = thing.cursor or self.cursor
                    if until is not None and until in thing.payload.decode(errors="replace"):
                        return


def outbreak(server: MastodonServer, rng: Random, at_ms: int, number: int) -> list[Status]:
    """Publish six posts within a minute in a mixed order, some twice, with noise between them."""
    batch = [
        status(at_ms + rng.randrange(50_000), f"acme {number}.{each}", number=number * 10 + each) for each in range(6)
    ]
    for one in batch:
        server.post(one)
        if rng.random() < 0.3:
            server.post(rng.choice(batch[: batch.index(one) + 1]))
        if rng.random() < 0.3:
            server.say_raw(rng.choice([b'event: update\ndata: {"id":\n\n', b"nonsense\n\n", b":thump\n\n"]))
    return batch


@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_breaks_lose_nothing_and_double_nothing(seed: int, tmp_path: Path) -> None:
    rng, path, posted = Random(seed), tmp_path / "store.db", dict[str, str]()

    async def run(server: MastodonServer, listener: Listener) -> None:
        for number in range(CUTS):
            server.wire.faults.append(Fault("cut", after=rng.randrange(4)))
            listening = asyncio.create_task(listener.listen(None))
            await asyncio.to_thread(server.await_streams, number + 1)
            for part in (0, 1):  # what is said while it listens, and what nobody hears
                batch = outbreak(server, rng, NOON_MS + (2 * number + part) * 60_000, 2 * number + part)
                posted.update({one["id"]: one["content"] for one in batch})
                if part == 0:
                    await asyncio.wait_for(listening, 10)
        last = status(NOON_MS + 10**7, "acme at last")
        posted[last["id"]] = last["content"]
        server.post(last)
        await asyncio.wait_for(listener.listen(last["id"]), 10)

    with mastodon_server() as server, SqliteStore(str(path)) as store:
        listener = Listener(server, store)
        asyncio.run(run(server, listener))
    documents = [Mention.model_validate(body) for _, body in contents(path)["documents"]]
    stored = [document.native_id.rpartition("/")[2] for document in documents]
    assert listener.gaps == 0
    assert sorted(stored) == sorted(posted)
    assert {f"<p>{document.text}</p>" for document in documents} == set(posted.values())


def test_edits_and_deletions_reach_what_was_stored_before_a_break(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    kept, gone = status(text="acme one"), status(NOON_MS + 1, "acme two")
    edited = {**kept, "content": "<p>acme three</p>", "edited_at": written(NOON_MS + 60_000)}
    last = status(NOON_MS + 90_000, "acme last")

    async def run(server: MastodonServer, listener: Listener) -> None:
        listener.cursor = "0@"
        server.wire.faults.append(Fault("close", after=0))
        server.post(kept, gone)
        listening = asyncio.create_task(listener.listen(None))
        await asyncio.to_thread(server.await_streams, 1)
        server.say("filters_changed", b"{}")  # instead of which the stream ends
        await asyncio.wait_for(listening, 10)
        listening = asyncio.create_task(listener.listen(last["id"]))
        await asyncio.to_thread(server.await_streams, 2)
        server.edit(edited)
        server.delete(gone["id"])
        server.post(last)
        await asyncio.wait_for(listening, 10)

    with mastodon_server() as server, SqliteStore(str(path)) as store:
        asyncio.run(run(server, Listener(server, store)))
    documents = [Mention.model_validate(body) for _, body in contents(path)["documents"]]
    assert sorted(str(document.text) for document in documents) == ["None", "acme last", "acme three"]
    assert [document.native_id.rpartition("/")[2] for document in documents if document.deleted_at] == [gone["id"]]
