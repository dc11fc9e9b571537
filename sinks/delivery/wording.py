"""The words of a notice, all of them here: what is told of an alert, in English. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from schemas.alert import Alert, AlertKind, Driver
from schemas.mention import Mention
from sinks.channel import Notice, Step
from sinks.delivery.inert import inert, web_address

MOST_POSTS = 3
_MOST_VALUES = 5
_SUBJECT = 150  # code points

KINDS: Mapping[AlertKind, str] = {
    "volume_spike": "much more is said than usual",
    "negative_spike": "much more is said against it than usual",
    "mention_viral": "a post goes viral",
    "bought_amplification": "a post is spread by bought or automatic accounts",
    "sentiment_turn": "the sentiment turns",
    "share_of_voice": "the share of voice changes",
    "great_reach": "somebody with great reach speaks",
    "source_silent": "a source has fallen silent",
    "keyword_rule": "a keyword rule is met",
}
_COUNTED: Mapping[AlertKind, str] = {
    "volume_spike": "mentions",
    "negative_spike": "negative mentions",
    "great_reach": "followers",
    "keyword_rule": "mentions",
}
_STEPS: Mapping[Step, str] = {"opened": "", "updated": " (it goes on)", "closed": " (over)"}


def compose(
    alert: Alert,
    step: Step,
    key: str,
    *,
    brand_name: str,
    zone: ZoneInfo,
    posts: Sequence[Mention] = (),
    links: Sequence[str] = (),
    is_test: bool = False,
) -> Notice:
    """Return what is told of an alert at a step, with times in `zone`.

    `posts` are the mentions that drive it, as far as they can still be read; `links` are templates of URLs to look at
    the episode. An opening that is told when the episode is over says so.
    """
    step_words = _STEPS["closed" if alert.status == "closed" else step]
    marks = ("test: " if is_test else "") + ("replayed: " if alert.replayed else "")
    subject = f"{marks}{inert(brand_name, 60)}: {KINDS[alert.kind]}{step_words}"[:_SUBJECT]
    short = inert(alert.summary)
    filled = [link for link in (_filled(template, alert) for template in links) if link]
    lines = [
        short,
        _times(alert, zone),
        *_figures(alert),
        *_posts(alert, posts),
        *_values("Authors", alert.drivers.authors),
        *_values("Hashtags", alert.drivers.hashtags),
        *_values("Entities", alert.drivers.entities),
        *_values("Links", alert.drivers.links),
        *(f"Look: {link}" for link in filled),
    ]
    return Notice(key, step, subject, short, lines, alert, brand_name, posts, filled, is_test)


def _times(alert: Alert, zone: ZoneInfo) -> str:
    began, peak = _moment(alert.opened_at, zone), _moment(alert.peak_at, zone)
    over = f", over {_moment(alert.closed_at, zone)}" if alert.closed_at is not None else ""
    return f"Began {began}, peak {peak}{over}"


def _figures(alert: Alert) -> list[str]:
    digits = 2 if alert.kind in ("sentiment_turn", "share_of_voice") else 0
    counted = f" {_COUNTED[alert.kind]}" if alert.kind in _COUNTED else ""
    within = f" within {_duration(alert.scale_ms)}" if alert.scale_ms else ""
    seen = f"Seen: {alert.observed:,.{digits}f}{counted}{within}"
    if alert.expected is not None:
        seen += f"; usual: {alert.expected:,.{max(1, digits)}f}"
    if alert.ratio is not None:
        seen += f" ({alert.ratio:,.1f} times as much)"
    lines = [seen]
    if alert.novelty is not None:
        limit = f", told from {alert.threshold:.2f} on" if alert.threshold is not None else ""
        lines.append(f"Novelty: {alert.novelty:.2f}{limit}")
    shares = [
        f"{share:.0%} {words}"
        for share, words in ((alert.negative_share, "negative"), (alert.near_copy_share, "near-copies"))
        if share is not None
    ]
    if alert.volume is not None:
        shares.insert(0, f"{alert.volume:,} mentions in all")
    if alert.organic is not None:
        shares.append(f"organic score {alert.organic:.2f} of 1")
    if shares:
        lines.append("Of the episode: " + ", ".join(shares))
    if alert.source is not None:
        lines.append(f"Source: {inert(alert.source)}")
    if alert.rule is not None:
        lines.append(f"Rule: {inert(alert.rule)}")
    return lines


def _posts(alert: Alert, posts: Sequence[Mention]) -> list[str]:
    copies = {one.id: one.copies for one in alert.drivers.posts}
    lines = []
    for post in posts[:MOST_POSTS]:
        text = post.text or post.title
        if post.deleted_at is not None or not text:
            continue
        author = post.author
        name = inert((author and (author.handle or author.name)) or "somebody", 60)
        more = f" (and {copies[post.id]:,} copies)" if copies.get(post.id) else ""
        lines.append(f"• {name} on {inert(post.source, 60)}{more}: {inert(text)}")
        if address := web_address(post.url):
            lines.append(f"  {address}")
    return ["Posts behind it:", *lines] if lines else []


def _values(title: str, drivers: Sequence[Driver]) -> list[str]:
    named = [f"{inert(one.value, 80)} ({one.count:,})" for one in drivers[:_MOST_VALUES]]
    return [f"{title}: {', '.join(named)}"] if named else []


def _filled(template: str, alert: Alert) -> str | None:
    end = alert.closed_at or alert.updated_at
    values = {"brand": alert.brand, "alert": alert.id, "start": _iso(alert.opened_at), "end": _iso(end)}
    return template.format(**{name: quote(value, safe="") for name, value in values.items()})


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _duration(ms: int) -> str:
    minutes = round(ms / 60_000)
    for unit, width in (("day", 1_440), ("hour", 60)):
        if minutes >= width and minutes % width == 0:
            count = minutes // width
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{minutes} minutes"
