"""An episode: the time in which a brand's volume is unusual, from the alert that opens it to its close."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from enrich.evidence import Volume
from enrich.spikes import Score
from schemas.alert import Alert, AlertKind, Driver, Drivers
from schemas.trend import BUCKET_MS
from schemas.wire import from_ms

_STEP = 2.0  # an episode is told of again when it has grown so many times
_UNTOLD_MS = 3_600_000  # after so long without anything unusual nobody will be told
_LONGEST_MS = 7 * 86_400_000  # what goes on for longer is no news any more
_COUNTED = {"volume_spike": "mentions", "negative_spike": "negative mentions"}
_DIGITS = 4


@dataclass(slots=True)
class Episode:
    """What is remembered of one episode. `first_ms` is where the time scale of the opening began, `peak` the score that
    stood out most so far; `volume` counts since the opening, `told` what it was when the episode was told of last.
    Nobody was told of one whose `revision` is 0."""

    kind: AlertKind
    opened_ms: int
    first_ms: int
    last_ms: int
    peak_ms: int
    peak: dict[str, float]
    volume: float
    told: float
    novelty: float
    replayed: bool
    revision: int = 0
    source: str | None = None

    @classmethod
    def opened(cls, kind: AlertKind, start_ms: int, score: Score, replayed: bool, source: str | None = None) -> Self:
        """Return the episode that the bucket from `start_ms` opens; `source` where it is one of that source alone."""
        first_ms = start_ms + BUCKET_MS - score.scale_ms
        return cls(
            kind, start_ms, first_ms, start_ms, start_ms, _numbers(score), score.observed, 0, score.novelty, replayed,
            source=source,
        )  # fmt: skip

    def over_at(self, cool_down_ms: int) -> int:
        """Return the moment at which the episode is over when nothing unusual comes any more."""
        if self.revision == 0:
            return self.last_ms + BUCKET_MS + min(cool_down_ms, _UNTOLD_MS)
        return min(self.last_ms + BUCKET_MS + cool_down_ms, self.opened_ms + _LONGEST_MS)

    def goes_on(self, start_ms: int, volume: float, score: Score) -> bool:
        """Take a later bucket of the series into account; return whether there is something to tell."""
        self.volume += volume
        if score.novelty < score.threshold and not score.lasting:
            return False
        self.last_ms = start_ms
        self.novelty = max(self.novelty, score.novelty)
        if score.z > self.peak["z"]:
            self.peak_ms, self.peak = start_ms, _numbers(score)
        return self.volume >= _STEP * self.told

    def tell(self) -> None:
        """Note that the episode is told of as it stands."""
        self.told = self.volume
        self.revision += 1

    def alert(
        self,
        brand: str,
        name: str,
        threshold: float,
        volume: Volume,
        drivers: Drivers,
        sources: list[Driver],
        *,
        updated_ms: int,
        closed: bool = False,
    ) -> Alert:
        """Return the episode as it stands at `updated_ms`, with what its mentions say; `name` is the brand's."""
        peak = self.peak
        scale_ms = round(peak["scale_ms"])
        expected = round(peak["expected"], _DIGITS)
        opened_at = from_ms(self.opened_ms)
        return Alert(
            id=f"{brand}:{self.kind}:{opened_at:%Y-%m-%dT%H:%MZ}" + (f":{self.source}" if self.source else ""),
            revision=self.revision,
            brand=brand,
            kind=self.kind,
            status="closed" if closed else "open",
            opened_at=opened_at,
            updated_at=from_ms(updated_ms),
            peak_at=from_ms(self.peak_ms),
            closed_at=from_ms(updated_ms) if closed else None,
            scale_ms=scale_ms,
            observed=peak["observed"],
            expected=expected,
            ratio=round(peak["observed"] / peak["expected"], _DIGITS) if expected else None,
            novelty=self.novelty,
            threshold=threshold,
            z=round(peak["z"], _DIGITS),
            volume=volume.whole,
            negative_share=volume.negative_share,
            near_copy_share=volume.near_copy_share,
            source=self.source,
            sources=sources,
            drivers=drivers,
            summary=_summary(name, self, expected, scale_ms, volume, sources),
            replayed=self.replayed,
        )

    def side(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return asdict(self)

    @classmethod
    def of(cls, side: dict[str, Any]) -> Self:
        """Return what `side` returned."""
        return cls(**side)


def _numbers(score: Score) -> dict[str, float]:
    return {"scale_ms": score.scale_ms, "observed": score.observed, "expected": score.expected, "z": score.z}


def _summary(name: str, episode: Episode, expected: float, scale_ms: int, volume: Volume, sources: list[Driver]) -> str:
    minutes = scale_ms // 60_000
    span = f"{minutes} minutes" if minutes < 60 else "an hour" if minutes == 60 else f"{minutes // 60} hours"
    usual = f"where {expected:.1f} were usual" if expected >= 0.1 else "where hardly any were usual"
    place = f" on {episode.source}" if episode.source else ""
    said = f"{name}: {episode.peak['observed']:,.0f} {_COUNTED[episode.kind]}{place} within {span} {usual}"
    if episode.kind == "volume_spike" and volume.negative_share:
        said += f", {volume.negative_share:.0%} of them negative"
    if len(sources) > 1:
        said += f", {sources[0].count / sum(one.count for one in sources):.0%} on {sources[0].value}"
    if volume.near_copy_share:
        said += f"; besides, {volume.whole - volume.distinct:,} reposts and near-copies"
    return said + "."
