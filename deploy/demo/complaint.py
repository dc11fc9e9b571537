"""The bad days: one customer's complaint spreads, the company answers badly, and Taipei and Shenzhen join in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from deploy.demo import chinese, outcry
from deploy.demo.brands import VERIDANE
from deploy.demo.chinese import SHENZHEN, TAIPEI, Voice
from deploy.demo.everyday import People
from deploy.demo.feed import Feed
from deploy.demo.people import COMPANY, CUSTOMER, STAR, STAR_SHENZHEN, STAR_TAIPEI, Account
from deploy.demo.rhythm import EAST, WEST, cascade
from schemas.post import PostEvent

_REPLIED = 0.16
_QUOTED = 0.14
_BESIDE = 0.3  # share of replies that name neither brand nor product
# The complaint's likes and replies by hours: slow, fast once the star has spoken, slow again.
_TOTALS = ((1, 90, 4), (2, 240, 9), (3, 1900, 40), (5, 4100, 77), (14, 7300, 150), (26, 9800, 171))


def complaint(feed: Feed, who: People, day: datetime, scale: float) -> None:
    """Let a customer complain on the evening of the day; it takes two more days to calm down."""
    at = day + timedelta(hours=18, minutes=42)
    root = feed.post(CUSTOMER, at, outcry.COMPLAINT)
    star_at, next_day = at + timedelta(hours=2, minutes=10), day + timedelta(days=1)
    _spread(feed, who, root, [(at, 30 * scale), (star_at, 120 * scale), (next_day + timedelta(hours=8), 80 * scale)])
    star = feed.post(STAR, star_at, outcry.STAR_QUOTE, "quote", root)
    feed.count(star, star_at + timedelta(hours=8), likes=int(5200 * scale), replies=410)
    edited = feed.edit(root, at + timedelta(hours=4), outcry.COMPLAINT_EDITED)
    for hours, likes, replies in _TOTALS:
        feed.count(root if hours < 4 else edited, at + timedelta(hours=hours), int(likes * scale), replies)
    _statement(feed, who, next_day + timedelta(hours=9, minutes=5), scale)
    _eastern(feed, TAIPEI, who.taipei, STAR_TAIPEI, VERIDANE.traditional, next_day + timedelta(hours=2), 42 * scale)
    _eastern(
        feed, SHENZHEN, who.shenzhen, STAR_SHENZHEN, VERIDANE.simplified, next_day + timedelta(hours=5), 48 * scale
    )


def _spread(feed: Feed, who: People, root: PostEvent, pushes: list[tuple[datetime, float]]) -> None:
    rng = feed.rng
    for moment, account in cascade(rng, pushes, who.west, WEST):
        feed.repost(account, moment, root)
        other = rng.choice(who.west)
        if rng.random() < _REPLIED:
            feed.post(other, _later(rng, moment), outcry.reply(rng, _BESIDE), "reply", root)
        elif rng.random() < _QUOTED:
            feed.post(other, _later(rng, moment), outcry.quote(rng), "quote", root)


def _statement(feed: Feed, who: People, at: datetime, scale: float) -> None:
    """Let the company say the wrong thing, be quoted for it, and take it back after three hours."""
    rng = feed.rng
    statement = feed.post(COMPANY, at, outcry.STATEMENT)
    for moment, account in cascade(rng, [(at, 40 * scale)], who.west, WEST):
        feed.post(account, moment, outcry.on_statement(rng), "quote", statement)
    feed.delete(statement, at + timedelta(hours=3, minutes=20))


def _eastern(
    feed: Feed, voice: Voice, crowd: Sequence[Account], star: Account, name: str, at: datetime, push: float
) -> None:
    """Let a customer in Taipei or Shenzhen say the same, and a well-known reviewer there pass it on."""
    rng = feed.rng
    root = feed.post(rng.choice(crowd), at, voice.complaint.format(name=name))
    star_at = at + timedelta(minutes=55)
    feed.post(star, star_at, chinese.quote(rng, voice), "quote", root)
    for moment, account in cascade(rng, [(at, push / 4), (star_at, push)], crowd, EAST):
        feed.repost(account, moment, root)
        if rng.random() < _QUOTED * 2:
            feed.post(rng.choice(crowd), _later(rng, moment), chinese.quote(rng, voice), "quote", root)


def _later(rng: Random, moment: datetime) -> datetime:
    return moment + timedelta(minutes=rng.randrange(1, 90))
