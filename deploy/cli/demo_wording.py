"""How posts, people and days are written in the summary."""

from datetime import datetime, timedelta

from deploy.cli.output import number, safe
from schemas.mention import Mention

_LONGEST = 140


def post(mention: Mention) -> str:
    """Return who wrote a post when, what it drew, and how it begins."""
    when = moment(mention.published_at or mention.observed_at)
    return f"{who(mention)}, {when}, {number(mention.engagement)} reactions: {quoted(mention.text or '')}"


def who(mention: Mention) -> str:
    """Return an author's handle and followers."""
    author = mention.author
    if author is None:
        return "somebody"
    followers = "" if author.followers is None else f" ({number(author.followers)} followers)"
    return f"@{author.handle or author.name}{followers}"


def quoted(text: str) -> str:
    """Return a text as one line in quotation marks, cut where it is long."""
    line = safe(text)
    return f"“{line if len(line) <= _LONGEST else line[: _LONGEST - 1] + '…'}”"


def date(value: datetime) -> str:
    """Return a day and its month."""
    return f"{value.day} {value:%b}"


def moment(value: datetime) -> str:
    """Return a day, its month and the time of day."""
    return f"{date(value)} {value:%H:%M}"


def days(start: datetime, end: datetime) -> str:
    """Return a stretch of whole days, `end` exclusive, with the days of the week."""
    last = end - timedelta(days=1)
    return f"{start:%a} {date(start)}" + (f" to {last:%a} {date(last)}" if last > start else "")
