"""Ordinary days: remarks about every brand, a few reposts and likes, and posts that are about something else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from deploy.demo import chinese, english
from deploy.demo.brands import MAKERS, Maker
from deploy.demo.english import Tone
from deploy.demo.feed import Feed
from deploy.demo.people import Account, crowd, crowd_chinese
from deploy.demo.rhythm import EAST, WEST, draw, moments
from schemas.post import PostEvent

_TONES: tuple[Tone, ...] = ("glad", "plain", "angry")
_TONE_WEIGHTS = (40, 45, 15)
_EASTERN = 0.2  # share of remarks written in Chinese
_LIKED = 0.1
_REPOSTED = 0.22
_STRAY = 14


@dataclass(frozen=True, slots=True)
class People:
    """The three crowds of the demonstration."""

    west: Sequence[Account]
    taipei: Sequence[Account]
    shenzhen: Sequence[Account]


def people(feed: Feed) -> People:
    """Return the crowds: large enough that a cascade finds new people."""
    return People(
        crowd(feed.rng, 2600), crowd_chinese(feed.rng, 420, taipei=True), crowd_chinese(feed.rng, 420, taipei=False)
    )


def ordinary_day(feed: Feed, who: People, day: datetime, volumes: dict[Maker, float]) -> None:
    """Let people talk for one day; `volumes` is each brand's mean number of remarks."""
    for maker in MAKERS:
        eastern = draw(feed.rng, volumes[maker] * _EASTERN)
        western = draw(feed.rng, volumes[maker] * (1 - _EASTERN))
        for at in moments(feed.rng, day, western, WEST):
            text = english.remark(feed.rng, maker.name, maker.product, _tone(feed))
            _answered(feed, feed.post(feed.rng.choice(who.west), at, text), who.west, at)
        for at in moments(feed.rng, day, eastern, EAST):
            taipei = feed.rng.random() < 0.5
            voice, name = (chinese.TAIPEI, maker.traditional) if taipei else (chinese.SHENZHEN, maker.simplified)
            crowd_there = who.taipei if taipei else who.shenzhen
            feed.post(feed.rng.choice(crowd_there), at, chinese.remark(feed.rng, voice, name, _tone(feed)))
    for at in moments(feed.rng, day, draw(feed.rng, _STRAY), WEST):
        feed.post(feed.rng.choice(who.west), at, english.stray(feed.rng))


def _tone(feed: Feed) -> Tone:
    return feed.rng.choices(_TONES, weights=_TONE_WEIGHTS)[0]


def _answered(feed: Feed, post: PostEvent, crowd_there: Sequence[Account], at: datetime) -> None:
    """Let some people like the post and fewer repost it."""
    if feed.rng.random() < _LIKED:
        feed.count(post, at + timedelta(hours=6), likes=feed.rng.randrange(1, 40), replies=feed.rng.randrange(4))
    if feed.rng.random() < _REPOSTED:
        for _ in range(feed.rng.choice((1, 1, 3))):
            later = at + timedelta(minutes=feed.rng.lognormvariate(3, 1))
            feed.repost(feed.rng.choice(crowd_there), later, post)
