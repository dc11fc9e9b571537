"""A table of counts over time, `timestamp,value`: read leniently, so that each row in can have its row out."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from pathlib import Path
from statistics import median_low

from enrich.spikes import LARGEST
from ingest.recording import open_recording
from ingest.records import byte_lines
from schemas.errors import Poison, UsageError
from schemas.times import read_time
from schemas.wire import ms

_SAMPLE = 48  # rows that tell the width of a bucket; nothing is scored before so many, so nothing looks ahead
_SEPARATORS = ",;\t"


@dataclass(slots=True)
class Count:
    """One row: its texts as given, and what they say. `fault` is why it cannot be used, "" for a good row."""

    line: int
    timestamp: str
    value: str
    at_ms: int = 0
    volume: float = 0.0
    fault: str = ""


def read_counts(path: Path) -> list[Count]:
    """Return the rows of a CSV file, plain or packed, `-` for standard input, in its order.

    The header names the columns in any order and case; further ones are left alone. Of two columns with other names, or
    without names, the first is the time. A time has a zone or is UTC. Raises UsageError for a file that cannot be read
    or has no such columns; a row that cannot be used has a fault.
    """
    with open_recording(path) as recording:
        decoded = (line.decode("utf-8", "replace").replace("\0", "") for line in byte_lines(recording))
        lines = (line for ended in decoded for line in ended.split("\r"))
        numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        head = list(islice(numbered, 2))
        separator = max(_SEPARATORS, key=head[0][1].count) if head else ","
        # The columns hold no line breaks, so a line is a row, and a stray quote cannot swallow those behind it.
        rows = ((number, _cells(line, separator)) for number, line in chain(head, numbered))
        _, first = begun = next(rows, (0, list[str]()))
        header = [cell.strip().lower() for cell in first]
        if "timestamp" in header and "value" in header:
            places = header.index("timestamp"), header.index("value")
            return [_count(number, row, places) for number, row in rows]
        counts = [_count(number, row, (0, 1)) for number, row in chain([begun], rows)]
        if len(header) != 2 or all(count.fault for count in counts[:2]):
            raise UsageError(f"{path}: the first line must name the columns timestamp and value")
        return counts[1:] if counts[0].fault else counts


def in_order(counts: Sequence[Count]) -> list[Count]:
    """Return the good rows in order of time, each time once: its first row stands, others get a fault."""
    ordered: list[Count] = []
    for count in sorted((count for count in counts if not count.fault), key=lambda count: count.at_ms):
        if ordered and ordered[-1].at_ms == count.at_ms:
            count.fault = f"line {ordered[-1].line} has the same time and stands"
        else:
            ordered.append(count)
    return ordered


def bucket_width_ms(ordered: Sequence[Count]) -> int | None:
    """Return the width of a bucket, the median step between the first 48 rows; None for fewer rows."""
    if len(ordered) < _SAMPLE:
        return None
    return median_low(later.at_ms - earlier.at_ms for earlier, later in pairwise(ordered[:_SAMPLE]))


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:  # a cell of more than 128 KiB
        return []


def _count(line: int, row: Sequence[str], places: tuple[int, int]) -> Count:
    timestamp, value = (row[place] if place < len(row) else "" for place in places)
    count = Count(line, timestamp, value)
    try:
        count.at_ms = ms(read_time(timestamp.strip().removesuffix(" UTC").replace("/", "-")))
    except Poison:
        count.fault = "the timestamp cannot be read" if timestamp.strip() else "no timestamp"
        return count
    try:
        count.volume = float(value)
    except ValueError:
        count.fault = "the value is no number" if value.strip() else "no value"
        return count
    if not 0 <= count.volume <= LARGEST:
        count.fault = f"the value is not a number from 0 to {LARGEST:g}"
    return count
