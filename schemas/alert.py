"""The alert: one episode in which something about a brand began to spread, or changed."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.mention import EntityLabel, Virality
from schemas.wire import PlainText, Timestamp, Wire

AlertKind = Literal[
    "volume_spike", "negative_spike", "mention_viral", "bought_amplification", "sentiment_turn", "share_of_voice",
    "great_reach", "source_silent", "keyword_rule",
]  # fmt: skip
AlertStatus = Literal["open", "closed"]

Share = Annotated[float, Field(ge=0, le=1)]


class DrivingPost(Wire):
    """A mention that drives an episode. `copies` counts its near-copies and reposts in the episode, `share` is the part
    of all the episode's mentions that these and the mention itself are."""

    id: str
    copies: int = 0
    share: Share | None = None


class Driver(Wire):
    """A value that drives an episode, and in how many of its mentions it is; `label` for entities, `reach` (followers)
    for authors, where known."""

    value: PlainText
    count: int
    label: EntityLabel | None = None
    reach: int | None = None


class Drivers(Wire):
    """What an episode is made of, a few of each: posts by how many mentions say the same, authors by their followers,
    the others by their number.

    Authors are `source:name`. Entities, hashtags and links stand only in the documents of the mentions: an alert on its
    topic does not have them, who shows it looks them up in a store (`sinks/drivers.py`).
    """

    posts: list[DrivingPost] = []
    authors: list[Driver] = []
    entities: list[Driver] = []
    hashtags: list[Driver] = []
    links: list[Driver] = []


class Alert(Wire):
    """One episode: opens once, is updated, closes. `id` is the same through its life, `revision` grows from 1.

    All times are event time: `opened_at` is the start of the five minutes that opened it, `peak_at` of those that stood
    out most so far, `updated_at` and `closed_at` are the moments up to which all was known then.

    `observed` and `expected` are over the `scale_ms` up to the peak, in what the kind counts: distinct mentions,
    distinct negative mentions, sentiment balance (-1..1), share of voice (0..1), followers, mentions of a rule, or
    near-copies that are no reposts (`bought_amplification` of the brand). Of these last three `threshold` is what
    `observed` had to reach.
    `ratio` is their quotient; `novelty` (the highest so far) decides against `threshold`, and `z` explains; None where
    a kind knows no such thing. Of `source_silent` `expected` is the hours with mentions that were to be expected of a
    silence of `scale_ms`. `volume` is the mentions of the episode up to now, near-copies and reposts too,
    `near_copy_share` the part of these, `negative_share` the part of the others that are negative; `organic` is 1 for
    people and less the more it looks bought.
    Of a single mention (`mention_viral`, and `bought_amplification` that has `virality`) `observed` is its reshares by
    `updated_at`, `expected` what the brand's large mentions reach, and `virality` what its document says.
    `source` is set when only that source is meant; `sources` are the networks of a spike's distinct mentions, with how
    many are on each. `rule` names a keyword rule. `summary` is one sentence of ours.
    """

    schema_version: Literal[1] = 1
    id: str
    revision: int
    brand: str
    kind: AlertKind
    status: AlertStatus
    opened_at: Timestamp
    updated_at: Timestamp
    peak_at: Timestamp
    closed_at: Timestamp | None = None
    scale_ms: int | None = None
    observed: float
    expected: float | None = None
    ratio: float | None = None
    novelty: float | None = None
    threshold: float | None = None
    z: float | None = None
    volume: int | None = None
    negative_share: Share | None = None
    near_copy_share: Share | None = None
    organic: Share | None = None
    virality: Virality | None = None
    source: str | None = None
    rule: str | None = None
    sources: list[Driver] = []
    drivers: Drivers = Drivers()
    summary: PlainText
    replayed: bool = False
