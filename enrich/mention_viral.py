"""When a mention goes viral: nine in ten such cascades outgrow what the brand is used to.

The forecast itself would cry wolf, as many cascades end early; the lower end of its interval is one that also most of
those reach.
"""

from enrich.bought_amplification import looks_bought
from schemas.alert import AlertKind
from schemas.mention import Virality

KIND: AlertKind = "mention_viral"

_LEAST = 50
"""A smaller cascade is no news, however quiet the brand."""


def opens(virality: Virality, limit: int) -> bool:
    """Say whether a mention is going viral among people; `limit` is what the brand's large ones reach."""
    return virality.low >= _LEAST and virality.low > limit and not looks_bought(virality)


def summary(brand: str, virality: Virality, age: str, usual: str) -> str:
    """Return the sentence that tells it; `age` says how old the post is, `usual` what the brand is used to."""
    grows = "still growing" if virality.supercritical else "slowing down"
    return (
        f"{brand}: a post has {virality.seen:,} reshares after {age} and is {grows} (R {virality.r:.1f});"
        f" {virality.low:,} to {virality.high:,} are to be expected within seven days, where {usual}."
    )
