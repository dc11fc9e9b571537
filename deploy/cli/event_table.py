"""Reading recorded cascades: CSV with one row for a post and one for each of its reshares."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from math import isfinite
from pathlib import Path

from enrich.cascade import Cascade
from ingest.recording import open_recording
from schemas.errors import UsageError

_NEEDED = ("cascade_id", "seconds")
_SEPARATORS = ",;\t"
_SHORTENED = 40  # characters of a cell that is quoted


@dataclass(slots=True)
class Recorded:
    """What was seen of one cascade: its reshares, their course as the pipeline holds it, the author's followers."""

    seen: int = 0
    cascade: Cascade = field(default_factory=Cascade)
    rooted: bool = False
    author_followers: int | None = None

    def take(self, seconds: float, followers: int | None) -> None:
        """Take in a row. One row at 0 is the post: of several the one with the most followers, in any order."""
        if seconds == 0 and not self.rooted:
            self.rooted, self.author_followers = True, followers
            return
        if seconds == 0 and (followers or 0) > (self.author_followers or 0):
            followers, self.author_followers = self.author_followers, followers
        self.seen += 1
        self.cascade.add_deed("reposts", max(int(seconds * 1000), 0), followers)


def read_cascades(path: Path, observe_s: float, report: Callable[[str], None]) -> dict[str, Recorded]:
    """Return what of each cascade came within `observe_s` of its post, by id in order of first appearance.

    The columns `cascade_id`, `seconds` and, if there is one, `followers` are found by the header's names, in any order;
    the file may be packed. A reshare before its post counts as at its moment. A row that cannot be used is told to
    `report` by its line and left out. Raises UsageError for a file without these columns.
    """
    found: dict[str, Recorded] = {}
    with open_recording(path) as recording:
        text = io.TextIOWrapper(recording, encoding="utf-8-sig", errors="replace", newline="")
        rows = _rows(text, report)
        _, header = next(rows, (0, []))
        names = [name.strip().lower() for name in header]
        if missing := [name for name in _NEEDED if name not in names]:
            raise UsageError(
                f"{path.name} has no column {' and no '.join(missing)}: write cascade_id,seconds[,followers]"
            )
        id_at, seconds_at = (names.index(name) for name in _NEEDED)
        followers_at = names.index("followers") if "followers" in names else -1
        for line, row in rows:
            if len(row) <= id_at or not row[id_at]:
                report(f"line {line}: no cascade_id; left out")
                continue
            recorded = found.get(row[id_at])
            if recorded is None:
                recorded = found[row[id_at]] = Recorded()
            seconds = _number(row[seconds_at]) if len(row) > seconds_at else None
            if seconds is None:
                cell = row[seconds_at][:_SHORTENED] if len(row) > seconds_at else ""
                report(f"line {line}: seconds {cell!r} is not a number; left out")
                continue
            if seconds > observe_s:
                continue
            cell = row[followers_at].strip() if 0 <= followers_at < len(row) else ""
            followers = _number(cell) if cell else None
            if cell and (followers is None or followers < 0):
                report(f"line {line}: followers {cell[:_SHORTENED]!r} is not a count; taken as not known")
                followers = None
            recorded.take(seconds, None if followers is None else int(followers))
    return found


def _rows(text: io.TextIOWrapper, report: Callable[[str], None]) -> Iterator[tuple[int, list[str]]]:
    """Yield (line on which it ends, cells) of the rows that are not empty; a row that is no CSV is reported."""
    first = text.readline()
    reader = csv.reader(chain([first], text), delimiter=max(_SEPARATORS, key=first.count))
    while True:
        try:
            for row in reader:
                if any(row):
                    yield reader.line_num, row
            return
        except csv.Error as error:
            report(f"line {reader.line_num}: {error}; left out")


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if isfinite(value) else None
