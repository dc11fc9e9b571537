"""When the spread of a mention looks bought: large for the brand, and not as people share."""

from schemas.alert import AlertKind
from schemas.mention import Virality
from schemas.trend import Contribution

KIND: AlertKind = "bought_amplification"

_LEAST = 50
"""Fewer reshares are no volume."""

_ORGANIC = 0.5
"""From here down, most resharers have no followers, totals fell, nobody likes it, or weaker signs come together."""

_SIGNS = {
    "unfollowed": "nobody follows those who share it",
    "fallen": "its totals fall",
    "unliked": "its likes are none, or as many as its reshares",
}


def looks_bought(virality: Virality) -> bool:
    """Say whether the engagement with a mention looks bought, however much it is."""
    return virality.organic is not None and virality.organic <= _ORGANIC


def opens(_: Contribution, virality: Virality, limit: int) -> bool:
    """Say whether so much looks bought that it is worth an alert; `limit` is what the brand's large mentions reach."""
    return looks_bought(virality) and virality.seen >= _LEAST and virality.seen > limit


def summary(brand: str, virality: Virality, age: str, usual: str) -> str:
    """Return the sentence that tells it; `age` says how old the post is, `usual` what the brand is used to."""
    signs = dict(virality.signs or ())
    traces = " and ".join(why for name, why in _SIGNS.items() if (signs.get(name) or 0) >= _ORGANIC)
    return (
        f"{brand}: a post has {virality.seen:,} reshares after {age} that look bought (organic {virality.organic:.0%}):"
        f" {traces or 'several weak signs together'}; {usual}."
    )
