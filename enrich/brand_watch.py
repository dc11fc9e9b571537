"""One brand under watch: its series of volumes, and the episodes that are open."""

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from enrich.contributions import Bucket, between
from enrich.episode import KINDS, Episode, Series
from enrich.evidence import drivers, voices, volume
from enrich.spikes import Score, Spikes, threshold
from enrich.state import State
from schemas.alert import Alert
from schemas.trend import BUCKET_MS

_DAY_MS = 86_400_000
_FEWEST = 5  # authors: nobody is called for less, however new it is, nor for one account that repeats itself
_MORE_NEGATIVE = 1.5  # so many times the usual share of negative mentions is not explained by the volume alone,
_LEAST_NEGATIVE, _MOST_NEGATIVE = 0.25, 0.9  # in these bounds


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a brand's alerts: its name and time zone, how many a week, and for how long an episode waits
    for what is unusual before it is over."""

    name: str
    zone: ZoneInfo
    per_week: float
    cool_down_ms: int


@dataclass(slots=True)
class BrandWatch:
    """Judges a brand's buckets one after the other; `alerts` are those that it gave since it was made.

    Volume is that of distinct mentions. Everything that lasts is in the table `spikes` and in `episodes`, the JSON
    value of the open ones; call `keep` at the end. `seen_ms` is when what is judged was heard, None for a recording.
    """

    state: State
    brand: str
    wish: Wish
    episodes: dict[str, Any]
    seen_ms: int | None
    alerts: list[Alert] = field(default_factory=list)
    _series: dict[Series, Spikes] = field(default_factory=dict)
    _open: dict[Series, Episode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the open episodes."""
        self._open = {series: Episode.of(self.episodes[series]) for series in KINDS if series in self.episodes}

    def judge(self, start_ms: int) -> None:
        """Judge the bucket that follows; those left out since the last one had no volume."""
        self.close(start_ms)
        scores: dict[Series, tuple[int, Score]] = {}
        for series, number in self._volumes(start_ms).items():
            spikes = self._spikes(series)
            if number or spikes.end_ms is None:
                spikes.quiet(start_ms)
                scores[series] = number, spikes.observe(start_ms, number)
        for series, (number, score) in scores.items():
            self._follow(series, start_ms, number, score)

    def learn(self, start_ms: int) -> None:
        """Take in a bucket that follows but comes too late to be judged."""
        for series, number in self._volumes(start_ms).items():
            spikes = self._spikes(series)
            if number or spikes.end_ms is None:
                spikes.quiet(start_ms)
                spikes.backfill(start_ms, number)

    def correct(self, start_ms: int) -> None:
        """Put right what is remembered of a bucket that was judged before."""
        for series, number in self._volumes(start_ms).items():
            self._spikes(series).correct(start_ms, number)

    def close(self, moment_ms: int) -> None:
        """Close the episodes that are over by a moment."""
        for series, episode in list(self._open.items()):
            over_ms = episode.over_at(self.wish.cool_down_ms)
            if over_ms <= moment_ms:
                del self._open[series]
                if episode.revision:
                    self._tell(series, episode, over_ms, closed=True)

    def keep(self) -> None:
        """Put what was learnt where it lasts."""
        table = self.state.table("spikes")
        for series, spikes in self._series.items():
            table.put(f"{self.brand}|{series}", spikes.side())
        self.episodes.clear()
        self.episodes.update({series: episode.side() for series, episode in self._open.items()})

    def over_at(self) -> int | None:
        """Return the moment at which the first of the open episodes is over if nothing unusual comes, None if none is
        open."""
        return min((episode.over_at(self.wish.cool_down_ms) for episode in self._open.values()), default=None)

    def _volumes(self, start_ms: int) -> dict[Series, int]:
        counted = volume(Bucket(self.state, self.brand, start_ms).records())
        return {"volume": counted.distinct, "negative": counted.negative}

    def _follow(self, series: Series, start_ms: int, number: int, score: Score) -> None:
        known = self._open.get(series)
        end_ms = start_ms + BUCKET_MS
        above = score.novelty >= score.threshold and (series == "volume" or self._is_more_negative(end_ms, score))
        if known is not None and (known.revision or not above):
            if known.goes_on(start_ms, number, score):
                self._tell(series, known, end_ms)
        elif above:
            replayed = self.seen_ms is None or self.seen_ms - start_ms > _DAY_MS
            self._open[series] = Episode.opened(KINDS[series], start_ms, score, replayed)
            self._tell(series, self._open[series], end_ms)

    def _is_more_negative(self, end_ms: int, score: Score) -> bool:
        """Say whether so many negative mentions are more than so many mentions have anyway."""
        share = volume(between(self.state, self.brand, end_ms - score.scale_ms, end_ms)).negative_share
        usual = self._spikes("negative").mean / (self._spikes("volume").mean or 1.0)
        return share is not None and share >= max(_LEAST_NEGATIVE, min(_MORE_NEGATIVE * usual, _MOST_NEGATIVE))

    def _tell(self, series: Series, episode: Episode, moment_ms: int, *, closed: bool = False) -> None:
        end_ms = episode.last_ms + BUCKET_MS if closed else moment_ms
        found = list(between(self.state, self.brand, episode.first_ms, end_ms))
        negative = series == "negative"
        if not episode.revision and voices(found, negative=negative) < _FEWEST:
            return
        episode.tell()
        self.alerts.append(
            episode.alert(
                self.brand,
                self.wish.name,
                threshold(self.wish.per_week),
                volume(found),
                drivers(found, negative=negative),
                updated_ms=moment_ms,
                closed=closed,
            )
        )

    def _spikes(self, series: Series) -> Spikes:
        found = self._series.get(series)
        if found is None:
            found = self._series[series] = Spikes(BUCKET_MS, self.wish.zone, self.wish.per_week)
            side = self.state.table("spikes").get(f"{self.brand}|{series}")
            if side is not None:
                found.load(side)
        return found
