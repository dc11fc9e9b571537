"""The words of a notice: what is told of an alert, in the language of its channel. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from schemas.alert import Alert, Driver
from schemas.delivery import Language
from schemas.mention import Mention
from sinks.channel import Notice, Step
from sinks.delivery.english import ENGLISH
from sinks.delivery.inert import inert, web_address
from sinks.delivery.phrases import Phrases
from sinks.delivery.sentence import duration, sentence
from sinks.delivery.simplified_chinese import SIMPLIFIED_CHINESE
from sinks.delivery.traditional_chinese import TRADITIONAL_CHINESE

LANGUAGES: Final[Mapping[Language, Phrases]] = {
    "en": ENGLISH,
    "zh-Hant": TRADITIONAL_CHINESE,
    "zh-Hans": SIMPLIFIED_CHINESE,
}
MOST_POSTS: Final = 3
_MOST_VALUES = 5
_SUBJECT = 150  # code points


def compose(
    alert: Alert,
    step: Step,
    key: str,
    *,
    brand_name: str,
    zone: ZoneInfo,
    language: Language = "en",
    posts: Sequence[Mention] = (),
    links: Sequence[str] = (),
    is_test: bool = False,
) -> Notice:
    """Return what is told of an alert at a step, with times in `zone`.

    `posts` are the mentions that drive it, as far as they can still be read; `links` are templates of URLs to look at
    the episode. An opening that is told when the episode is over says so.
    """
    say = LANGUAGES[language]
    subject = say.subject.format(
        marks=(say.test if is_test else "") + (say.replayed if alert.replayed else ""),
        brand=inert(brand_name, 60),
        kind=say.kinds[alert.kind],
        step=say.steps["closed" if alert.status == "closed" else step],
    )[:_SUBJECT]
    # Of a test there is nothing to tell but that it is one.
    short = inert(alert.summary) if is_test else sentence(alert, brand_name, say)
    filled = [link for link in (_filled(template, alert) for template in links) if link]
    lines = [
        short,
        _times(alert, zone, say),
        *_figures(alert, say),
        *_posts(alert, posts, say),
        *_values(say.sources, alert.sources if len(alert.sources) > 1 else (), say),
        *_values(say.authors, _by_handle(alert.drivers.authors, posts), say),
        *_values(say.hashtags, alert.drivers.hashtags, say),
        *_values(say.entities, alert.drivers.entities, say),
        *_values(say.links, alert.drivers.links, say),
        *(say.look.format(link=link) for link in filled),
    ]
    return Notice(key, step, subject, short, lines, alert, brand_name, posts, filled, is_test)


def _times(alert: Alert, zone: ZoneInfo, say: Phrases) -> str:
    times = say.began.format(began=_moment(alert.opened_at, zone), peak=_moment(alert.peak_at, zone))
    return times + (say.over.format(over=_moment(alert.closed_at, zone)) if alert.closed_at is not None else "")


def _figures(alert: Alert, say: Phrases) -> list[str]:
    digits = 2 if alert.kind in ("sentiment_turn", "share_of_voice") else 0
    seen = say.seen.format(observed=f"{alert.observed:,.{digits}f}", counted=say.counted.get(alert.kind, ""))
    if alert.scale_ms:
        seen += say.seen_within.format(span=duration(alert.scale_ms, say))
    if alert.expected is not None:
        seen += say.seen_usual.format(expected=f"{alert.expected:,.{max(1, digits)}f}")
    if alert.ratio is not None:
        seen += say.ratio.format(ratio=f"{alert.ratio:,.1f}")
    lines = [seen]
    if alert.novelty is not None:
        limit = say.threshold.format(threshold=f"{alert.threshold:.2f}") if alert.threshold is not None else ""
        lines.append(say.novelty.format(novelty=f"{alert.novelty:.2f}") + limit)
    shares = [
        words.format(share=f"{share:.0%}")
        for share, words in ((alert.negative_share, say.negative), (alert.near_copy_share, say.copies))
        if share is not None
    ]
    if alert.volume is not None:
        shares.insert(0, say.volume.format(n=f"{alert.volume:,}"))
    if alert.organic is not None:
        shares.append(say.organic.format(score=f"{alert.organic:.2f}"))
    if shares:
        lines.append(say.episode.format(shares=say.between.join(shares)))
    if alert.source is not None:
        lines.append(say.source.format(source=inert(alert.source)))
    if alert.rule is not None:
        lines.append(say.rule.format(rule=inert(alert.rule)))
    return lines


def _posts(alert: Alert, posts: Sequence[Mention], say: Phrases) -> list[str]:
    copies = {one.id: one.copies for one in alert.drivers.posts}
    lines = []
    for post in posts[:MOST_POSTS]:
        text = post.text or post.title
        if post.deleted_at is not None or not text:
            continue
        author = post.author
        name = inert((author and (author.handle or author.name)) or say.somebody, 60)
        copied = say.copied.format(n=f"{copies[post.id]:,}") if copies.get(post.id) else ""
        lines.append(say.post.format(name=name, source=inert(post.source, 60), copied=copied, text=inert(text)))
        if address := web_address(post.url):
            lines.append(f"  {address}")
    return [say.posts, *lines] if lines else []


def _by_handle(authors: Sequence[Driver], posts: Sequence[Mention]) -> list[Driver]:
    """Return the authors, those of the posts by the names that people know them by."""
    known = {
        f"{post.source}:{post.author.id}": post.author.handle or post.author.name
        for post in posts
        if post.author is not None and post.deleted_at is None
    }
    return [one.replace(value=known.get(one.value) or one.value) for one in authors]


def _values(title: str, drivers: Sequence[Driver], say: Phrases) -> list[str]:
    named = [say.value.format(value=inert(one.value, 80), n=f"{one.count:,}") for one in drivers[:_MOST_VALUES]]
    return [say.listed.format(title=title, values=say.between.join(named))] if named else []


def _filled(template: str, alert: Alert) -> str | None:
    end = alert.closed_at or alert.updated_at
    values = {"brand": alert.brand, "alert": alert.id, "start": _iso(alert.opened_at), "end": _iso(end)}
    return template.format(**{name: quote(value, safe="") for name, value in values.items()})


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
