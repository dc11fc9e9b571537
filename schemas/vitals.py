"""The vital signs of a worker: what it has done, how far it is behind, and whether it still gets on."""

import logging
from bisect import bisect_left
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Literal

from schemas.clock import Clock, SystemClock

Phase = Literal["joining", "recovering", "working", "waiting"]
"""joining: it has no answer from the group. recovering: it loads its state. waiting: for a store that is away."""

BATCH_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Batches are counted by the seconds that they took: up to each of these, and above the last."""

_log = logging.getLogger(__name__)
_UNREADY: dict[Phase, str] = {
    "joining": "waits for partitions",
    "recovering": "recovers its state",
    "waiting": "waits for the store",
}


@dataclass(slots=True)
class Signs:
    """The signs at one moment, all counted since the worker began.

    `taken` and `sent` are messages by topic, `dead` dead letters by reason, `lag` the messages that are not finished by
    topic and partition, as far as it was looked at. Topics are named as in the topic table. `batches` counts by
    `BATCH_S`; `batch_s` is the sum of their seconds.
    """

    progress_at: datetime
    phase: Phase = "joining"
    taken: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    dead: dict[str, int] = field(default_factory=dict)
    lag: dict[tuple[str, int], int] = field(default_factory=dict)
    batches: list[int] = field(default_factory=lambda: [0] * (len(BATCH_S) + 1))
    batch_s: float = 0.0
    retries: int = 0


class Vitals:
    """The signs of one worker, which it reports by batch, and which any thread may read.

    The worker is dead when it has work and finishes nothing: work is a batch in hand, messages behind, partitions to
    join for, or state to recover. One that has nothing to do is alive, and so is one that waits for its store.
    """

    def __init__(self, worker: str, clock: Clock | None = None) -> None:
        """Begin outside the group; `worker` is ingest, text, trends, sink or replay."""
        self.worker = worker
        self._clock = clock or SystemClock()
        self._lock = Lock()
        self._signs = Signs(self._clock.now())
        self._since = self._signs.progress_at  # from here on a probe has patience
        self._begun_at: datetime | None = None  # the batch in hand
        self._turned_at: datetime | None = None

    def read(self) -> Signs:
        """Return a copy of the signs."""
        with self._lock:
            return deepcopy(self._signs)

    def enter(self, phase: Phase) -> None:
        """Report in which phase the worker is."""
        with self._lock:
            if phase != self._signs.phase:
                self._signs.phase = phase
                self._since = self._clock.now()
                _log.info(_UNREADY.get(phase, "works"), extra={"worker": self.worker})

    def turn(self) -> None:
        """Report that the worker's loop goes round; who does so once has to go on doing so."""
        with self._lock:
            self._turned_at = self._clock.now()

    def begin(self) -> None:
        """Report that a batch is taken in hand, or taken in hand again."""
        with self._lock:
            had_work = self._has_work()
            self._begun_at = self._clock.now()
            if not had_work:
                self._since = self._begun_at

    def end(
        self,
        taken: Mapping[str, int],
        sent: Mapping[str, int] | None = None,
        dead: Mapping[str, int] | None = None,
    ) -> None:
        """Report that the batch in hand is done with, and what it came to; whether that is progress, `advance` says."""
        with self._lock:
            signs = self._signs
            for total, more in ((signs.taken, taken), (signs.sent, sent or {}), (signs.dead, dead or {})):
                for key, count in more.items():
                    total[key] = total.get(key, 0) + count
            if self._begun_at is not None:
                seconds = max(0.0, (self._clock.now() - self._begun_at).total_seconds())
                signs.batches[bisect_left(BATCH_S, seconds)] += 1
                signs.batch_s += seconds
            self._begun_at = None

    def drop(self) -> None:
        """Report that the batch in hand is given up: its partitions are others' by now."""
        with self._lock:
            self._begun_at = None

    def advance(self) -> None:
        """Report progress: something is finished that need not be done again."""
        with self._lock:
            self._since = self._signs.progress_at = self._clock.now()

    def behind(self, lag: Mapping[tuple[str, int], int]) -> None:
        """Report how many messages of each of our topics and partitions are not finished; none left out is ours."""
        with self._lock:
            had_work = self._has_work()
            self._signs.lag = dict(lag)
            if not had_work:
                self._since = self._clock.now()

    def retried(self) -> None:
        """Report that a write has to be tried again."""
        with self._lock:
            self._signs.retries += 1

    def stalled(self, after_s: float) -> str | None:
        """Return in one line why the worker counts as dead, or None while it is alive.

        `after_s` is how long it may have work and finish nothing, or not go round its loop.
        """
        with self._lock:
            now, lag = self._clock.now(), sum(self._signs.lag.values())
            silent_s = (now - (self._turned_at or now)).total_seconds()
            idle_s = (now - self._since).total_seconds()
            phase, in_hand, has_work = self._signs.phase, self._begun_at is not None, self._has_work()
        if silent_s > after_s:
            return f"{self.worker}: its loop stands still for {silent_s:.0f} s"
        if phase == "waiting" or not has_work or idle_s <= after_s:
            return None
        held = "a batch in hand" if in_hand else "no batch in hand"
        return f"{self.worker}: {phase}, nothing finished for {idle_s:.0f} s, {lag} messages behind, {held}"

    def unready(self) -> str | None:
        """Return in one line why the worker does not work yet, or not now; None when it does."""
        with self._lock:
            reason = _UNREADY.get(self._signs.phase)
        return None if reason is None else f"{self.worker}: {reason}"

    def _has_work(self) -> bool:
        joining = self._signs.phase in ("joining", "recovering")
        return joining or self._begun_at is not None or any(self._signs.lag.values())
