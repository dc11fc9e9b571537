"""One brand under watch: its series of volumes, and the episodes that are open.

The series are the brand's volume, that of its negative mentions, and that of each source with enough of them. One event
is one alert: while the volume has an episode, no source opens one, and while a source has one, the volume opens none
for what is mostly that source's.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from enrich.contributions import Bucket, Record, between
from enrich.episode import Episode
from enrich.evidence import drivers, sources, voices, volume
from enrich.source_series import SourceSeries
from enrich.spikes import Score, Spikes, threshold
from enrich.state import State
from schemas.alert import Alert, AlertKind
from schemas.trend import BUCKET_MS

VOLUME, NEGATIVE = "volume", "negative"
"""The names of two series; that of a source has its name behind an @."""

_DAY_MS = 86_400_000
_FEWEST = 5  # authors: nobody is called for less, however new it is, nor for one account that repeats itself
_MORE_NEGATIVE = 1.5  # so many times the usual share of negative mentions is not explained by the volume alone,
_LEAST_NEGATIVE, _MOST_NEGATIVE = 0.25, 0.9  # in these bounds
_MOSTLY = 0.5  # so large a part of a brand's mentions makes an episode one of their source


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

    Volume is that of distinct mentions. Everything that lasts is in the table `spikes`, in `episodes`, the JSON value
    of the open ones, and in `heard_on`, that of `SourceSeries`; call `keep` at the end. `seen_ms` is when what is
    judged was heard, None for a recording.
    """

    state: State
    brand: str
    wish: Wish
    episodes: dict[str, Any]
    heard_on: dict[str, Any]
    seen_ms: int | None
    alerts: list[Alert] = field(default_factory=list)
    _series: dict[str, Spikes] = field(default_factory=dict)
    _open: dict[str, Episode] = field(default_factory=dict)
    _watched: SourceSeries = field(init=False)

    def __post_init__(self) -> None:
        """Read the open episodes, and which sources have a series."""
        self._open = {series: Episode.of(side) for series, side in self.episodes.items()}
        self._watched = SourceSeries(self.heard_on)

    def judge(self, start_ms: int) -> None:
        """Judge the bucket that follows; those left out since the last one had no volume."""
        self.close(start_ms)
        scores: dict[str, tuple[int, Score]] = {}
        for series, number in self._heard(start_ms).items():
            spikes = self._spikes(series)
            if number or spikes.end_ms is None:
                spikes.quiet(start_ms)
                scores[series] = number, spikes.observe(start_ms, number)
        # The volume first, as the sources give way to it; then the source that stands out most.
        for series in sorted(scores, key=lambda series: (_rank(series), -scores[series][1].novelty, series)):
            self._follow(series, start_ms, *scores[series])

    def learn(self, start_ms: int) -> None:
        """Take in a bucket that follows but comes too late to be judged."""
        for series, number in self._heard(start_ms).items():
            spikes = self._spikes(series)
            if number or spikes.end_ms is None:
                spikes.quiet(start_ms)
                spikes.backfill(start_ms, number)

    def correct(self, start_ms: int) -> None:
        """Put right what is remembered of a bucket that was judged before."""
        for series, number in self._volumes(*self._counted(start_ms)).items():
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

    def _heard(self, start_ms: int) -> Mapping[str, int]:
        """Return the volume of each series in a bucket that is new; a source may have enough now."""
        counted, by_source = self._counted(start_ms)
        self._watched.hear(by_source)
        return self._volumes(counted, by_source)

    def _counted(self, start_ms: int) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Return the brand's own volumes in a bucket, and those of its sources."""
        records = list(Bucket(self.state, self.brand, start_ms).records())
        counted = volume(records)
        by_source = Counter(record.heard_on for _, record in records if record.is_distinct)
        return (
            {VOLUME: counted.distinct, NEGATIVE: counted.negative},
            {source: number for source, number in by_source.items() if source is not None},
        )

    def _volumes(self, counted: Mapping[str, int], by_source: Mapping[str, int]) -> Mapping[str, int]:
        return {**counted, **{f"@{source}": by_source.get(source, 0) for source in self._watched.watched}}

    def _follow(self, series: str, start_ms: int, number: int, score: Score) -> None:
        known = self._open.get(series)
        end_ms = start_ms + BUCKET_MS
        above = score.novelty >= score.threshold and (series != NEGATIVE or self._is_more_negative(end_ms, score))
        if known is not None and (known.revision or not above):
            if known.goes_on(start_ms, number, score):
                self._tell(series, known, end_ms)
        elif above and not self._is_told_already(series, end_ms, score):
            replayed = self.seen_ms is None or self.seen_ms - start_ms > _DAY_MS
            kind: AlertKind = "negative_spike" if series == NEGATIVE else "volume_spike"
            self._open[series] = Episode.opened(kind, start_ms, score, replayed, _source(series))
            self._tell(series, self._open[series], end_ms)

    def _is_told_already(self, series: str, end_ms: int, score: Score) -> bool:
        """Say whether there is an episode of the brand's volume, as a whole or of a source, that this is part of."""
        told = [
            name for name, episode in self._open.items() if name != NEGATIVE and name != series and episode.revision
        ]
        if series != VOLUME:
            return series != NEGATIVE and bool(told)
        found = [record for _, record in self._between(end_ms - score.scale_ms, end_ms, None) if record.is_distinct]
        part = sum(record.heard_on in map(_source, told) for record in found)
        return part >= _MOSTLY * max(len(found), 1)

    def _is_more_negative(self, end_ms: int, score: Score) -> bool:
        """Say whether so many negative mentions are more than so many mentions have anyway."""
        share = volume(self._between(end_ms - score.scale_ms, end_ms, None)).negative_share
        usual = self._spikes(NEGATIVE).mean / (self._spikes(VOLUME).mean or 1.0)
        return share is not None and share >= max(_LEAST_NEGATIVE, min(_MORE_NEGATIVE * usual, _MOST_NEGATIVE))

    def _tell(self, series: str, episode: Episode, moment_ms: int, *, closed: bool = False) -> None:
        end_ms = episode.last_ms + BUCKET_MS if closed else moment_ms
        found = self._between(episode.first_ms, end_ms, episode.source)
        negative = series == NEGATIVE
        if not episode.revision and voices(found, negative=negative) < _FEWEST:
            return
        episode.tell()
        self.alerts.append(
            episode.alert(
                self.brand,
                self.wish.name,
                threshold(self._per_week(series)),
                volume(found),
                drivers(found, negative=negative),
                sources(found, negative=negative),
                updated_ms=moment_ms,
                closed=closed,
            )
        )

    def _between(self, first_ms: int, end_ms: int, source: str | None) -> list[tuple[str, Record]]:
        """Return the mentions of a time, those of one source if it is named."""
        found = between(self.state, self.brand, first_ms, end_ms)
        return [(name, record) for name, record in found if source is None or record.heard_on == source]

    def _per_week(self, series: str) -> float:
        """Return how many alerts are wanted of a series: the sources share what is wanted of the brand."""
        return self.wish.per_week / (1 if _source(series) is None else max(1, len(self._watched.watched)))

    def _spikes(self, series: str) -> Spikes:
        found = self._series.get(series)
        if found is None:
            found = self._series[series] = Spikes(BUCKET_MS, self.wish.zone, self._per_week(series))
            side = self.state.table("spikes").get(f"{self.brand}|{series}")
            if side is not None:
                found.load(side)
        return found


def _source(series: str) -> str | None:
    return series[1:] if series.startswith("@") else None


def _rank(series: str) -> int:
    return 0 if series == VOLUME else 1 if series == NEGATIVE else 2
