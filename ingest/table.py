"""Tables in text files: which encoding, which separator, which rows."""

import csv
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import BinaryIO

from charset_normalizer import from_bytes

from ingest.records import Record, byte_lines
from schemas.errors import Poison

_SAMPLE_BYTES = 2**16
_SEPARATORS = ",;\t|"
_TELLING = 8  # bytes that are not ASCII
# A few bytes look like nearly anything: the guess is among those that people export tables in.
_ENCODINGS = ["big5", "gb18030", "shift_jis", "euc_jp", "euc_kr", "cp1252", "cp1251"]


def table_rows(stream: BinaryIO, encoding: str | None = None) -> Iterator[Record]:
    """Yield the rows of a table below its header; `value` is the cells by the header's names, or the row's Poison.

    `number` is the line on which a row begins, `payload` its bytes. Separator (comma, semicolon, tab, bar) and, if it
    is not given, encoding (UTF-8, UTF-16, East Asian, Western, Cyrillic) are told from the content. A row is bad with
    more cells than the header or fewer, a quote that nothing closes, a cell above 128 KiB, bytes of another encoding.
    """
    lines = byte_lines(stream)
    sample = _sample(lines)
    encoding = encoding or _encoding(b"\n".join(sample))
    separator = _separator(next((line for line in sample if line.strip()), b"").decode(encoding, "replace"))
    consumed: list[bytes] = []

    def decoded() -> Iterator[str]:
        for line in chain(sample, lines):
            consumed.append(line)
            yield line.decode(encoding, "surrogateescape") + "\n"

    rows = csv.reader(decoded(), delimiter=separator, strict=True)
    header: list[str] = []
    while True:
        number = rows.line_num + 1
        consumed.clear()
        row = _row(rows)
        if row is None:
            return
        if row and not header and isinstance(row, list):
            header = [cell.strip() for cell in row]
        elif row:
            value = _named(header, row) if isinstance(row, list) else row
            yield Record(number, b"\n".join(consumed), value)


def _sample(lines: Iterable[bytes]) -> list[bytes]:
    sample, size = [], 0
    for line in lines:
        sample.append(line)
        size += len(line)
        if size > _SAMPLE_BYTES:
            break
    return sample


def _encoding(sample: bytes) -> str:
    foreign = [line for line in sample.split(b"\n") if not line.isascii()]
    bad = [line for line in foreign if not _is_utf8(line)]
    told = b"\n".join(bad)
    # A bad line among good ones does not make it another encoding, and of a few bytes nobody can tell which.
    if len(bad) <= len(foreign) - len(bad) or (len(bad) == 1 and sum(byte > 0x7F for byte in told) < _TELLING):
        return "utf-8"
    guess = from_bytes(told, cp_isolation=_ENCODINGS).best()
    return guess.encoding if guess else "utf-8"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=partial(_cells, header))


def _cells(header: str, separator: str) -> int:
    try:
        return len(next(csv.reader(header.splitlines(), delimiter=separator), []))
    except csv.Error:  # what is no header, each row says for itself
        return 0


def _row(rows: Iterator[list[str]]) -> list[str] | Poison | None:
    try:
        return next(rows, None)
    except csv.Error as error:
        if "field limit" in str(error):
            return Poison("too_large", f"a cell of more than {csv.field_size_limit()} characters")
        if "end of data" in str(error):
            return Poison("truncated", "a quote that nothing closes")
        return Poison("bad_shape", "a quote inside a cell that is not doubled, or a line break outside of quotes")


def _named(header: list[str], row: list[str]) -> dict[str, str] | Poison:
    try:
        "".join(row).encode()
    except UnicodeEncodeError:  # a byte that the encoding does not have was carried along as half a surrogate pair
        return Poison("bad_encoding", "bytes of another encoding than the rest of the table")
    if len(row) < len(header):
        return Poison("truncated", f"{len(row)} cells, the header has {len(header)}")
    if len(row) > len(header):
        return Poison("bad_shape", f"{len(row)} cells, the header has {len(header)}")
    return dict(zip(header, row, strict=True))
