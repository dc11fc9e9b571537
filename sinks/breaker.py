"""The circuit breaker of dead letters: when too much is refused, the fault is not in the messages. Pure."""

from collections import deque

from schemas.errors import Fatal

CONSECUTIVE = 100
WINDOW = 1_000
SHARE = 0.1


class Breaker:
    """Counts what became of messages, in the order read."""

    def __init__(self) -> None:
        """Begin closed."""
        self._row = 0
        self._recent: deque[bool] = deque(maxlen=WINDOW)
        self._dead = 0

    def note(self, dead: bool) -> None:
        """Count one message. Raises Fatal at more than 100 dead ones in a row, or more than a tenth of the last 1,000:
        to bury everything would hide what is wrong, so the worker has to end, with nothing more committed."""
        if len(self._recent) == WINDOW:
            self._dead -= self._recent[0]
        self._recent.append(dead)
        self._dead += dead
        self._row = self._row + 1 if dead else 0
        if self._row > CONSECUTIVE:
            raise Fatal(f"{self._row} messages in a row cannot be processed: the worker ends, and none is lost")
        if len(self._recent) == WINDOW and self._dead > SHARE * WINDOW:
            raise Fatal(f"{self._dead} of {WINDOW} messages cannot be processed: the worker ends, and none is lost")
