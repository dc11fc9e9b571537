"""What an HTTP interface of JSON gave, in whatever it was recorded: JSON, an event stream, or a cassette of answers."""

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, count
from typing import BinaryIO

from ingest.cassette import cassette_bodies, is_cassette
from ingest.event_stream import event_records, is_event_stream
from ingest.recording import peekable
from ingest.records import Record, json_records

_HEAD = 4096


def captured_records(stream: BinaryIO) -> Iterator[Record]:
    """Yield the records of a recording, numbered from 1; its content decides how it is split.

    JSON as `json_records` reads it; events of a stream as `event_records` gives them; of a cassette the records of
    each answer's body, one after the other. Never raises for bad content.
    """
    buffered = peekable(stream)
    head = buffered.peek(_HEAD)
    if not is_cassette(head):
        return _split(buffered, head)
    records = chain.from_iterable(
        # What the cassette has lost is a record that is refused as cut.
        _split(io.BytesIO(body), body) if body else (Record(1, b""),)
        for body in cassette_bodies(buffered)
    )
    return (replace(record, number=number) for number, record in zip(count(1), records, strict=False))


def _split(stream: BinaryIO, head: bytes) -> Iterator[Record]:
    return event_records(stream) if is_event_stream(head) else json_records(stream)
