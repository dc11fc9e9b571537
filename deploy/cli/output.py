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
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.cli.options import Format
from schemas.wire import plain

_PIPED_WIDTH = 140  # columns of a table that goes into a file or a pager
_FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")
_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its head, and how a row's cell reads. A `wide` one takes the room left and wraps."""

    head: str
    cell: Callable[[Row], object]
    justify: Literal["left", "right"] = "left"
    wide: bool = False


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
    """Print rows as a table under an optional title, on stdout or on another console."""
    table = Table(title=Text(safe(title)) if title else None, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        if column.wide:
            table.add_column(column.head, justify=column.justify, overflow="fold", ratio=1)
        else:
            table.add_column(column.head, justify=column.justify, no_wrap=True)
    for row in rows:
        table.add_row(*(_cell(column.cell(row)) for column in columns))
    (to or console()).print(table)


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


def csv_cell(value: object) -> object:
    """Return a value as a cell of CSV: text that a spreadsheet would run as a formula gets a leading apostrophe."""
    if isinstance(value, dict | list):
        value = orjson.dumps(value).decode()
    if isinstance(value, str):
        value = plain(value)
        return f"'{value}" if str(value).startswith(_FORMULA) else value
    return value
