"""When somebody speaks whom far more people follow than those who speak about the brand otherwise."""

from collections.abc import Iterable
from typing import Any, ClassVar

from enrich.contributions import Record
from enrich.evidence import Volume
from enrich.kind import Heard, Kind, Watched
from enrich.kind_episode import KindEpisode, Sign
from enrich.largest import Largest
from schemas.alert import AlertKind

_WEEK_MS = 7 * 86_400_000
_LEAST = 100_000
"""Fewer followers are no great reach, however small the brand."""

_TIMES = 2.0  # so many times as many as those have whom most follow,
_RARELY = 0.25  # of whom a week has so many where one alert is wanted
_MOST = 8  # of a day are remembered


class GreatReach(Kind):
    """Holds each author's followers against the largest that the brand's authors had in the four weeks before.

    `side`: the authors with most followers of each of these days. Where the settings name a number of followers, that
    number decides alone.
    """

    kind: ClassVar[AlertKind] = "great_reach"

    def __init__(self, watched: Watched, side: dict[str, Any]) -> None:
        super().__init__(watched, side)
        if not side:
            side |= {"since": 0, "days": {}}

    def hear(self, heard: Heard) -> Iterable[Sign]:
        """Return a sign where somebody of great reach has spoken."""
        side = self.side
        side["since"] = side["since"] or heard.start_ms
        followers = {
            record.author: record.followers
            for _, record in heard.records
            if record.followers is not None and record.followers >= self._least()
            if record.counted and record.at_ms is not None and record.author is not None
        }
        if not followers:
            return
        largest = Largest(side["days"], _MOST)
        limit = self._limit(largest, heard.start_ms)
        reach = max(followers.values())
        for author, known in sorted(followers.items()):
            largest.saw(author, heard.start_ms, known)
        if limit is not None and reach >= limit:
            yield Sign(heard.brand, heard.end_ms, reach, reach, heard.end_ms - heard.start_ms, threshold=limit)

    def _least(self) -> float:
        """Return how many followers somebody must have to matter for what is great reach."""
        return min(self.watched.settings.great_reach_followers or _LEAST, _LEAST / _TIMES)

    def _limit(self, largest: Largest, start_ms: int) -> float | None:
        """Return how many followers are great reach, None before that can be said."""
        told = self.watched.settings.great_reach_followers
        if told is not None:
            return told
        if start_ms - self.side["since"] < _WEEK_MS:
            return None
        usual = largest.limit(start_ms, self.side["since"], self.watched.wanted * _RARELY)
        return max(_LEAST, _TIMES * (usual or 0))

    def shows(self, record: Record, episode: KindEpisode) -> bool:
        """Only what those of great reach said."""
        return (record.followers or 0) >= (episode.threshold or 0)

    def summary(self, name: str, episode: KindEpisode, volume: Volume) -> str:
        """Return the sentence that tells it."""
        return f"{name}: an author whom {episode.observed:,.0f} follow speaks about it."
