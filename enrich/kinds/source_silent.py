"""When nothing is heard of a brand from a source for so long that the source has probably fallen silent.

What is counted is hours in which anything was heard, so that a burst makes nobody expect more. How many are to be
expected in a silence follows from the source's own rhythm of hours and days. A silence is told of when that is so many
that none is improbable, and, as brands have quiet days that no rhythm knows, twice as many as in any silence of the
last weeks.
"""

from collections.abc import Iterable
from math import ceil, log
from typing import Any, ClassVar

from enrich.contributions import Record
from enrich.evidence import Volume
from enrich.kind import Heard, Kind
from enrich.kind_episode import KindEpisode, Sign, Subject
from enrich.waking_hours import WakingHours
from schemas.alert import AlertKind

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_LEAST_DAYS, _LEAST_HOURS = 14, 100  # no baseline before that
_FEWEST = 10.0  # hours with mentions must be missing
_TIMES = 2.0  # so many times as much as in any silence before,
_HALF_LIFE_MS = 56 * _DAY_MS  # which fade
_LONGEST_MS = 14 * _DAY_MS  # who is not heard for longer is gone, and not silent
_MOST_SOURCES = 50


class SourceSilent(Kind):
    """Follows the rhythm of each source of a brand by the hour.

    `side`: of each source its hours, the one that goes on, when it was heard last, the longest silence (in hours with
    mentions that were to be expected), and when it is to be looked at.
    """

    kind: ClassVar[AlertKind] = "source_silent"
    subject: ClassVar[Subject | None] = "source"
    cools_down: ClassVar[bool] = False

    def hear(self, heard: Heard) -> Iterable[Sign]:
        """Take in who was heard; a source that was silent and is heard again ends its episode."""
        sources = {record.heard_on for _, record in heard.records if record.at_ms is not None} - {None}
        for source in sorted(map(str, sources)):
            known = self.side.get(source)
            if known is None:
                if len(self.side) == _MOST_SOURCES:
                    continue
                known = self.side[source] = _begun(heard)
            if known["told"]:
                yield Sign(self.watched.id, heard.start_ms, 0, 0, 0, source, opens=False, ends=True)
            self._heard_again(known, heard)

    def _heard_again(self, known: dict[str, Any], heard: Heard) -> None:
        hour_ms = heard.start_ms - heard.start_ms % _HOUR_MS
        if hour_ms > known["hour"]:
            hours = self._hours(known)
            # What was missing says nothing of other silences, nor does a time in which nobody listened.
            if not known["told"] and self.watched.hearing.counts_from(known["last"], heard.start_ms) == known["last"]:
                fade = 0.5 ** ((heard.start_ms - known["last"]) / _HALF_LIFE_MS)
                known["longest"] = max(known["longest"] * fade, hours.expected(known["last"], heard.start_ms))
            hours.learn(hour_ms)
            known["hour"], known["number"] = hour_ms, min(known["number"] + 1, _LEAST_HOURS)
        known["last"], known["told"] = heard.end_ms, False
        if known["due"] is None and self._is_known(known):
            known["due"] = self._next(known, heard.end_ms, 0.0)

    def due_at(self) -> int | None:
        """Return when the first of the sources may have been silent for too long."""
        return min((known["due"] for known in self.side.values() if known["due"] is not None), default=None)

    def look(self, moment_ms: int) -> Iterable[Sign]:
        """Judge the silences up to a moment."""
        for source, known in sorted(self.side.items()):
            if known["due"] is None or known["due"] > moment_ms:
                continue
            if moment_ms - known["last"] > _LONGEST_MS:
                known["due"] = None
                continue
            since_ms = self.watched.hearing.counts_from(known["last"], moment_ms)
            if since_ms is None:
                known["due"] = moment_ms + _HOUR_MS
                continue
            missed = self._hours(known).expected(since_ms, moment_ms) if moment_ms > since_ms else 0.0
            if missed < self._needed(known):
                known["due"] = self._next(known, max(moment_ms, since_ms), missed)
                continue
            known["due"], known["told"] = None, True
            span_ms = moment_ms - since_ms
            yield Sign(self.watched.id, moment_ms, 0, missed, span_ms, source, expected=missed)

    def _hours(self, known: dict[str, Any]) -> WakingHours:
        return WakingHours(known["hours"], self.watched.zone)

    def _needed(self, known: dict[str, Any]) -> float:
        """Return how many must be missing until a silence is improbable: of so many, none comes with e to their minus.

        A silence may begin with each hour that has mentions, so that they are as many as those in a week.
        """
        chance = self.watched.chance(max(1.0, 168 * self._hours(known).mean(known["last"])))
        needed: float = max(_FEWEST, -log(chance), _TIMES * known["longest"])
        return needed

    def _next(self, known: dict[str, Any], moment_ms: int, missed: float) -> int:
        """Return the first whole hour at which enough may be missing, so that none at which it is goes by unseen."""
        most = self._hours(known).most(known["last"])
        hours = (self._needed(known) - missed) / most if most > 0 else _LONGEST_MS / _HOUR_MS
        wait_ms = min(max(0.0, hours) * _HOUR_MS, _LONGEST_MS)
        return max(ceil((moment_ms + wait_ms) / _HOUR_MS), moment_ms // _HOUR_MS + 1) * _HOUR_MS

    def _is_known(self, known: dict[str, Any]) -> bool:
        return bool(known["number"] >= _LEAST_HOURS and known["last"] - known["first"] >= _LEAST_DAYS * _DAY_MS)

    def shows(self, record: Record, episode: KindEpisode) -> bool:
        """No mention is a part of a silence."""
        return False

    def summary(self, name: str, episode: KindEpisode, volume: Volume) -> str:
        """Return the sentence that tells it."""
        hours = episode.span_ms / _HOUR_MS
        span = f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
        return (
            f"{name}: nothing was heard from {episode.subject} for {span}, where mentions in {episode.expected:,.0f}"
            " hours of that time were to be expected."
        )


def _begun(heard: Heard) -> dict[str, Any]:
    """Return what is known of a source that was not heard before."""
    return {
        "first": heard.start_ms, "last": heard.end_ms, "hour": 0, "number": 0, "hours": {}, "longest": 0.0,
        "due": None, "told": False,
    }  # fmt: skip
