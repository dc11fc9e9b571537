"""Instagram as the Graph API answers: media of accounts and hashtags, stories, comments, mentions."""

from collections.abc import Iterator
from typing import BinaryIO

from ingest.capture import captured_records
from ingest.graph_answers import graph_events
from ingest.instagram_media import NETWORK, node_events
from ingest.records import Record, decode
from ingest.source import Parsed, Source


class InstagramGraph(Source):
    """Pages of nodes, nodes, and nodes by their ids, with the comments that were asked for.

    At-least-once: an answer can be read again from any record. Accounts, hashtags, products and the like are skipped by
    what they are, errors by their type.
    """

    name = "instagram-graph"
    network = NETWORK
    formats = "JSON: answers one a line, one document or an array; HTTP cassettes"

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split JSON, or a cassette of answers."""
        return captured_records(stream)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the media and comments of an answer, in order, each before the comments below it."""
        return graph_events(decode(record), record, node_events)
