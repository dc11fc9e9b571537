"""Lines from standard input: plain text, or posts as JSON."""

from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from ingest.foreign import odd_shapes_refused
from ingest.plain_posts import plain_post
from ingest.records import MAX_RECORD_BYTES, Record, decode, text_lines
from ingest.source import Parsed, Source
from schemas.clock import Clock, SystemClock
from schemas.errors import Poison
from schemas.wire import from_ms, ms


class Stdin(Source):
    """Lines as they arrive, each one a post: text, or JSON with the fields of a post event if it begins with `{`.

    At-most-once: what has been read from a pipe cannot be read again. A line says nothing of its time, so it is noted
    when it arrives, and is a post of its own even if the same text came before.
    """

    name = "stdin"
    network = "stdin"
    formats = "lines of text, or JSON with the fields of a post event"
    promise = "at-most-once"
    clock: Clock = SystemClock()

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield the lines that are not blank, each with the time of its arrival in ms as its value."""
        for line in text_lines(stream):
            yield Record(line.number, line.payload, ms(self.clock.now()))

    def parse(self, record: Record) -> list[Parsed]:
        """Return the post event of a line. Of a line that arrived at no time, bad_time unless it says one itself."""
        arrived = from_ms(record.value) if isinstance(record.value, int) else None
        with odd_shapes_refused():
            if record.payload.lstrip().startswith(b"{"):
                return [plain_post(decode(Record(record.number, record.payload)), self.network, arrived)]
            if len(record.payload) > MAX_RECORD_BYTES:
                raise Poison("too_large", f"a line of {len(record.payload)} bytes")
            try:
                text = record.payload.decode()
            except UnicodeDecodeError as error:
                raise Poison("bad_encoding", f"no UTF-8 at byte {error.start}") from None
            identity = sha256(b"%d:%d:%b" % (record.value or 0, record.number, record.payload)).hexdigest()[:32]
            return [plain_post({"native_id": identity, "text": text}, self.network, arrived)]
