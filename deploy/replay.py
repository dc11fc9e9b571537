"""Recorded payloads through the embedded pipeline, on the recorded clock."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from deploy.delivery import Delivery
from deploy.embedded import Embedded, Read, Tally, batches
from deploy.memory import settle
from ingest.parsing import parse_stream
from ingest.recording import Recording, open_recording
from ingest.source import Parsed, source
from schemas.clock import Clock, SystemClock
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import PostEvent
from schemas.settings import Settings
from schemas.wire import ms
from sinks.sqlite.store import SqliteStore

BATCH = 512  # records a transaction: large enough for the models, small enough that a kill repeats a second of work

Progress = Callable[[int, int | None, int], None]
"""Called after each batch with the bytes read so far, the bytes in all (None if not known) and the records read."""


@dataclass(frozen=True, slots=True)
class ReplaySummary:
    """How a replay ended; the counts cover the whole input, also what was read before an interruption."""

    read: int
    matched: int
    stored: int
    duplicates: int
    dead: int
    seconds: float


def replay(
    path: Path,
    source_name: str,
    settings: Settings,
    store_path: str,
    *,
    speed: float = 0.0,
    progress: Progress | None = None,
    deliver: bool = False,
    clock: Clock | None = None,
) -> ReplaySummary:
    """Take a recording through the embedded pipeline into the store at `store_path`.

    An interrupted replay of the same file goes on where it stopped; a finished one reads everything again and finds
    duplicates. `speed` 0 is as fast as it goes, N is N times as fast as it was recorded. With `deliver` the alerts go
    to the channels of the settings, and this returns when each was told or put off. Raises UsageError for an unknown
    source, an unreadable file, a bad brand query or channel, Fatal for a store that cannot be written.
    """
    clock = clock or SystemClock()
    started = clock.now()
    reader = source(source_name, settings.sources.get(source_name))
    with open_recording(path) as recording, SqliteStore(store_path) as store:
        pipeline = Embedded(settings, store)
        delivery = Delivery(settings, store_path, clock, with_replayed=True) if deliver else None
        settle()
        if delivery is not None:
            delivery.start()
        key = position_key(path, source_name, recording)
        last = store.position(key)
        total = Tally(**last["tally"]) if last and not last["finished"] else Tally()
        reads = parse_stream(reader, recording, skip=total.read)
        for batch in batches(paced(reads, speed, clock), 1) if speed > 0 else batches(reads, BATCH):
            total += pipeline.process(batch, path.name, partial(_save, store, key, total, finished=False))
            if progress is not None:
                progress(*recording.progress(), total.read)
        _save(store, key, total, Tally(), finished=True)
        if delivery is not None:
            delivery.finish()
    seconds = (clock.now() - started).total_seconds()
    return ReplaySummary(**asdict(total), seconds=round(seconds, 3))


def _save(store: SqliteStore, key: str, before: Tally, done: Tally, *, finished: bool) -> None:
    store.save_position(key, {"finished": finished, "tally": asdict(before + done)})


def position_key(path: Path, source_name: str, recording: Recording) -> str:
    """Return the name of the position: the same file read as the same source, as long as it has the same size."""
    return "replay:" + sha256(f"{source_name}\n{path.resolve()}\n{recording.size}".encode()).hexdigest()


def paced(reads: Iterator[Read], speed: float, clock: Clock) -> Iterator[Read]:
    """Hold each record back until its recorded moment comes, at so many times the recorded speed."""
    begun: tuple[int, float] | None = None
    for record, parsed in reads:
        moment = None if isinstance(parsed, Poison) else _observed_ms(parsed)
        if moment is not None:
            now = clock.now().timestamp()
            if begun is None:
                begun = (moment, now)
            ahead = (moment - begun[0]) / 1000 / speed - (now - begun[1])
            if ahead > 0:
                clock.sleep(ahead)
        yield record, parsed


def _observed_ms(parsed: Sequence[Parsed]) -> int | None:
    for event in parsed:
        if isinstance(event, PostEvent | Engagement):
            return ms(event.observed_at)
    return None
