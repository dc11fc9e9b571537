"""The bought wave: one text, hundreds of accounts without followers, two hours."""

from datetime import datetime, timedelta

from deploy.demo import outcry
from deploy.demo.feed import Feed
from deploy.demo.people import puppets
from schemas.post import PostEvent

_ACCOUNTS = 420
_MINUTES = 110


def bought_wave(feed: Feed, day: datetime, scale: float) -> None:
    """Post the same text in small variations from 02:05 UTC of the day on, and repost it."""
    rng = feed.rng
    start = day + timedelta(hours=2, minutes=5)
    accounts = puppets(rng, round(_ACCOUNTS * scale))
    posts: list[PostEvent] = []
    for account in accounts:
        at = start + timedelta(seconds=rng.randrange(_MINUTES * 60))
        if posts and rng.random() < 0.35:
            original = rng.choice(posts)
            feed.repost(account, max(at, (original.published_at or at) + timedelta(seconds=20)), original)
        else:
            posts.append(feed.post(account, at, outcry.bought(rng)))
