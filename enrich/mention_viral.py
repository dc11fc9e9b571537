"""When a mention goes viral: people spread it, it outgrows what is usual, and it goes on.

A forecast itself would cry wolf, as many cascades end early; the lower end of its interval is one that nine in ten of
those reach. It is believed while reshares surely bring further ones: a total that was seen twice in two days tells
nothing of now. What does not go on, as far as is known, must stand out by what it is. And it must be people who spread
it: reshares that are bought come without likes or with just as many, from accounts that nobody follows, or all at once
at a time when nobody's followers can be behind them.
"""

from schemas.alert import AlertKind
from schemas.mention import Virality
from schemas.trend import Contribution
from schemas.wire import ms

KIND: AlertKind = "mention_viral"

_LEAST = 50
"""A smaller cascade is no news, however quiet the brand."""

_FOLLOWERS_EACH = 20_000
"""One reshare for so many followers is what any post of a large account gets."""

_PEOPLE = 0.75
"""What is less organic is doubtful, also where it does not look bought yet."""

_GOES_ON = 0.5
"""Where each reshare surely brings half another one, a cascade goes on."""

_STANDS_OUT = 2
"""What does not go on must be so many times as large as what is usual."""

_ALL_AT_ONCE = 4.0
"""Where each reshare surely brings four, they do not come from one another."""

_YOUNG_MS, _FOLLOWERS_AT_ONCE = 600_000, 200
"""In the first minutes they come from the author's followers, but not from more than one in so many of these."""


def opens(known: Contribution, virality: Virality, limit: int) -> bool:
    """Say whether a mention is going viral among people; `limit` is what the brand's large ones reach."""
    if known.listed or _is_doubtful(known, virality):
        return False
    usual = max(limit, _LEAST, (known.followers or 0) // _FOLLOWERS_EACH)
    if virality.r_low >= _GOES_ON and virality.low > virality.seen:
        return virality.low >= usual and virality.low > limit
    return virality.seen >= _STANDS_OUT * usual


def summary(brand: str, virality: Virality, age: str, usual: str) -> str:
    """Return the sentence that tells it; `age` says how old the post is, `usual` what the brand is used to."""
    grows = "still growing" if virality.supercritical else "slowing down"
    return (
        f"{brand}: a post has {virality.seen:,} reshares after {age} and is {grows} (R {virality.r:.1f});"
        f" {virality.low:,} to {virality.high:,} are to be expected within seven days, where {usual}."
    )


def _is_doubtful(known: Contribution, virality: Virality) -> bool:
    if virality.organic is not None and virality.organic < _PEOPLE:
        return True
    if virality.r_low <= _ALL_AT_ONCE:
        return False
    young = ms(virality.as_of) - ms(known.published_at) <= _YOUNG_MS
    followers = known.followers
    return not young or (followers is not None and virality.seen * _FOLLOWERS_AT_ONCE > followers)
