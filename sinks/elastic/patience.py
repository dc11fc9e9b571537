"""How long a write is tried: pauses with jitter, up to one deadline."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from schemas.clock import Clock
from schemas.errors import HearkenError
from sinks.elastic.retry import delay_s


class Patience:
    """The time that one write has, with all its attempts."""

    def __init__(
        self, clock: Clock, random: Random, seconds: float, on_retry: Callable[[], None] = lambda: None
    ) -> None:
        """The time begins now; `random` gives the jitter, `on_retry` is called before each further attempt."""
        self._on_retry = on_retry
        self._clock = clock
        self._random = random
        self._deadline = clock.now() + timedelta(seconds=seconds)

    def wait(self, attempt: int, fault: HearkenError) -> None:
        """Block until the next attempt; `attempt` counts from 0. Raises `fault` when the deadline comes first."""
        pause_s = delay_s(attempt, self._random.random())
        if self._clock.now() + timedelta(seconds=pause_s) >= self._deadline:
            raise fault
        self._clock.sleep(pause_s)
        self._on_retry()
