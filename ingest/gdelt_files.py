"""GDELT's files: which rows they have, and when those are from.

See the codebooks of GKG 2.1 and of the Event Database 2.0 at gdeltproject.org. The files that GDELT publishes have tabs
between the columns, neither a header nor quotes, and lie in a ZIP archive; other programs write them with a header.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import BinaryIO

from ingest.recording import peekable
from ingest.records import HELD_BYTES, MAX_RECORD_BYTES, Record, text_lines
from ingest.table import table_rows
from schemas.errors import Poison
from schemas.times import recorded_time

NETWORK = "gdelt"

Row = dict[str, str]

_ZIP = b"PK\x03\x04"
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError)
_HEAD = 4096
_ADDRESS = re.compile(r"https?://\S+")
_LIST = re.compile(rb"\d+ [0-9a-f]{32} https?://\S+")  # of the newest files, or of all


def gdelt_rows(stream: BinaryIO, columns: Sequence[str]) -> Iterator[Record]:
    """Yield the rows of a file, or of all that an archive holds; with a header, a row's cells are its `value`.

    Of an archive up to 64 MiB are held; what it has lost is an empty record. Never raises for bad content.
    """
    buffered = peekable(stream)
    if not buffered.peek(_HEAD).startswith(_ZIP):
        yield from _rows(buffered, columns)
        return
    number = 0
    try:
        with zipfile.ZipFile(io.BytesIO(buffered.read(HELD_BYTES))) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    for record in _rows(peekable(member), columns):
                        number += 1
                        yield replace(record, number=number)
    except _DAMAGE:
        yield Record(number + 1, b"")


def _rows(stream: io.BufferedReader, columns: Sequence[str]) -> Iterator[Record]:
    head = stream.peek(_HEAD).lstrip(b"\xef\xbb\xbf\r\n").partition(b"\n")[0]
    named = [_plain(cell.decode(errors="replace")) for cell in head.replace(b"\t", b",").split(b",")[:2]]
    headed = columns[0] in named and (named[0] in ("", columns[0]))  # some put the row's number, without a name, first
    if headed and b"\t" not in head:
        for record in table_rows(stream):
            yield replace(record, value=_renamed(record.value) if isinstance(record.value, dict) else record.value)
        return
    lines = text_lines(stream)
    if not headed:
        yield from lines
        return
    header = [_plain(cell) for cell in next(lines).payload.decode(errors="replace").split("\t")]
    for line in lines:
        try:
            yield replace(line, value=dict(zip(header, _cells(line, len(header)), strict=True)))
        except Poison as poison:
            yield replace(line, value=poison)


def _plain(name: str) -> str:
    return name.strip().strip('"').replace("_", "").lower()


def _renamed(row: Row) -> Row:
    return {_plain(name): cell for name, cell in row.items()}


def is_file_list(record: Record) -> bool:
    """Say whether a record is a line of the lists in which GDELT names its files."""
    return _LIST.fullmatch(record.payload) is not None


def row_of(record: Record, columns: Sequence[str]) -> Row:
    """Return the cells of a row by the names of `columns`, as they stand in a file without a header.

    Raises Poison: truncated, bad_shape, bad_encoding, too_large.
    """
    if isinstance(record.value, Poison):
        raise Poison(record.value.reason, record.value.detail)
    if isinstance(record.value, dict):
        return record.value
    return dict(zip(columns, _cells(record, len(columns)), strict=True))


def _cells(record: Record, count: int) -> list[str]:
    if len(record.payload) > MAX_RECORD_BYTES:
        raise Poison("too_large", f"a row of {len(record.payload)} bytes")
    try:
        cells = record.payload.decode().split("\t")
    except UnicodeDecodeError:
        raise Poison("bad_encoding", "a row that is not UTF-8") from None
    if len(cells) != count:
        raise Poison("truncated" if len(cells) < count else "bad_shape", f"{len(cells)} columns, not {count}")
    return cells


def file_time(digits: str) -> datetime:
    """Return the moment that GDELT writes as 20240301120000, in UTC. Raises Poison bad_time."""
    try:
        return recorded_time(datetime.strptime(digits.strip(), "%Y%m%d%H%M%S").replace(tzinfo=UTC))
    except ValueError:
        raise Poison("bad_time", "a time is fourteen digits") from None


def article_id(document: str, otherwise: str) -> tuple[str, str | None]:
    """Return what identifies an article, and its address: they are one, but for a citation, which has no address."""
    found = document.strip()
    return (found, found) if _ADDRESS.fullmatch(found) else (otherwise, None)


def addresses(*cells: str) -> list[str]:
    """Return the addresses that cells hold, separated by semicolons; GDELT loses a slash of some."""
    parts = chain.from_iterable(re.split(r";(?=https?:/)", cell) for cell in cells)
    whole = (re.sub(r"^(https?):/(?!/)", r"\1://", part.strip().rstrip(";")) for part in parts)
    return list(dict.fromkeys(part for part in whole if _ADDRESS.fullmatch(part)))
