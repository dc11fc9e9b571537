"""The watch over one brand, or one group of brands, for several kinds of alert: asks them in order, keeps episodes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from enrich.contributions import between
from enrich.evidence import drivers, voices, volume
from enrich.kind import Heard, Kind, Watched
from enrich.kind_episode import KindEpisode, Sign
from enrich.state import State
from schemas.alert import Alert

_DAY_MS = 86_400_000


@dataclass(slots=True)
class KindWatch:
    """Takes what was heard to each kind, and gives `alerts`: the steps of episodes since it was made.

    `known` is all that lasts, JSON that is changed in place. `seen_ms` is when what is judged was heard, None for a
    recording.
    """

    state: State
    watched: Watched
    known: dict[str, Any]
    kinds: Sequence[type[Kind]]
    seen_ms: int | None
    cool_down_ms: int
    alerts: list[Alert] = field(default_factory=list)
    _made: list[Kind] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the kinds as they stood."""
        self._made = [kind(self.watched, self.known.setdefault(kind.kind, {})) for kind in self.kinds]
        self.known.setdefault("open", {})

    def hear(self, heard: Heard) -> None:
        """Take in five minutes of a brand."""
        for kind in self._made:
            self._take(kind, kind.hear(heard))

    def run(self, moment_ms: int) -> None:
        """Let each kind look that wants to by a moment up to which all was heard, and close what is over by then."""
        for kind in self._made:
            due_ms = kind.due_at()
            while due_ms is not None and due_ms <= moment_ms:
                self._take(kind, kind.look(due_ms))
                due_ms = kind.due_at()
        self._close(moment_ms)

    def due_at(self) -> int | None:
        """Return the moment from which `run` has something to do whatever comes, None for never."""
        looks = [due_ms for kind in self._made if (due_ms := kind.due_at()) is not None]
        ends = [self._over_at(KindEpisode(**side)) for side in self.known["open"].values()]
        return min([*looks, *ends], default=None)

    def _over_at(self, episode: KindEpisode) -> int:
        cools_down = any(kind.kind == episode.kind and kind.cools_down for kind in self.kinds)
        return episode.over_at(self.cool_down_ms if cools_down else None)

    def _take(self, kind: Kind, signs: Iterable[Sign]) -> None:
        for sign in signs:
            self._close(sign.at_ms, kind)
            key = f"{kind.kind}|{sign.brand}|{sign.subject}"
            side = self.known["open"].get(key)
            if side is not None:
                self._follow(kind, key, KindEpisode(**side), sign)
            elif sign.opens:
                replayed = self.seen_ms is None or self.seen_ms - sign.at_ms > _DAY_MS
                self._open(kind, key, KindEpisode.opened(kind.kind, sign, replayed), sign.at_ms)

    def _open(self, kind: Kind, key: str, episode: KindEpisode, moment_ms: int) -> None:
        if voices(self._part(kind, episode, moment_ms), negative=kind.negative_only) >= kind.least_voices:
            self._tell(kind, episode, moment_ms)
            self.known["open"][key] = episode.side()

    def _follow(self, kind: Kind, key: str, episode: KindEpisode, sign: Sign) -> None:
        if sign.ends:
            self._end(kind, key, episode, sign.at_ms)
            return
        if episode.goes_on(sign):
            self._tell(kind, episode, sign.at_ms)
        self.known["open"][key] = episode.side()

    def _close(self, moment_ms: int, only: Kind | None = None) -> None:
        for kind in self._made if only is None else [only]:
            for key, side in list(self.known["open"].items()):
                episode = KindEpisode(**side)
                over_ms = self._over_at(episode)
                if episode.kind == kind.kind and over_ms <= moment_ms:
                    self._end(kind, key, episode, over_ms)

    def _end(self, kind: Kind, key: str, episode: KindEpisode, moment_ms: int) -> None:
        del self.known["open"][key]
        self._tell(kind, episode, moment_ms, closed=True)

    def _part(self, kind: Kind, episode: KindEpisode, end_ms: int) -> list[tuple[str, Any]]:
        found = between(self.state, episode.brand, episode.first_ms, end_ms)
        return [(mention_id, record) for mention_id, record in found if kind.shows(record, episode)]

    def _tell(self, kind: Kind, episode: KindEpisode, moment_ms: int, *, closed: bool = False) -> None:
        episode.tell()
        found = self._part(kind, episode, episode.last_ms if closed else moment_ms)
        counted = volume(found)
        name = self.watched.names.get(episode.brand, episode.brand)
        self.alerts.append(
            episode.alert(
                kind.summary(name, episode, counted),
                counted,
                drivers(found, negative=kind.negative_only),
                kind.subject,
                moment_ms,
                closed=closed,
            )
        )
