"""The episode of a kind of alert: from the sign that opens it to its close, when nothing like it came for a while."""

from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Literal, Self

from enrich.evidence import Volume
from schemas.alert import Alert, AlertKind, Drivers
from schemas.trend import BUCKET_MS
from schemas.wire import from_ms

Subject = Literal["rule", "source"]

_STEP = 2.0  # an episode is told of again when it has grown so many times
_LONGEST_MS = 7 * 86_400_000  # what goes on for longer is no news any more
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that a kind sees at a moment: `opens` an episode, or only keeps an open one going; `ends` it at once.

    `subject` is what is meant of the brand: a rule, a source; empty for the brand as a whole. An episode is told of
    again when `size` has doubled. The other numbers are as in `Alert`; the episode's mentions are those of `span_ms`
    up to the moment, and what comes then. `authors` is how many wrote what is observed, where a kind counts them.
    """

    brand: str
    at_ms: int
    observed: float
    size: float
    span_ms: int
    subject: str = ""
    opens: bool = True
    ends: bool = False
    expected: float | None = None
    ratio: float | None = None
    z: float | None = None
    threshold: float | None = None
    authors: int | None = None


@dataclass(slots=True)
class KindEpisode:
    """What is remembered of one episode; the numbers are those of its strongest sign so far, by `size`. `first_ms` is
    from when on its mentions count, `told` how large it was when it was told of last."""

    kind: AlertKind
    brand: str
    subject: str
    opened_ms: int
    first_ms: int
    last_ms: int
    peak_ms: int
    span_ms: int
    size: float
    observed: float
    expected: float | None
    ratio: float | None
    z: float | None
    threshold: float | None
    replayed: bool
    told: float = 0
    revision: int = 0
    authors: int | None = None

    @classmethod
    def opened(cls, kind: AlertKind, sign: Sign, replayed: bool) -> Self:
        """Return the episode that a sign opens."""
        first_ms = sign.at_ms - sign.span_ms
        return cls(
            kind, sign.brand, sign.subject, sign.at_ms - BUCKET_MS, first_ms, sign.at_ms, sign.at_ms, sign.span_ms,
            sign.size, sign.observed, sign.expected, sign.ratio, sign.z, sign.threshold, replayed, authors=sign.authors,
        )  # fmt: skip

    def goes_on(self, sign: Sign) -> bool:
        """Take a later sign into account; return whether there is something to tell."""
        self.last_ms = sign.at_ms
        if sign.size > self.size:
            self.peak_ms, self.span_ms, self.size = sign.at_ms, sign.span_ms, sign.size
            self.observed, self.expected, self.ratio = sign.observed, sign.expected, sign.ratio
            self.z, self.threshold, self.authors = sign.z, sign.threshold, sign.authors
        return self.size >= _STEP * self.told

    def over_at(self, cool_down_ms: int | None) -> int:
        """Return the moment at which it is over when no sign comes any more; None: only when it is no news any more."""
        longest_ms = self.opened_ms + _LONGEST_MS
        return longest_ms if cool_down_ms is None else min(self.last_ms + cool_down_ms, longest_ms)

    def tell(self) -> None:
        """Note that it is told of as it stands."""
        self.told = self.size
        self.revision += 1

    def alert(
        self, summary: str, volume: Volume, drivers: Drivers, named: Subject | None, updated_ms: int, *, closed: bool
    ) -> Alert:
        """Return it as it stands at `updated_ms`; `named` is the field of the alert that names its subject."""
        opened_at = from_ms(self.opened_ms)
        name = f"{self.brand}:{self.kind}:{opened_at:%Y-%m-%dT%H:%MZ}"
        if self.subject:
            name += f":{sha256(self.subject.encode()).hexdigest()[:8]}"
        return Alert(
            id=name,
            revision=self.revision,
            brand=self.brand,
            kind=self.kind,
            status="closed" if closed else "open",
            opened_at=opened_at,
            updated_at=from_ms(updated_ms),
            peak_at=from_ms(self.peak_ms - BUCKET_MS),
            closed_at=from_ms(updated_ms) if closed else None,
            scale_ms=self.span_ms or None,
            observed=round(self.observed, _DIGITS),
            expected=_rounded(self.expected),
            ratio=_rounded(self.ratio),
            threshold=_rounded(self.threshold),
            z=_rounded(self.z),
            volume=volume.whole,
            negative_share=volume.negative_share,
            near_copy_share=volume.near_copy_share,
            source=self.subject if named == "source" else None,
            rule=self.subject if named == "rule" else None,
            drivers=drivers,
            summary=summary,
            replayed=self.replayed,
        )

    def side(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return asdict(self)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, _DIGITS)
