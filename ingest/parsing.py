"""A recording to what is in it: record by record, with an account of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import orjson

from ingest.recording import open_recording
from ingest.records import Record
from ingest.source import Parsed, Source
from schemas.errors import Poison
from schemas.post import PostEvent

Outcome = list[Parsed] | Poison


@dataclass(slots=True)
class ParseReport:
    """How many post events came out of a recording, what was skipped by its kind, how many records were bad.

    What is no post, but a like or the removal of an author, is counted among the skipped, under its kind.
    """

    events: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    bad: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count what came of one record."""
        if isinstance(outcome, Poison):
            self.bad += 1
            return
        for parsed in outcome:
            if isinstance(parsed, PostEvent):
                self.events += 1
            else:
                self.skipped[parsed.kind] += 1

    def json(self) -> str:
        """Return the one line that ends `hearken parse`: `{"events","skipped":{kind:n},"bad"}`."""
        account = {"events": self.events, "skipped": dict(sorted(self.skipped.items())), "bad": self.bad}
        return orjson.dumps(account).decode()


def parse_recording(source: Source, path: Path) -> Iterator[tuple[Record, Outcome]]:
    """Yield every record of the file at `path` (`-` for standard input) with what it holds, or why it is unusable.

    Reads lazily, and closes the file at the end. Raises UsageError for a file that cannot be opened, or whose packing
    is damaged or cut: after the records before that place.
    """
    with open_recording(path) as recording:
        yield from parse_stream(source, recording)


def parse_stream(source: Source, stream: BinaryIO, skip: int = 0) -> Iterator[tuple[Record, Outcome]]:
    """Yield every record of an open recording with what it holds, or why it is unusable.

    The first `skip` records are read past without a look at them: where an interrupted reading goes on.
    """
    for record in islice(source.records(stream), skip, None):
        yield record, parsed(source, record)


def parsed(source: Source, record: Record) -> Outcome:
    """Return what one record holds, or why it is unusable: never raises."""
    try:
        return list(source.parse(record))
    except Poison as poison:
        return poison
