"""Printing answers to stdout: tables for people, JSON and CSV for programs."""

import csv
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from pydantic import BaseModel
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.cli.options import Format
from deploy.spreadsheet import csv_cell
from schemas.wire import plain

_PIPED_WIDTH = 140  # columns of a table that goes into a file or a pager
_LEAST_WIDE = 20  # columns that a wide one gets, before others give way to it
_BETWEEN = 2
_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its head, and how a row's cell reads. A `wide` one takes the room left and wraps; a
    `spare` one is left out where there is too little room for all."""

    head: str
    cell: Callable[[Row], object]
    justify: Literal["left", "right"] = "left"
    wide: bool = False
    spare: bool = False


def console(*, stderr: bool = False) -> Console:
    """Return a console on stdout or stderr that reads no markup in what it prints; into a file it is 140 wide."""
    made = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = _PIPED_WIDTH
    return made


def safe(value: object) -> str:
    """Return a value as one line of text in which a terminal finds nothing to obey."""
    return " ".join(str(plain("" if value is None else str(value))).split())


def print_table(columns: Sequence[Column], rows: Iterable[Row], title: str = "", to: Console | None = None) -> None:
    """Print rows as a table under an optional title, on stdout or on another console.

    What is too wide for a terminal loses spare columns, the last one first, and says so on stderr; nothing is cut off.
    """
    out = to or console()
    cells = [[_cell(column.cell(row)) for column in columns] for row in rows]
    widths = [_width(column, [row[at] for row in cells]) for at, column in enumerate(columns)]
    shown = list(range(len(columns)))
    spare = [at for at in shown if columns[at].spare]
    while _total([widths[at] for at in shown]) > out.width and spare and out.is_terminal:
        shown.remove(spare.pop())
    if not out.is_terminal:
        out.width = max(out.width, _total(widths))
    table = Table(title=Text(safe(title)) if title else None, title_justify="left", box=None, pad_edge=False)
    for column in (columns[at] for at in shown):
        if column.wide:
            table.add_column(column.head, justify=column.justify, overflow="fold", ratio=1)
        else:
            table.add_column(column.head, justify=column.justify, no_wrap=True)
    for row in cells:
        table.add_row(*(row[at] for at in shown))
    out.print(table)
    if left_out := [column.head for at, column in enumerate(columns) if at not in shown and column.head]:
        note(f"too little room for: {', '.join(left_out)}")


def _width(column: Column, cells: Sequence[Text]) -> int:
    widest = max((cell.cell_len for cell in cells), default=0)
    return max(cell_len(column.head), min(widest, _LEAST_WIDE) if column.wide else widest)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _BETWEEN * (len(widths) - 1)


def print_json(rows: Sequence[Row]) -> None:
    """Print rows as a JSON array, one row a line; control characters that JSON would let through are escaped."""
    lines = ",\n".join(orjson.dumps(row).decode() for row in rows)
    print(_escaped(f"[\n{lines}\n]" if rows else "[]"))


def print_json_line(row: Row) -> None:
    """Print a row as JSON on one line, its control characters escaped."""
    print(_escaped(orjson.dumps(row).decode()))


def print_csv(rows: Sequence[Row], names: Sequence[str], *, head: bool = True) -> None:
    """Print rows as CSV, with a head line or without. Text that a spreadsheet would run as a formula gets a leading
    apostrophe."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if head:
        writer.writerow(names)
    for row in rows:
        writer.writerow([csv_cell(row.get(name)) for name in names])


def emit(output: Format, rows: Sequence[Row], names: Sequence[str], table: Callable[[Sequence[Row]], None]) -> None:
    """Print rows in the form asked for; `names` are the columns of CSV, `table` prints them for people."""
    if output == "json":
        print_json(rows)
    elif output == "csv":
        print_csv(rows, names)
    elif rows:
        table(rows)
    else:
        note("nothing is stored that answers this")


def note(text: str) -> None:
    """Print one line for people, on stderr."""
    console(stderr=True).print(Text(safe(text)), soft_wrap=True)


def records(models: Iterable[BaseModel]) -> list[Row]:
    """Return models as plain values, as their JSON has them."""
    return [model.model_dump(mode="json") for model in models]


def number(value: object, digits: int = 1) -> str:
    """Return a number for people: whole ones with thousands separated, others rounded, None as a dash."""
    if value is None:
        return "-"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{float(str(value)):,.{digits}f}"


def percent(value: float | None) -> str:
    """Return a share for people, None as a dash."""
    return "-" if value is None else f"{value:.0%}"


def moment_text(value: str, interval_ms: int = 1) -> str:
    """Return an ISO 8601 moment for people, with the day of the week; whole days without a time of day."""
    pattern = "%a %Y-%m-%d" if interval_ms % 86_400_000 == 0 else "%a %Y-%m-%d %H:%M"
    return f"{datetime.fromisoformat(value):{pattern}}"


def _escaped(json: str) -> str:
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


def _cell(value: object) -> Text:
    return value if isinstance(value, Text) else Text(safe(value))
