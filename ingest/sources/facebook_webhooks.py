"""Facebook pages as their webhooks tell of them."""

from collections.abc import Iterable

from ingest.facebook_changes import page_events
from ingest.facebook_posts import NETWORK, node_events
from ingest.graph_answers import graph_events
from ingest.instagram_changes import instagram_events
from ingest.meta_notifications import Change, change_events, is_notification
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped, Source


class FacebookWebhooks(Source):
    """Notifications of pages: posts, comments, reviews and mentions, with their edits and removals; reactions.

    At-least-once: a notification that was not answered comes again, in batches and in another order. The same change
    has the same version whenever it comes.
    """

    name = "facebook-webhooks"
    network = NETWORK
    formats = "JSON: notifications one a line, one document or an array"

    def parse(self, record: Record) -> list[Parsed]:
        """Return what the changes of a notification are; what is no post or reaction is skipped by its name."""
        message = decode(record)
        if is_notification(message):
            return change_events(message, record, "page", _changed)
        return graph_events(message, record, node_events)


def _changed(kind: str, change: Change) -> Iterable[Parsed]:
    if kind == "page" or (kind == "group" and change.field == "feed"):
        return page_events(change)
    return instagram_events(change) if kind == "instagram" else [Skipped(change.field)]
