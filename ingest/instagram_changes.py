"""Changes on Instagram accounts, as their webhooks tell them: comments, also on live videos, and totals of stories."""

from collections.abc import Iterator
from typing import Any

from ingest import deeds
from ingest.foreign import given, post_event, whole_number, words
from ingest.graph_answers import node_id, reference
from ingest.instagram_media import NETWORK, author
from ingest.meta_notifications import Change
from ingest.source import Parsed, Skipped
from schemas.times import read_time
from schemas.wire import ms


def instagram_events(change: Change) -> Iterator[Parsed]:
    """Yield what a change is. A mention names only where it is, and is skipped like all else that is no comment.

    A comment is as old as its notification, which says no other time. Raises Poison, and whatever odd shapes raise.
    """
    value = change.value
    if change.field in ("comments", "live_comments") and isinstance(value, dict):
        yield _comment(change, value)
    elif change.field == "story_insights" and isinstance(value, dict) and value.get("media_id"):
        counts = given(views=whole_number(value.get("impressions")), replies=whole_number(value.get("replies")))
        seen = change.at or change.observed()
        yield deeds.totals(NETWORK, node_id(value["media_id"]), counts, seen) if counts else Skipped(change.field)
    else:
        yield Skipped(change.field)


def _comment(change: Change, value: dict[str, Any]) -> Parsed:
    made = read_time(value["timestamp"]) if value.get("timestamp") else None
    seen, native_id = change.observed(made), node_id(value.get("id") or value["comment_id"])
    medium = reference(value.get("media")) or reference(value.get("media_id"))
    parent = reference(value.get("parent_id")) or medium
    gone = value.get("verb") in ("remove", "delete")
    edited = value.get("verb") in ("edit", "edited", "update")
    return post_event(
        NETWORK, native_id, seen, made, ms(made if made and not (gone or edited) else change.at or seen),
        given(parent=parent, root=medium),
        op="delete" if gone else "update" if edited else "create",
        kind="reply",
        text=None if gone else words(value.get("text")),
        author=None if gone else author(value),
    )  # fmt: skip
