"""When many accounts that nobody follows post one text in small variations: a wave that looks bought.

Near-copies are no volume, so no spike tells of them. A headline is copied by accounts that people follow, a template by
few accounts, and bots that post every day are what the brand is used to: none of them is such a wave.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, ClassVar

from enrich.contributions import Record
from enrich.evidence import Volume
from enrich.kind import Heard, Kind, Watched
from enrich.kind_episode import KindEpisode, Sign
from enrich.largest import Largest
from enrich.organic import NOBODY
from schemas.alert import AlertKind

_HOUR_MS = 3_600_000
_WEEK_MS = 7 * 86_400_000
_COPIES, _AUTHORS = 50, 30
"""Fewer near-copies within an hour, or authors of them whose followers are known, are no wave."""

_MOSTLY = 0.7  # of the texts are copies, and of their authors hardly followed
_TIMES = 2.0  # so many times as many copies as the brand is used to
_KEPT = 100  # authors of each five minutes are remembered
_WHOLE = 1 << 32  # hashes of authors are below
_UNKNOWN, _UNFOLLOWED, _FOLLOWED = range(3)


class CopiedWave(Kind):
    """Counts, over the last hour, the near-copies that are posts themselves, not reposts, and who wrote them.

    `side`: of each five minutes of the hour the texts, the near-copies and those of their authors whose hashes are
    smallest, which is a fair sample of however many (Bar-Yossef et al., RANDOM 2002); and the most near-copies within
    an hour on each day of four weeks. As many days as alerts are wanted may have more than the brand is used to.
    """

    kind: ClassVar[AlertKind] = "bought_amplification"

    def __init__(self, watched: Watched, side: dict[str, Any]) -> None:
        super().__init__(watched, side)
        if not side:
            side |= {"since": 0, "days": {}, "hour": []}

    def hear(self, heard: Heard) -> Iterable[Sign]:
        """Return a sign where the hour up to these five minutes is mostly copies by accounts without followers."""
        side = self.side
        side["since"] = side["since"] or heard.start_ms
        side["hour"] = [kept for kept in side["hour"] if kept[0] > heard.end_ms - _HOUR_MS]
        side["hour"].append([heard.end_ms, *_counted(heard)])
        texts, copies = (sum(kept[place] for kept in side["hour"]) for place in (1, 2))
        if not copies:
            return
        largest = Largest(side["days"], 1)
        usual = largest.limit(heard.start_ms, side["since"], self.watched.wanted)
        largest.saw("hour", heard.start_ms, copies)
        limit = max(_COPIES, _TIMES * (usual or 0))
        if heard.start_ms - side["since"] < _WEEK_MS or copies < limit or copies < _MOSTLY * texts:
            return
        reaches, authors = _authors([kept[3] for kept in side["hour"]])
        unfollowed = reaches.count(_UNFOLLOWED)
        known = unfollowed + reaches.count(_FOLLOWED)
        if known >= _AUTHORS and unfollowed >= _MOSTLY * known:
            yield Sign(heard.brand, heard.end_ms, copies, copies, _HOUR_MS, threshold=limit, authors=authors)

    def shows(self, record: Record, episode: KindEpisode) -> bool:
        """Only the near-copies."""
        return _is_copy(record)

    def summary(self, name: str, episode: KindEpisode, volume: Volume) -> str:
        """Return the sentence that tells it."""
        return (
            f"{name}: {episode.observed:,.0f} near-copies within an hour by {episode.authors or 0:,} authors, most of"
            " whom hardly anybody follows."
        )


def _is_copy(record: Record) -> bool:
    return record.counted and record.at_ms is not None and record.kind != "repost" and record.witness is not None


def _counted(heard: Heard) -> tuple[int, int, list[list[int]]]:
    """Return how many texts and near-copies there are, and of the copies' authors a hash and how many follow them."""
    copies = [record for _, record in heard.records if _is_copy(record)]
    reaches: dict[str, int] = {}
    for record in copies:
        if record.author is not None:
            reaches[record.author] = max(reaches.get(record.author, _UNKNOWN), _reach(record.followers))
    authors = sorted([_hashed(author), reach] for author, reach in reaches.items())
    return len(copies) + sum(1 for _ in heard.distinct()), len(copies), authors[:_KEPT]


def _reach(followers: int | None) -> int:
    if followers is None:
        return _UNKNOWN
    return _UNFOLLOWED if followers < NOBODY else _FOLLOWED


def _hashed(author: str) -> int:
    return int.from_bytes(blake2b(author.encode(), digest_size=4).digest())


def _authors(kept: list[list[list[int]]]) -> tuple[list[int], int]:
    """Return how many follow each author of a fair sample of the hour's, and how many authors there are in all.

    Below the least hash up to which some five minutes are known all are: without such an end the sample is all of them.
    """
    end = min((known[-1][0] + 1 for known in kept if len(known) == _KEPT), default=_WHOLE)
    reaches: dict[int, int] = {}
    for author, reach in (one for known in kept for one in known):
        if author < end:
            reaches[author] = max(reaches.get(author, _UNKNOWN), reach)
    number = len(reaches) * _WHOLE / end
    return list(reaches.values()), len(reaches) if end == _WHOLE else round(number / 10) * 10
