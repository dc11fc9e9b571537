"""Engagement with a post that a source tells of apart from the post: a like, or the totals as they stood."""

from datetime import datetime
from typing import Any

from schemas.codec import model_of
from schemas.engagement import Engagement
from schemas.post import post_id
from schemas.wire import ms


def like(network: str, native_id: str, by: str, at: datetime, observed_at: datetime) -> Engagement:
    """Return the like of a post by somebody. One person likes a post once, whatever the word for it. Raises Poison."""
    fields = {
        "id": post_id("like", f"{network}:{native_id}:{by}"),
        "mention_id": post_id(network, native_id),
        "source": network,
        "kind": "like",
        "at": at,
        "observed_at": observed_at,
    }
    return model_of(Engagement, fields)


def totals(network: str, native_id: str, counts: dict[str, Any], observed_at: datetime) -> Engagement:
    """Return the totals of a post, as Counts has them, as they stood at that moment. Raises Poison."""
    mention_id = post_id(network, native_id)
    fields = {
        "id": post_id("counts", f"{mention_id}:{ms(observed_at)}:{sorted(counts.items())}"),
        "mention_id": mention_id,
        "source": network,
        "kind": "counts",
        "at": observed_at,
        "observed_at": observed_at,
        "counts": counts,
    }
    return model_of(Engagement, fields)
