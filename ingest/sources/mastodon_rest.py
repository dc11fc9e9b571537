"""Mastodon as its interface answers: timelines, searches, threads, single statuses."""

from ingest.mastodon_answers import answer_events
from ingest.mastodon_statuses import NETWORK
from ingest.records import Record
from ingest.source import Parsed, Source


class MastodonRest(Source):
    """Recorded answers of the interface of a server that speaks as Mastodon does.

    At-least-once: an answer can be read again from any record. What it holds beside statuses is skipped by what it is.
    To listen to a server, see mastodon-stream, which reads timelines too.
    """

    name = "mastodon-rest"
    network = NETWORK
    formats = "JSON: answers one a line, one document or an array; HTTP cassettes"

    def parse(self, record: Record) -> list[Parsed]:
        """Return the statuses of one answer, and what else is in it."""
        return answer_events(record)
