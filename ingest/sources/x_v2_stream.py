"""X, formerly Twitter, as its filtered stream (interface v2) sends it."""

from ingest.foreign import odd_shapes_refused
from ingest.records import Record, decode
from ingest.source import Parsed, Source
from ingest.x_posts import NETWORK
from ingest.x_v2 import events_of


class XV2Stream(Source):
    """X's filtered stream in the shape of its interface v2.

    At-least-once: a recording can be read again from any record, and the stream itself may repeat a post. Counts are
    those of the moment of sending, so nearly always nought.
    """

    name = "x-v2-stream"
    network = NETWORK
    formats = "JSON: one message a line, `data` with `includes`; pages of results"

    def parse(self, record: Record) -> list[Parsed]:
        """Return the post of a message, preceded by the original of a retweet; errors that X reports are skipped."""
        message = decode(record)
        with odd_shapes_refused():
            return events_of(message)
