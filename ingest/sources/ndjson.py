"""Our own post events, or the few fields of one that somebody has, as JSON."""

from ingest.foreign import odd_shapes_refused
from ingest.plain_posts import plain_post
from ingest.records import Record, decode
from ingest.source import Parsed, Source


class Ndjson(Source):
    """Post events as JSON, one a line or in an array.

    At-least-once: a recording can be read again from any record. `{"source","native_id","text","published_at"}` is
    enough, and so is `{"text","published_at"}`; the network is the record's own `source`.
    """

    name = "ndjson"
    network = "ndjson"
    formats = "JSON: post events, one a line, or an array; minimal ones are filled in"

    def parse(self, record: Record) -> list[Parsed]:
        """Return the one post event."""
        with odd_shapes_refused():
            return [plain_post(decode(record), self.network, record.seen_at)]
