"""Server-sent events: a stream of named messages over HTTP, live or as it was recorded.

See html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6, "Interpreting an event stream".
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import orjson

from ingest.records import MAX_RECORD_BYTES, Record

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?::|(?:event|data|id|retry):)")
_CHUNK = 2**16
_HELD = MAX_RECORD_BYTES + 64  # of one line, or of the data of one event: enough to see that it is too large


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its name ("message" if it has none), its data with lines joined, and the last id that was given."""

    name: str
    data: bytes
    id: str | None = None

    def message(self, **beside: str) -> bytes:
        """Return the event as a websocket would have carried it: `{"event": name, "payload": data}`, the data a text,
        and what is to stand beside them. Data that are no text come back alone, to be refused as what they are."""
        try:
            return orjson.dumps({**beside, "event": self.name, "payload": self.data.decode()})
        except UnicodeDecodeError:
            return self.data


def is_event_stream(head: bytes) -> bool:
    """Tell whether a recording begins as an event stream does: with a comment or a field."""
    return _BEGINNING.match(head) is not None


class EventStream:
    """Puts events together from pieces of bytes that may be cut anywhere.

    Lines may end in LF, CR or CR LF; comments, unknown fields and a byte order mark are left out. Of a line, and of an
    event's data, 8 MiB and some bytes are held, so that an endless one is refused later and not kept.
    """

    def __init__(self) -> None:
        """Begin before the first byte of a stream."""
        self._line, self._first, self._after_cr = bytearray(), True, False
        self._name, self._data, self._size = "", list[bytes](), 0
        self._id: str | None = None

    def feed(self, piece: bytes) -> list[ServerEvent]:
        """Take in the next bytes, and return the events that end in them."""
        if self._after_cr and piece:
            piece, self._after_cr = piece.removeprefix(b"\n"), False
        if piece:
            self._after_cr = piece.endswith(b"\r")
        events = []
        *ended, begun = _LINE_END.split(piece)
        for end in ended:
            self._hold(end)
            if (event := self._end_line()) is not None:
                events.append(event)
        self._hold(begun)
        return events

    def rest(self) -> ServerEvent | None:
        """Return the event that the end of a recording has left without its end, cut or not."""
        return (self._end_line() if self._line else None) or self._dispatched()

    def _hold(self, part: bytes) -> None:
        self._line += part[: _HELD - len(self._line)]

    def _end_line(self) -> ServerEvent | None:
        line = bytes(self._line)
        self._line.clear()
        if self._first:
            line, self._first = line.removeprefix(codecs.BOM_UTF8), False
        if not line:
            return self._dispatched()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match field:
            case b"event":
                self._name = value.decode(errors="replace")
            case b"data" if self._size < _HELD:
                self._data.append(value)
                self._size += len(value) + 1
            case b"id" if b"\0" not in value:
                self._id = value.decode(errors="replace")
        return None

    def _dispatched(self) -> ServerEvent | None:
        event = ServerEvent(self._name or "message", b"\n".join(self._data), self._id) if self._data else None
        self._name, self._data, self._size = "", [], 0
        return event


def server_events(stream: BinaryIO) -> Iterator[ServerEvent]:
    """Yield the events of a recorded stream, lazily; the last one also if its end is missing. Never raises."""
    events = EventStream()
    for piece in iter(lambda: stream.read(_CHUNK), b""):
        yield from events.feed(piece)
    if (last := events.rest()) is not None:
        yield last


def event_records(stream: BinaryIO) -> Iterator[Record]:
    """Yield the events of a recorded stream as the objects that a websocket would have carried.

    What is too large for a record stands alone, and is refused as such.
    """
    for number, event in enumerate(server_events(stream), 1):
        yield Record(number, event.message() if len(event.data) <= MAX_RECORD_BYTES else event.data)
