"""How many records a second one core parses, by source, and what part of the whole pipeline's time that is."""

import lzma
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import process_time
from typing import NamedTuple

import pytest

from deploy.embedded import Embedded, batches
from deploy.memory import settle
from deploy.replay import BATCH
from ingest.parsing import parse_recording, parsed
from ingest.recording import open_recording
from ingest.records import Record
from ingest.source import Skipped, Source, source, sources
from schemas.errors import Poison
from schemas.settings import Settings, TextSettings, load
from sinks.sqlite.store import SqliteStore
from tests.support.companies import write_brands

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

_LEAST_S = 0.25  # of processor time for each source
_SMALL = 3_000  # bytes of what is in a record, on the average
LEAST_RATE = 5_000  # records a second, on a core that does nothing else
POSTS = 2_000
_FEEDPARSER = {"feeds", "podcast", "youtube-atom"}  # which takes a millisecond for each entry; a feed has minutes


class Cost(NamedTuple):
    """What the records of one folder cost in seconds, split and parsed, and what is in them: `things` are the events,
    and what is skipped or bad."""

    records: int
    size: int
    events: int
    things: int
    split_s: float
    parse_s: float

    @property
    def rate(self) -> float:
        """Records a second, of pages as of single posts."""
        return self.records / (self.split_s + self.parse_s)

    @property
    def thing_rate(self) -> float:
        """What is in them a second, once they are split: opening a file costs more than the few records in it."""
        return self.things / self.parse_s

    @property
    def is_small(self) -> bool:
        return self.size / self.things < _SMALL


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "SOURCE.txt"]


def _split(made: Source, files: list[Path]) -> Iterator[Record]:
    for path in files:
        with open_recording(path) as recording:
            yield from made.records(recording)


def cost(name: str, folder: Path) -> Cost:
    """Return what a folder's records cost, over and over until the clock can tell."""
    made, files = source(name), _files(folder)
    rounds, begun = 0, process_time()
    while process_time() - begun < _LEAST_S or not rounds:
        records = list(_split(made, files))
        rounds += 1
    split_s = (process_time() - begun) / rounds
    outcomes = [parsed(made, record) for record in records]
    found = [one for outcome in outcomes for one in ([outcome] if isinstance(outcome, Poison) else outcome)]
    events = sum(not isinstance(one, Skipped | Poison) for one in found)
    rounds, begun = 0, process_time()
    while process_time() - begun < _LEAST_S or not rounds:
        for record in records:
            parsed(made, record)
        rounds += 1
    parse_s = (process_time() - begun) / rounds
    size = sum(len(one.payload) for one in records)
    return Cost(len(records), size, events, len(found), split_s, parse_s)


def test_parse_rates(shared: Path) -> None:
    rows = {
        path.name: cost(path.name, path) for path in sorted((shared / "samples").iterdir()) if path.name in sources()
    }
    print(f"\n{'source':22}{'records':>8}{'bytes each':>12}{'events':>8}{'records/s':>11}{'things/s':>10}")
    for name, one in rows.items():
        each = one.size / one.records
        print(f"{name:22}{one.records:8}{each:12.0f}{one.events:8}{one.rate:11.0f}{one.thing_rate:10.0f}")
    fast = {name: one for name, one in rows.items() if name not in _FEEDPARSER and one.is_small}
    slow = {name: round(one.thing_rate) for name, one in fast.items() if one.thing_rate < LEAST_RATE}
    assert slow == {}


@pytest.mark.parametrize("profile", ["fast", "accurate"])
def test_the_share_of_parsing_in_the_pipeline(profile: str, shared: Path, tmp_path: Path) -> None:
    with lzma.open(shared / "replay/stocknet-tweets/tweets_2014-07_2015-08.ndjson.xz") as packed:
        (tmp_path / "posts.ndjson").write_bytes(b"".join(islice(packed, 9_000, 9_000 + POSTS)))
    settings = load(None, write_brands(tmp_path / "brands.toml"))
    settings = Settings(brands=settings.brands, text=TextSettings.model_validate({"profile": profile}))
    with SqliteStore(tmp_path / "store.db") as store:
        pipeline = Embedded(settings, store)
        settle()
        begun = process_time()
        reads = list(parse_recording(source("x-v1.1"), tmp_path / "posts.ndjson"))
        parsing_s = process_time() - begun
        for batch in batches(reads, BATCH):
            pipeline.process(batch, "bench", lambda _: None)
        whole_s = process_time() - begun
    print(
        f"\n{profile}: parsing {1e6 * parsing_s / POSTS:.0f} us of {1e6 * whole_s / POSTS:.0f} us a record,"
        f" {parsing_s / whole_s:.1%}"
    )
    assert parsing_s / whole_s < 0.2
