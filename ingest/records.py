"""Splitting recorded payloads into records, whatever they are packed in."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any, BinaryIO, TypeGuard

import orjson

from ingest.json_pieces import json_pieces
from schemas.errors import Poison
from schemas.json_value import json_value

MAX_RECORD_BYTES = 8 * 2**20  # more than any platform's largest post with all its envelopes
HELD_BYTES = 64 * 2**20  # the most that is held at once: of a document, or of one line; what a line has more is lost

_CHUNK = 2**16
_WITHIN = (b" ", b"\t", b"}", b"]", b'"')  # how a line begins inside a document that is laid out
_UTF16 = {
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", b"{\0": "utf-16-le", b"\0{": "utf-16-be",
    b"[\0": "utf-16-le", b"\0[": "utf-16-be",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One recorded payload. `number` counts from 1; `payload` is what it was in the recording, for dead letters;
    `value` is the decoded content where the splitter already had it. `seen_at` is when a live source gave it, None in
    a recording, which says so itself or not at all."""

    number: int
    payload: bytes
    value: Any = None
    seen_at: datetime | None = None


def decode(record: Record) -> dict[str, Any]:
    """Return the JSON object that a record is.

    Raises Poison: too_large, bad_encoding, bad_json (also for NaN), truncated, too_deep, bad_shape (no object).
    """
    value = record.value if record.value is not None else json_value(record.payload, MAX_RECORD_BYTES)
    if not isinstance(value, dict):
        raise Poison("bad_shape", "a JSON object is expected")
    return value


def text_lines(stream: BinaryIO) -> Iterator[Record]:
    """Yield every line that is not blank, without its end; `number` is the line's number.

    UTF-16 is turned into UTF-8, a byte order mark is left out. A line longer than 64 MiB keeps its first 64 MiB,
    so no input, however long its lines, takes more memory than that.
    """
    for number, line in enumerate(byte_lines(stream), 1):
        if line and not line.isspace():
            yield Record(number, line)


def json_records(stream: BinaryIO) -> Iterator[Record]:
    """Yield the records of a JSON recording: one a line, documents however they are laid out, or an array.

    The content decides. A first line that is a whole JSON value means one record a line, and these are read lazily;
    else up to 64 MiB are read and tried as one document; what is none is several, one after the other, an array that is
    cut, or one record a line after all, some of them bad. An array's elements are numbered in order, those of an array
    in a line as the line; their `payload` is the element written again, compact.
    """
    lines = text_lines(stream)
    first = next(lines, None)
    if first is None:
        return
    value = _whole(first.payload)
    if value is not None:
        second = next(lines, None) if isinstance(value, list) else None
        if isinstance(value, list) and second is None:
            yield from _elements(value)
            return
        yield from _opened(chain((first, second) if second else (first,), lines))
        return
    head, size = [first], len(first.payload)
    for line in lines:
        head.append(line)
        size += len(line.payload)
        if size > HELD_BYTES:
            break
    else:
        document = b"\n".join(line.payload for line in head)
        value = _whole(document)
        if isinstance(value, list):
            yield from _elements(value)
            return
        if value is not None:
            yield _held(1, document, value)
            return
    yield from _opened(_documents(chain(head, lines)))


def _documents(lines: Iterable[Record]) -> Iterator[Record]:
    """Yield documents that stand one after the other: to one belong its first line and the indented ones below it."""
    held: list[bytes] = []
    number = size = 0
    for line in lines:
        if held and not (line.payload.startswith(_WITHIN) and size < HELD_BYTES):
            yield Record(number, b"\n".join(held))
            held, size = [], 0
        if not held:
            number = line.number
        held.append(line.payload)
        size += len(line.payload)
    if held:
        yield Record(number, b"\n".join(held))


def _opened(records: Iterable[Record]) -> Iterator[Record]:
    """Yield the records, instead of a page that is a list of objects what stands in it, instead of several values in
    one record each of them."""
    for record in records:
        text = record.payload.strip()
        begin, end = text[:1], text[-1:]
        value = _whole(text) if begin == b"[" else None
        if _is_page(value):
            yield from (replace(element, number=record.number) for element in _elements(value))
        elif value is None and ((begin, end) != (b"{", b"}") or b"}{" in text):
            yield from _strung(record, text)
        else:
            yield record


def _strung(record: Record, text: bytes) -> Iterator[Record]:
    """Yield the values that stand in a record one after the other; the record as it is if it begins with none."""
    pieces = json_pieces(text)
    if pieces and _whole(pieces[0]) is not None:
        yield from (replace(record, payload=piece) for piece in pieces)
    else:
        yield record


def _elements(values: list[Any]) -> Iterator[Record]:
    opened = chain.from_iterable(value if value and _is_page(value) else (value,) for value in values)
    for number, value in enumerate(opened, 1):
        yield _held(number, orjson.dumps(value), value)


def _is_page(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _held(number: int, payload: bytes, value: Any) -> Record:
    return Record(number, payload, value if len(payload) <= MAX_RECORD_BYTES else None)


def _whole(payload: bytes) -> Any:
    """Return the JSON value that `payload` is, or None (also for a lone null, which is no record either)."""
    try:
        return json_value(payload, HELD_BYTES)
    except Poison:
        return None


def byte_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield every line without its end, as `text_lines` does but the blank ones too."""
    head = stream.read(4)
    encoding = next((name for mark, name in _UTF16.items() if head.startswith(mark)), None)
    if encoding is None:
        yield from _byte_lines(head.removeprefix(codecs.BOM_UTF8), stream)
    else:
        yield from _utf16_lines(head, stream, encoding)


def _byte_lines(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    # `head` may itself hold line ends, so whatever follows its last one begins the next line that is read.
    *whole, begun = head.split(b"\n")
    yield from (line.rstrip(b"\r") for line in whole)
    while line := stream.readline(HELD_BYTES):
        ended = line.endswith(b"\n")
        yield (begun + line).rstrip(b"\r\n")
        begun = b""
        while not ended and (line := stream.readline(_CHUNK)):
            ended = line.endswith(b"\n")
    if begun:
        yield begun


def _utf16_lines(head: bytes, stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    begun = ""
    for chunk in chain((head,), iter(lambda: stream.read(_CHUNK), b"")):
        *whole, begun = (begun + decoder.decode(chunk)).split("\n")
        for line in whole:
            yield line.rstrip("\r").encode("utf-8", "replace")
        begun = begun[:HELD_BYTES]
    if begun := begun + decoder.decode(b"", final=True):
        yield begun.encode("utf-8", "replace")
