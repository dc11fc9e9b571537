"""What the mentions behind an alert say: how many there are, how they feel, how many are copies, who drives them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from enrich.contributions import Record
from schemas.alert import Driver, Drivers, DrivingPost

_FEW = 3
_DIGITS = 4

Found = Iterable[tuple[str, Record]]
"""Mentions by id, with what is on record of them."""


@dataclass(frozen=True, slots=True)
class Volume:
    """How many mentions count: `whole` with near-copies and reposts, `distinct` without, `negative` of the distinct."""

    whole: int = 0
    distinct: int = 0
    negative: int = 0

    @property
    def near_copy_share(self) -> float | None:
        """The part that are near-copies and reposts, None without mentions."""
        return round(1 - self.distinct / self.whole, _DIGITS) if self.whole else None

    @property
    def negative_share(self) -> float | None:
        """The part of the distinct mentions that are negative, None without any."""
        return round(self.negative / self.distinct, _DIGITS) if self.distinct else None


def volume(found: Found) -> Volume:
    """Return how many of these mentions count."""
    whole = distinct = negative = 0
    for _, record in found:
        if record.counted and record.at_ms is not None:
            whole += 1
            if record.kind != "repost" and record.witness is None:
                distinct += 1
                negative += record.sentiment == "negative"
    return Volume(whole, distinct, negative)


def voices(found: Found, *, negative: bool = False) -> int:
    """Return how many authors the distinct mentions have that are about the brand and no list of companies, an unknown
    one counted each time; `negative`: of negative mentions only."""
    authors: set[str] = set()
    for mention_id, record in found:
        if record.is_distinct and not record.listed and (not negative or record.sentiment == "negative"):
            authors.add(f"@{mention_id}" if record.author is None else record.author)
    return len(authors)


def drivers(found: Found, *, negative: bool = False) -> Drivers:
    """Return the posts and authors that these mentions come from mostly; `negative`: only negative mentions count.

    A post's weight is the number of mentions that say what it says, so that one that is copied or shared stands before
    one that is not; ties go to the author with more followers, then to the earlier post. Authors go by followers.
    A function of what is on record alone: the same for every order of arrival.
    """
    known = {
        mention_id: record
        for mention_id, record in found
        if record.at_ms is not None and not (negative and record.sentiment != "negative")
    }
    sizes: Counter[str] = Counter()
    reach: dict[str, int] = {}
    written: Counter[str] = Counter()
    counted = 0
    for mention_id, record in known.items():
        if not record.counted:
            continue
        counted += 1
        root = _root(known, mention_id)
        sizes[root] += 1
        if record.author is not None:
            written[record.author] += 1
            reach[record.author] = max(reach.get(record.author, 0), record.followers or 0)

    def rank(root: str) -> tuple[int, int, int, str]:
        record = known.get(root)
        followers, at_ms = (0, 0) if record is None else (record.followers or 0, record.at_ms or 0)
        return -sizes[root], -followers, at_ms, root

    posts = [
        DrivingPost(id=root, copies=sizes[root] - (root in known), share=round(sizes[root] / counted, _DIGITS))
        for root in sorted(sizes, key=rank)[:_FEW]
    ]
    loudest = sorted(written, key=lambda author: (-reach[author], -written[author], author))[:_FEW]
    authors = [Driver(value=author, count=written[author], reach=reach[author] or None) for author in loudest]
    return Drivers(posts=posts, authors=authors)


def sources(found: Found, *, negative: bool = False) -> list[Driver]:
    """Return the networks that the distinct mentions are on, the one with most first; `negative`: of negative ones."""
    heard = Counter(
        record.heard_on
        for _, record in found
        if record.is_distinct and not (negative and record.sentiment != "negative")
    )
    return [
        Driver(value=source, count=count)
        for source, count in sorted(heard.items(), key=lambda pair: (-pair[1], pair[0] or ""))
        if source is not None
    ]


def _root(known: dict[str, Record], mention_id: str) -> str:
    """Return the first mention that this one says the same as, as far back as is known; that one may be older."""
    while True:
        record = known.get(mention_id)
        if record is None or record.witness is None:
            return mention_id
        mention_id = record.witness[1]
