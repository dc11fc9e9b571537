"""How organic the engagement with a mention looks: bought amplification leaves other traces than interest does.

Four signs, each 0 (as among people) to 1 (as bought): texts that are near-copies, resharers whom nobody follows, counts
that fall because accounts were removed, and reshares that come without likes, or with just as many. A sign for which
there is nothing to judge by is None and takes no part. The score is a noisy or: one sign that is sure is enough,
several weak ones add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import expm1, prod

from enrich.cascade import DEED_KINDS, Cascade, DeedKind

FEWEST = 10
"""Fewer engagements than this are judged by nothing but who shares."""

NOBODY = 25
"""An account with fewer followers reaches hardly anybody."""

LIKED = frozenset({"bluesky", "facebook", "instagram", "mastodon", "threads", "x"})
"""Networks on which people like more readily than they reshare, so that a lack of likes says something. On Weibo, say,
most of what is reshared has hardly any."""

_WEIGHTS = {"copies": 0.8, "unfollowed": 0.7, "fallen": 0.8, "unliked": 0.8}
_CHANCE = 20.0  # of so many reshares two are liked where people like little
_STRETCH = 20  # so many reshares show how many likes came with them
_MANY, _EQUAL, _NEARLY = 100, 0.03, 0.08  # once so many with as many likes, or again and again with nearly as many
_CHANCE_SHARE = 0.1  # of reshares, with which likes are so among people too
_FEWEST_KNOWN = 3  # resharers whose followers are known


@dataclass(frozen=True, slots=True)
class Organic:
    """The score, 1 = organic, and its signs by name, 1 = as bought; a sign that could not be judged is missing."""

    score: float
    signs: Mapping[str, float]


def organic(cascade: Cascade, copies: tuple[int, int] | None = None, *, liked: bool = True) -> Organic:
    """Return the organic score of a cascade.

    `copies` is (near-copies, texts) among what was written about it, None where no texts were compared; pure reposts
    are no texts. `liked`: it is on one of the networks `LIKED`. Pure; between 0 and 1; 1 without any sign.
    """
    found = {
        "copies": _copies(copies),
        "unfollowed": _unfollowed(cascade),
        "fallen": _fallen(cascade),
        "unliked": _unliked(cascade) if liked else None,
    }
    signs = {name: min(max(sign, 0.0), 1.0) for name, sign in found.items() if sign is not None}
    score = prod(1 - _WEIGHTS[name] * sign for name, sign in signs.items())
    return Organic(round(score, 6), {name: round(sign, 6) for name, sign in signs.items()})


def breadth_and_depth(parents: Mapping[str, str]) -> tuple[int, int]:
    """Return the most reshares at one distance from the root, and the greatest distance, of a cascade's tree.

    `parents` gives to each reshare the one it was made from, where the source says so; whose parent is unknown was made
    from the root. Linear; a circle, which no true tree has, counts from where it is entered.
    """
    depths: dict[str, int] = {}
    for start in sorted(parents):
        path, each = [], start
        while each in parents and each not in depths:
            depths[each] = 0  # on the way: a circle ends here
            path.append(each)
            each = parents[each]
        depth = depths.get(each, 0)
        for child in reversed(path):
            depth += 1
            depths[child] = depth
    levels: dict[int, int] = {}
    for depth in depths.values():
        levels[depth] = levels.get(depth, 0) + 1
    return max(levels.values(), default=0), max(levels, default=0)


def _copies(copies: tuple[int, int] | None) -> float | None:
    """Some texts are always alike, for people quote a headline: below a half says nothing."""
    if copies is None or copies[1] < FEWEST:
        return None
    return (copies[0] / copies[1] - 0.5) * 2


def _unfollowed(cascade: Cascade) -> float | None:
    """The share of resharers in bins whose mean is nearly no followers: a few known accounts do not hide the many.

    Some that nobody follows are among any: of few that are known, two more are taken for such as people follow.
    """
    known = unfollowed = 0
    for *kinds, followers, unknown, _ in cascade.deeds.values():
        told = sum(kinds) - unknown
        known += told
        unfollowed += told if followers < NOBODY * told else 0
    return unfollowed / max(known, min(known + 2, FEWEST)) if known >= _FEWEST_KNOWN else None


def _fallen(cascade: Cascade) -> float | None:
    """How far totals fell below their highest: a tenth is much, for people rarely take back what they did."""
    worst: float | None = None
    for kind in DEED_KINDS:
        totals = [total for _, total in cascade.observed(kind)]
        if len(totals) > 1 and max(totals) >= FEWEST:
            highest = max(totals)
            after = totals[totals.index(highest) :]
            worst = max(worst or 0.0, (highest - min(after)) / highest * 10)
    return worst


def _unliked(cascade: Cascade) -> float | None:
    """The share of reshares with which likes did not come as people give them: hardly one for ten, or just as many.

    Only where likes are told at all; the more reshares, the less can a lack of likes be chance. The course is judged
    stretch by stretch: who sells reshares sells as many likes, or sells some likes and then goes on without.
    """
    likes, reposts = (_whole(cascade, kind) for kind in ("likes", "reposts"))
    if reposts < FEWEST or (not likes and not cascade.observed("likes")):
        return None
    stretches = _stretches(cascade) or [(reposts, likes)]
    lacking = sum(max(came - 10 * liked, 0) for came, liked in stretches) * -expm1(-reposts / _CHANCE)
    apart = [(abs(came - liked) / came, came) for came, liked in stretches]
    nearly = [came for share, came in apart if share <= _NEARLY]
    equal = sum(nearly) if len(nearly) > 1 else sum(came for share, came in apart if share <= _EQUAL and came >= _MANY)
    odd = (lacking + equal) / max(reposts, sum(came for came, _ in stretches))
    return (odd - _CHANCE_SHARE) / (1 - _CHANCE_SHARE)


def _stretches(cascade: Cascade) -> list[tuple[int, int]]:
    """Return (reshares, likes) that came between observations of both totals, at least so many reshares in each."""
    found, likes = [], dict(cascade.observed("likes"))
    reposted = liked = 0
    for at_ms, total in cascade.observed("reposts"):
        if at_ms in likes and total - reposted >= _STRETCH:
            found.append((total - reposted, max(likes[at_ms] - liked, 0)))
            reposted, liked = total, likes[at_ms]
    return found


def _whole(cascade: Cascade, kind: DeedKind) -> int:
    return max([cascade.seen(kind), *(total for _, total in cascade.observed(kind))])
