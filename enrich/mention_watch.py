"""The mentions of one brand under watch: how large they become, and the episodes that are open."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from enrich import bought_amplification, mention_viral
from enrich.doubted_authors import DoubtedAuthors
from enrich.largest import Largest
from enrich.mention_episode import MentionEpisode
from schemas.alert import Alert, AlertKind
from schemas.mention import Virality
from schemas.trend import BrandDelta, Contribution
from schemas.wire import ms

_DAY_MS = 86_400_000
_WEEK_MS = 7 * _DAY_MS
_REMEMBERED_MS = 36 * _DAY_MS  # an older mention opens nothing, for it may have had its episode
_KINDS = (mention_viral, bought_amplification)
_SUMMARIES = {kind.KIND: kind.summary for kind in _KINDS}


@dataclass(slots=True)
class MentionWatch:
    """Judges a brand's mentions; `alerts` are those that it gave since it was made.

    `known` is all that lasts, as JSON, changed in place: from when on the brand was heard of, the sizes of its mentions
    by day (all, and those that people spread), the authors who bought reshares, and of which of them it was told, the
    open episodes, and when the mentions were published that had theirs. `per_week` is how many alerts are wanted;
    `seen_ms` when what is judged was heard, None for a recording.
    """

    brand: str
    name: str
    per_week: float
    cool_down_ms: int
    known: dict[str, Any]
    seen_ms: int | None
    alerts: list[Alert] = field(default_factory=list)

    @staticmethod
    def begun(since_ms: int, *, live: bool) -> dict[str, Any]:
        """Return what is known of a brand that was not heard of before; live, nothing before that is a baseline."""
        return {"since": since_ms, "live": live, "days": {}, "people": {}, "doubted": {}, "open": {}, "had": {}}

    def learn(self, deltas: Iterable[BrandDelta]) -> None:
        """Take in how large mentions have become, and which of them are gone."""
        every, people = Largest(self.known["days"]), Largest(self.known.setdefault("people", {}))
        doubted = DoubtedAuthors(self.known.setdefault("doubted", {}))  # state from before this was known has neither
        for delta in deltas:
            contribution = delta.contribution
            if contribution is None:
                every.forget(delta.mention_id, ms(delta.bucket))
                people.forget(delta.mention_id, ms(delta.bucket))
                continue
            published_ms = ms(contribution.published_at)
            if not self.known["live"]:
                self.known["since"] = min(self.known["since"], published_ms)
            if contribution.reshares is not None:
                every.saw(delta.mention_id, published_ms, contribution.reshares)
                if contribution.virality is not None and bought_amplification.looks_bought(contribution.virality):
                    people.forget(delta.mention_id, published_ms)
                    if contribution.author is not None:
                        doubted.saw(contribution.author, published_ms)
                else:
                    people.saw(delta.mention_id, published_ms, contribution.reshares)

    def judge(self, delta: BrandDelta, newest_ms: int) -> None:
        """Judge one mention as it stands, once all is learnt that came with it; `newest_ms` is the newest event."""
        known = delta.contribution
        for kind in _KINDS:
            key = f"{kind.KIND}:{delta.mention_id}"
            if key in self.known["open"]:
                self._follow(key, known, newest_ms)
                continue
            if known is None or known.virality is None or not kind.opens(known, known.virality, 0):
                continue
            if self._may_open(key, known, known.virality, newest_ms) and not self._is_known(kind.KIND, known):
                limit = self._limit(kind.KIND, known)
                if kind.opens(known, known.virality, limit or 0):
                    episode = MentionEpisode.opened(kind.KIND, delta.mention_id, known, known.virality, limit)
                    self._open(key, episode)

    def close(self, moment_ms: int) -> None:
        """Close the episodes that are over by a moment, and forget which mentions had theirs long ago."""
        for key, side in list(self.known["open"].items()):
            episode = MentionEpisode(**side)
            over_ms = episode.over_at(self.cool_down_ms)
            if over_ms <= moment_ms:
                self._close(key, episode, over_ms)
        had = self.known["had"]
        for key in [key for key, published_ms in had.items() if published_ms < moment_ms - 2 * _REMEMBERED_MS]:
            del had[key]

    def over_at(self) -> int | None:
        """Return when the first of the open episodes is over if its mention does not grow, None if none is open."""
        episodes = (MentionEpisode(**side) for side in self.known["open"].values())
        return min((episode.over_at(self.cool_down_ms) for episode in episodes), default=None)

    def _follow(self, key: str, contribution: Contribution | None, newest_ms: int) -> None:
        """Take how a mention stands now into its open episode; one that is gone closes it."""
        episode = MentionEpisode(**self.known["open"][key])
        if contribution is None:
            self._close(key, episode, max(newest_ms, episode.opened_ms))
            return
        virality = contribution.virality
        if virality is not None and ms(virality.as_of) < episode.over_at(self.cool_down_ms):
            grew = episode.goes_on(virality)
            self.known["open"][key] = episode.side()
            if grew:
                self._tell(episode)

    def _limit(self, kind: AlertKind, contribution: Contribution) -> int | None:
        """Return what the brand's large mentions reach; what looks bought says nothing of what people share."""
        largest = Largest(self.known["people" if kind == mention_viral.KIND else "days"])
        return largest.limit(ms(contribution.published_at), self.known["since"], self.per_week)

    def _is_known(self, kind: AlertKind, contribution: Contribution) -> bool:
        """Say whether an author is known already: as one who buys, where people seem to spread a mention, and as one of
        whom it was told within four weeks, where it looks bought, for that is the same campaign."""
        author, published_ms = contribution.author, ms(contribution.published_at)
        if kind == bought_amplification.KIND:
            return self._told_of().holds(author, published_ms, same_day=True)
        return DoubtedAuthors(self.known["doubted"]).holds(author, published_ms)

    def _told_of(self) -> DoubtedAuthors:
        return DoubtedAuthors(self.known.setdefault("told", {}))

    def _may_open(self, key: str, contribution: Contribution, virality: Virality, newest_ms: int) -> bool:
        """Say whether there is a baseline for a mention, it is young enough, and has not had its episode."""
        published_ms = ms(contribution.published_at)
        return (
            key not in self.known["had"]
            and published_ms >= self.known["since"] + _WEEK_MS
            and published_ms >= newest_ms - _REMEMBERED_MS
            and ms(virality.as_of) <= published_ms + _WEEK_MS
        )

    def _open(self, key: str, episode: MentionEpisode) -> None:
        episode.replayed = self.seen_ms is None or self.seen_ms - episode.opened_ms > _DAY_MS
        self.known["open"][key] = episode.side()
        self.known["had"][key] = episode.published_ms
        if episode.kind == bought_amplification.KIND and episode.author is not None:
            self._told_of().saw(episode.author, episode.published_ms)
        self._tell(episode)

    def _close(self, key: str, episode: MentionEpisode, moment_ms: int) -> None:
        del self.known["open"][key]
        episode.revision += 1
        self._tell(episode, moment_ms)

    def _tell(self, episode: MentionEpisode, closed_ms: int | None = None) -> None:
        self.alerts.append(episode.alert(self.brand, self.name, _SUMMARIES[episode.kind], closed_ms))


def newest_event(contribution: Contribution) -> datetime:
    """Return the newest moment that a contribution speaks of."""
    virality = contribution.virality
    return contribution.published_at if virality is None else max(contribution.published_at, virality.as_of)
