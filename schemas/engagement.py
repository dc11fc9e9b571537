"""Engagement: that somebody reposted, liked, answered or quoted a post, or how often by now."""

from collections.abc import Iterator
from typing import Literal

from schemas.post import Count, Counts, PostEvent, post_id
from schemas.wire import Timestamp, Wire, ms

Deed = Literal["repost", "like", "reply", "quote", "counts"]


class Engagement(Wire):
    """One observation of engagement with the post `mention_id`.

    `kind` "counts" carries totals in `counts`; every other kind is one deed at `at`, by somebody with `followers`.
    `id` is the same whenever the same deed or the same observation is seen again.
    """

    schema_version: Literal[1] = 1
    id: str
    mention_id: str
    source: str
    kind: Deed
    at: Timestamp
    observed_at: Timestamp
    followers: Count | None = None
    counts: Counts | None = None


def engagements_of(post: PostEvent) -> Iterator[Engagement]:
    """Yield the engagement that a post event is evidence of: with the post it repeats, quotes or answers,
    and its own totals. A deletion is evidence of nothing."""
    if post.op == "delete":
        return
    at = post.published_at or post.observed_at
    followers = post.author.followers if post.author else None
    targets: tuple[tuple[Deed, str | None], ...] = (
        ("repost", post.repost_of),
        ("quote", post.quote_of),
        ("reply", post.parent_id),
    )
    for kind, target in targets:
        if target is not None:
            yield Engagement(
                id=post_id(kind, post.id), mention_id=target, source=post.source, kind=kind,
                at=at, observed_at=post.observed_at, followers=followers,
            )  # fmt: skip
    if post.counts is not None:
        # Two observations of one millisecond can differ: what was observed is part of the id.
        observed = f"{post.id}:{ms(post.observed_at)}:{post.counts.model_dump_json(exclude_none=True)}"
        yield Engagement(
            id=post_id("counts", observed), mention_id=post.id, source=post.source,
            kind="counts", at=post.observed_at, observed_at=post.observed_at, counts=post.counts,
        )  # fmt: skip
