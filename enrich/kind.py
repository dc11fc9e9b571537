"""The contract of a kind of alert that is judged by what a brand's five minutes come to.

A kind is one module in `enrich/kinds/` with a class derived from `Kind`; nothing else has to name it. It says what it
sees; opening, telling, cool-down and closing are the same for all of them (`enrich/kind_watch.py`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import enrich.kinds
from enrich.contributions import Record
from enrich.evidence import Volume
from enrich.hearing import Hearing
from enrich.kind_episode import KindEpisode, Sign, Subject
from schemas.alert import AlertKind
from schemas.alerting import AlertSettings
from schemas.brand import KeywordRule
from schemas.plugins import plugins
from schemas.trend import BUCKET_MS

_BY_CHANCE = 0.05  # of the alerts that are wanted so many may be chance


@dataclass(frozen=True, slots=True)
class Watched:
    """Whom a kind watches: a brand, or a group of brands, by id. `names` are the brands' own; `wanted` is how many
    alerts a week."""

    id: str
    names: Mapping[str, str]
    wanted: float
    settings: AlertSettings
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    rules: tuple[KeywordRule, ...] = ()
    hearing: Hearing = field(default_factory=Hearing)

    def chance(self, looks_per_week: float) -> float:
        """Return how improbable a look has to be by chance, so that of the wanted alerts few are chance."""
        return min(0.05, self.wanted * _BY_CHANCE / looks_per_week)


@dataclass(frozen=True, slots=True)
class Heard:
    """Five minutes of a brand that hold mentions, as they stood when the watermark passed them."""

    brand: str
    start_ms: int
    records: list[tuple[str, Record]]

    @property
    def end_ms(self) -> int:
        """The end of the five minutes."""
        return self.start_ms + BUCKET_MS

    def distinct(self) -> Iterator[Record]:
        """Yield the records of mentions that count, without reposts and near-copies."""
        return (record for _, record in self.records if record.is_distinct)


class Kind(ABC):
    """One kind over one brand or one group: pure, in event time, all that lasts in `side`, JSON that stays small.

    It hears each five minutes once, in order of time (of a group: brand by brand), and never later than it is asked
    to `look` at their end. Same calls, same signs.
    """

    kind: ClassVar[AlertKind]
    of_groups: ClassVar[bool] = False
    """Whether it watches groups of brands, not single ones."""

    subject: ClassVar[Subject | None] = None
    """The field of an alert that names its subject, where there is one."""

    cools_down: ClassVar[bool] = True
    """Whether an episode is over after a time without a sign; else only a sign ends it."""

    least_voices: ClassVar[int] = 0
    """How many authors there must be behind an episode, so that one account alone calls nobody."""

    negative_only: ClassVar[bool] = False
    """Whether only negative mentions drive it."""

    def __init__(self, watched: Watched, side: dict[str, Any]) -> None:
        """Go on from `side`, empty at the beginning, which is changed in place."""
        self.watched, self.side = watched, side

    @abstractmethod
    def hear(self, heard: Heard) -> Iterable[Sign]:
        """Take in five minutes that hold mentions; return what they show."""

    def due_at(self) -> int | None:
        """Return the moment (ms, whole five minutes) at which it wants to look whatever comes, None for never."""
        return None

    def look(self, moment_ms: int) -> Iterable[Sign]:
        """Return what there is to see at a moment up to which all was heard. Afterwards `due_at` is later."""
        return ()

    def shows(self, record: Record, episode: KindEpisode) -> bool:
        """Say whether a mention of the time of an episode is a part of it."""
        return True

    @abstractmethod
    def summary(self, name: str, episode: KindEpisode, volume: Volume) -> str:
        """Return the sentence that tells an episode; `name` is the brand's, `volume` what its mentions come to."""


def kinds(*, of_groups: bool) -> list[type[Kind]]:
    """Return every kind over brands, or over groups, by name."""
    found: dict[str, type[Kind]] = plugins(enrich.kinds, Kind, "kind")
    return [one for one in found.values() if one.of_groups == of_groups]
