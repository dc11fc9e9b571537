"""Mentions and trend buckets made up for tests, with everything that a test does not care about filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.mention import BrandMatch, Mention, Signs, Velocity, Virality
from schemas.post import Author, post_id
from schemas.trend import TrendBucket

T0 = datetime(2024, 3, 4, tzinfo=UTC)
"""A Monday."""


def mention(
    name: str = "1", *, version: int = 1, brand: str | None = "acme", hours: float = 0, **fields: Any
) -> Mention:
    """Return a mention of `brand` (None: of none) whose native id is `name`, published `hours` after T0."""
    at = T0 + timedelta(hours=hours)
    given: dict[str, Any] = {
        "id": post_id("test", name),
        "source": "test",
        "native_id": name,
        "version": version,
        "published_at": at,
        "observed_at": at,
        "text": f"words of {name}",
        "brands": [BrandMatch(id=brand, query_version="q")] if brand else [],
    }
    return Mention.model_validate(given | fields)


def stub(name: str = "1", *, version: int = 2, **fields: Any) -> Mention:
    """Return what a deleted mention leaves behind."""
    return mention(name, version=version, brand=None, op="delete", text=None, deleted_at=T0, **fields)


def author(name: str, followers: int | None = None) -> Author:
    """Return an author with this handle."""
    return Author(id=f"id-{name}", handle=name, followers=followers)


def velocity(rank: float) -> Velocity:
    """Return a velocity of this rank."""
    return Velocity(v5m=1, v1h=1, v12h=1, acceleration=0, as_of=T0, rank=rank)


def virality(r: float = 1.25, **fields: Any) -> Virality:
    """Return the prospects of a mention of 40 reshares with this R."""
    given: dict[str, Any] = {
        "seen": 40, "r": r, "r_low": r / 2, "r_high": r * 2, "supercritical": r >= 1, "forecast": 90, "low": 60,
        "high": 200, "organic": 0.75, "signs": Signs(unfollowed=0.25), "as_of": T0,
    }  # fmt: skip
    return Virality.model_validate(given | fields)


def bucket(hours: float = 0, *, brand: str = "acme", revision: int = 1, count: int = 1, **fields: Any) -> TrendBucket:
    """Return five minutes of a brand, `hours` after T0, in which every mention was neutral and distinct."""
    given: dict[str, Any] = {
        "brand": brand,
        "start": T0 + timedelta(hours=hours),
        "revision": revision,
        "count": count,
        "distinct_count": count,
        "positive": 0,
        "neutral": count,
        "negative": 0,
        "unknown": 0,
        "authors": count,
        "reach": 0,
        "reach_unknown": count,
        "engagement": 0,
    }
    return TrendBucket.model_validate(given | fields)
