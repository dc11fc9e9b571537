"""What the words of a notice are made of in one language: short texts with places to fill in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from schemas.alert import AlertKind
from sinks.channel import Step

Unit = Literal["day", "hour", "minute"]


@dataclass(frozen=True, slots=True)
class Sentences:
    """How an alert is told in one line, by kind; `copied_wave` is bought amplification of a brand, not of one post.

    What may be filled in: `{brand}`, `{observed}`, `{within}` (the time scale as `within` has it, or `lately`),
    `{usual}`, `{large}` and `{forecast}` (as their texts have it, or nothing where the alert has no such number),
    `{source}`, `{rule}`.
    """

    kinds: Mapping[AlertKind, str]
    copied_wave: str
    within: str
    lately: str
    usual: str
    hardly_any: str
    large: str
    forecast: str
    growing: str
    slowing: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """The texts of one language.

    `kinds` say what has happened, after the brand's name. Without `sentences` an alert is told in its own, which is
    English. `units` have a text for one and a text for more.
    """

    kinds: Mapping[AlertKind, str]
    sentences: Sentences | None
    counted: Mapping[AlertKind, str]
    steps: Mapping[Step, str]
    units: Mapping[Unit, tuple[str, str]]
    subject: str
    test: str
    replayed: str
    began: str
    over: str
    seen: str
    seen_within: str
    seen_usual: str
    ratio: str
    novelty: str
    threshold: str
    episode: str
    volume: str
    negative: str
    copies: str
    organic: str
    between: str
    source: str
    rule: str
    posts: str
    post: str
    somebody: str
    copied: str
    authors: str
    sources: str
    hashtags: str
    entities: str
    links: str
    value: str
    listed: str
    look: str
