"""Instagram accounts as their webhooks tell of them."""

from collections.abc import Iterable

from ingest.facebook_changes import page_events
from ingest.graph_answers import graph_events
from ingest.instagram_changes import instagram_events
from ingest.instagram_media import NETWORK, node_events
from ingest.meta_notifications import Change, change_events, is_notification
from ingest.records import Record, decode
from ingest.source import Parsed, Source


class InstagramWebhooks(Source):
    """Notifications of comments, also on live videos, and of a story's totals; and comments as they are looked up.

    At-least-once: a notification that was not answered comes again, in batches and in another order. The same change
    has the same version whenever it comes.
    """

    name = "instagram-webhooks"
    network = NETWORK
    formats = "JSON: notifications one a line, one document or an array"

    def parse(self, record: Record) -> list[Parsed]:
        """Return what the changes of a notification are; what is no comment is skipped by its field."""
        message = decode(record)
        if is_notification(message):
            return change_events(message, record, "instagram", _changed)
        return graph_events(message, record, node_events)


def _changed(kind: str, change: Change) -> Iterable[Parsed]:
    return page_events(change) if kind == "page" else instagram_events(change)
