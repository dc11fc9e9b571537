"""The course of a mention's engagement, in bins that widen with their age.

Minutes for the last two hours before the newest event, quarters of an hour for two days, three hours for two weeks, and
one bin for all that is older: some 450 bins at most, however much happens. Which bin an event is in follows from its
time and the newest time alone, and a bin holds nothing but integer sums and maxima, so the record is the same whatever
the order of arrival. It does not recognise what it was told before: `enrich.virality.take` does.
"""

from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self

from schemas.post import Counts

DeedKind = Literal["reposts", "likes", "replies", "quotes"]
DEED_KINDS: Final[tuple[DeedKind, ...]] = ("reposts", "likes", "replies", "quotes")
"""The kinds of engagement, in the order of the first numbers of a bin."""

OLDEST = -1
"""The start of the bin that holds all that is older than two weeks."""

_MINUTE_MS = 60_000
_QUARTER_MS = 15 * _MINUTE_MS
_WATCH_MS = 180 * _MINUTE_MS
_MINUTES_FOR_MS = 2 * 3_600_000
_QUARTERS_FOR_MS = 48 * 3_600_000
_WATCHES_FOR_MS = 14 * 24 * 3_600_000

_FOLLOWERS, _UNKNOWN, _SECONDS = 4, 5, 6  # the places in a bin behind the four kinds
_MOST_FOLLOWERS = 2**40  # more than there are people: a sum of a million such still fits into 64 bits


def bin_start(moment_ms: int, newest_ms: int) -> int:
    """Return the start of the bin that holds a moment while `newest_ms` is the newest event.

    A bin lies wholly in one bin of each wider kind and widens as a whole, so the start of a bin may stand for all
    that it holds.
    """
    quarter = moment_ms - moment_ms % _QUARTER_MS
    if quarter >= newest_ms - newest_ms % _QUARTER_MS - _MINUTES_FOR_MS:
        return moment_ms - moment_ms % _MINUTE_MS
    watch = moment_ms - moment_ms % _WATCH_MS
    newest_watch = newest_ms - newest_ms % _WATCH_MS
    if watch >= newest_watch - _QUARTERS_FOR_MS:
        return quarter
    return watch if watch >= newest_watch - _WATCHES_FOR_MS else OLDEST


@dataclass(slots=True)
class Cascade:
    """Deeds and observed totals by the start (ms) of their bin.

    A bin of `deeds` holds the number of reposts, likes, replies and quotes, the sum of the known followers of who did
    it, how many of these are not known, and the sum of the deeds' times in seconds, which gives their mean time. A bin
    of `totals` holds, of one kind, the last observation in it: its time in ms, and of one moment the greater total.
    """

    newest_ms: int = 0
    last_deed_ms: int | None = None
    deeds: dict[int, list[int]] = field(default_factory=dict)
    totals: dict[str, dict[int, tuple[int, int]]] = field(default_factory=dict)

    def add_deed(self, kind: DeedKind, at_ms: int, followers: int | None) -> None:
        """Take in one deed at `at_ms` (not negative) by somebody with so many followers."""
        self._advance(at_ms)
        if self.last_deed_ms is None or at_ms > self.last_deed_ms:
            self.last_deed_ms = at_ms
        held = self.deeds.setdefault(bin_start(at_ms, self.newest_ms), [0] * 7)
        held[DEED_KINDS.index(kind)] += 1
        if followers is None:
            held[_UNKNOWN] += 1
        else:
            held[_FOLLOWERS] += min(followers, _MOST_FOLLOWERS)
        held[_SECONDS] += at_ms // 1000

    def add_totals(self, counts: Counts, at_ms: int) -> None:
        """Take in totals as they stood at `at_ms` (not negative)."""
        self._advance(at_ms)
        start = bin_start(at_ms, self.newest_ms)
        for kind in DEED_KINDS:
            value = getattr(counts, kind)
            if value is not None:
                _keep_last(self.totals.setdefault(kind, {}), start, (at_ms, value))

    @property
    def moved(self) -> bool:
        """Say whether there was any engagement: most mentions never see some, and that is settled at once."""
        return bool(self.deeds) or any(total for bins in self.totals.values() for _, total in bins.values())

    def seen(self, kind: DeedKind) -> int:
        """Return how many deeds of a kind were seen."""
        if not self.deeds:
            return 0
        place = DEED_KINDS.index(kind)
        return sum([held[place] for held in self.deeds.values()])

    def course(self, kind: DeedKind) -> list[tuple[int, int]]:
        """Return (mean time in ms, number) of the deeds of a kind in each bin, oldest first."""
        place = DEED_KINDS.index(kind)
        return [
            (held[_SECONDS] * 1000 // sum(held[:_FOLLOWERS]), held[place])
            for _, held in sorted(self.deeds.items())
            if held[place]
        ]

    def observed(self, kind: DeedKind) -> list[tuple[int, int]]:
        """Return (time in ms, total) of the last observation in each bin, oldest first."""
        return sorted(self.totals.get(kind, {}).values())

    def _advance(self, at_ms: int) -> None:
        """Move on to a newer event; what has become older goes into wider bins."""
        if at_ms <= self.newest_ms:
            return
        crossed = at_ms // _QUARTER_MS != self.newest_ms // _QUARTER_MS
        self.newest_ms = at_ms
        if not crossed:
            return
        deeds, self.deeds = self.deeds, {}
        for start, held in deeds.items():
            wider = self.deeds.setdefault(self._widened(start), held)
            if wider is not held:
                wider[:] = [a + b for a, b in zip(wider, held, strict=True)]
        for kind, bins in self.totals.items():
            self.totals[kind] = {}
            for start, last in bins.items():
                _keep_last(self.totals[kind], self._widened(start), last)

    def _widened(self, start: int) -> int:
        return start if start == OLDEST else bin_start(start, self.newest_ms)

    def side(self) -> dict[str, Any]:
        """Return all of it as JSON; equal cascades give equal values."""
        return {
            "newest_ms": self.newest_ms,
            "last_deed_ms": self.last_deed_ms,
            "deeds": [[start, *held] for start, held in sorted(self.deeds.items())],
            "totals": {
                kind: [[start, *last] for start, last in sorted(bins.items())]
                for kind, bins in sorted(self.totals.items())
            },
        }

    @classmethod
    def load(cls, side: dict[str, Any]) -> Self:
        """Return the cascade again from what `side` gave."""
        return cls(
            newest_ms=side["newest_ms"],
            last_deed_ms=side["last_deed_ms"],
            deeds={start: held for start, *held in side["deeds"]},
            totals={
                kind: {start: (at_ms, total) for start, at_ms, total in bins} for kind, bins in side["totals"].items()
            },
        )


def _keep_last(bins: dict[int, tuple[int, int]], start: int, observation: tuple[int, int]) -> None:
    if observation > bins.get(start, (-1, -1)):
        bins[start] = observation
