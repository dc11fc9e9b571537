"""The episode of one mention: from the alert that opens it to its close, when it has not grown for a while."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Self

from schemas.alert import Alert, AlertKind, Driver, Drivers, DrivingPost
from schemas.mention import Virality
from schemas.trend import Contribution
from schemas.wire import from_ms, ms

Summary = Callable[[str, Virality, str, str], str]
"""What tells an episode in a sentence, from the brand's name, the virality, the post's age and what is usual."""

_STEP = 2.0  # it is told of again when it has grown so many times
_GROWTH = 1.1  # what grows less is dying down
_LONGEST_MS = 7 * 86_400_000
_MINUTE_MS = 60_000


@dataclass(slots=True)
class MentionEpisode:
    """What is remembered of it, all that an alert says: `grown` is how large it was when it last grew, at `last_ms`;
    `told` how large when it was told of last. `limit` is what the brand's large mentions reach, None if it has none."""

    kind: AlertKind
    mention_id: str
    published_ms: int
    opened_ms: int
    last_ms: int
    grown: int
    told: int
    limit: int | None
    author: str | None
    followers: int | None
    virality: dict[str, Any]
    replayed: bool = False
    revision: int = 1

    @classmethod
    def opened(
        cls, kind: AlertKind, mention_id: str, known: Contribution, virality: Virality, limit: int | None
    ) -> Self:
        """Return the episode that a mention opens."""
        as_of_ms, seen, body = ms(virality.as_of), virality.seen, virality.model_dump(mode="json")
        return cls(
            kind, mention_id, ms(known.published_at), as_of_ms, as_of_ms, seen, seen, limit, known.author,
            known.followers, body,
        )  # fmt: skip

    def goes_on(self, virality: Virality) -> bool:
        """Take in how the mention stands now, and return whether it is to be told of again.

        What is older than what is known changes nothing.
        """
        if virality.as_of <= Virality.model_validate(self.virality).as_of:
            return False
        self.virality = virality.model_dump(mode="json")
        if virality.seen >= _GROWTH * self.grown:
            self.last_ms, self.grown = ms(virality.as_of), virality.seen
        if virality.seen < _STEP * self.told:
            return False
        self.told = virality.seen
        self.revision += 1
        return True

    def over_at(self, cool_down_ms: int) -> int:
        """Return the moment at which it is over if the mention does not grow any more."""
        return min(self.last_ms + cool_down_ms, self.opened_ms + _LONGEST_MS)

    def alert(self, brand: str, name: str, summary: Summary, closed_ms: int | None = None) -> Alert:
        """Return the episode as it stands, or as it closes; `name` is the brand's."""
        virality = Virality.model_validate(self.virality)
        as_of_ms = ms(virality.as_of)
        usual = f"{self.limit:,} is what its large posts reach" if self.limit else "few of its posts are shared"
        identity = sha256(f"{brand}:{self.kind}:{self.mention_id}".encode()).hexdigest()
        return Alert(
            id=identity,
            revision=self.revision,
            brand=brand,
            kind=self.kind,
            status="open" if closed_ms is None else "closed",
            opened_at=from_ms(self.opened_ms),
            updated_at=from_ms(as_of_ms if closed_ms is None else closed_ms),
            peak_at=from_ms(max(self.last_ms, self.opened_ms)),
            closed_at=None if closed_ms is None else from_ms(closed_ms),
            observed=virality.seen,
            expected=self.limit,
            ratio=round(virality.seen / self.limit, 4) if self.limit else None,
            organic=virality.organic,
            virality=virality,
            drivers=Drivers(
                posts=[DrivingPost(id=self.mention_id)],
                authors=[Driver(value=self.author, count=1, reach=self.followers)] if self.author else [],
            ),
            summary=summary(name, virality, _span(as_of_ms - self.published_ms), usual),
            replayed=self.replayed,
        )

    def side(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return asdict(self)


def _span(span_ms: int) -> str:
    minutes = max(span_ms // _MINUTE_MS, 1)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
