"""How far a state lies above everything that a brand has been through: the record that alerts are held against.

A state is a vector of log rates over several time scales. Its novelty is the least distance upward to any state of the
record: sqrt(sum over the scales of max(0, now - then)^2), so it is 0 as soon as one earlier state was as high on every
scale. Earlier states sink slowly, and so a brand that bursts every day has to burst higher than it does every day.
"""

from collections.abc import Sequence
from math import sqrt

FADE_PER_DAY = 0.05
"""By how much an earlier state sinks in a day, in log units: half its height after two weeks."""

_MOST = 512


class Record:
    """The states that count: those that no other one was above on every scale.

    All states sink alike, so which one is above another never changes. Of more than 512 the lowest is forgotten.
    """

    def __init__(self, states: Sequence[Sequence[float]] = ()) -> None:
        self._states = [tuple(state) for state in states]

    def novelty(self, state: Sequence[float], day: float) -> tuple[float, list[float]]:
        """Return how far the state on that day (since any fixed one) lies above the record, and how far on each scale.

        With an empty record nothing is novel.
        """
        now = [rate + FADE_PER_DAY * day for rate in state]
        best, nearest = float("inf"), now
        for then in reversed(self._states):  # the latest are the likeliest to be above it
            distance = 0.0
            for rate, earlier in zip(now, then, strict=True):
                if rate > earlier:
                    distance += (rate - earlier) ** 2
                    if distance >= best:
                        break
            else:
                best, nearest = distance, list(then)
                if not distance:
                    break
        return (sqrt(best) if self._states else 0.0), [a - b for a, b in zip(now, nearest, strict=True)]

    def keep(self, state: Sequence[float], day: float) -> None:
        """Take a state into the record, unless one in it is as high on every scale."""
        now = tuple(rate + FADE_PER_DAY * day for rate in state)
        if any(_covers(then, now) for then in self._states):
            return
        self._states = [then for then in self._states if not _covers(now, then)]
        self._states.append(now)
        if len(self._states) > _MOST:
            self._states.remove(min(self._states, key=sum))

    def side(self) -> list[list[float]]:
        """Return the states as JSON values."""
        return [list(state) for state in self._states]


def _covers(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a >= b for a, b in zip(one, other, strict=True))
