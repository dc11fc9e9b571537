"""Threads as its Graph API answers, and as its webhooks tell of it."""

from collections.abc import Iterator
from typing import BinaryIO

from ingest.capture import captured_records
from ingest.foreign import odd_shapes_refused
from ingest.graph_answers import graph_events
from ingest.records import Record, decode
from ingest.source import Parsed, Source
from ingest.threads_posts import NETWORK, change_events, node_events


class Threads(Source):
    """Posts, replies, mentions and searches of Threads; notifications of replies, mentions and deletions.

    At-least-once: an answer can be read again from any record, and a notification may come twice. Profiles, insights
    and the like are skipped by what they are, errors by their type.
    """

    name = "threads"
    network = NETWORK
    formats = "JSON: answers or notifications one a line, one document or an array; HTTP cassettes"

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split JSON, or a cassette of answers."""
        return captured_records(stream)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts of an answer or a notification, in order."""
        message = decode(record)
        if "values" in message and "period" not in message:  # those with a period are insights
            with odd_shapes_refused():
                return change_events(message, record)
        return graph_events(message, record, node_events)
