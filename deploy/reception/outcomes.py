"""What became of pushes, by door: counted on the loop that answers them, read by the thread that tells of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

REASONS: Mapping[int, str] = {
    400: "unreadable", 401: "not_proven", 403: "not_allowed", 404: "no_door", 405: "method", 408: "too_slow",
    413: "too_large", 415: "content_type", 503: "put_off",
}  # fmt: skip
"""What a status that refuses is called."""

NO_DOOR = "none"
"""What a door that is none is called: its name is a stranger's."""


@dataclass(slots=True)
class Outcomes:
    """How many pushes were `taken` by each door, handshakes and repeats included, and how many each `refused`, by
    reason."""

    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, door: str, status: int) -> None:
        """Count an answer."""
        if status < 400:
            self.taken[door] += 1
        else:
            self.refused[door, REASONS.get(status, "other")] += 1
