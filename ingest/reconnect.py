"""The one policy by which a connection that broke is made again."""

from random import Random

from ingest.backoff import full_jitter_s

STEADY_S = 60.0  # who was connected for so long was connected well
LONGEST_RETRY_AFTER_S = 86_400.0  # nobody is obeyed for more than a day


class Reconnect:
    """Decides how long to wait after a connection broke; it waits for nothing and remembers nothing itself.

    After a good connection it is a second at most, then up to twice as long each time, at most `longest_s`, and never
    earlier than the server asked for.
    """

    def __init__(self, chance: Random, first_s: float = 1, longest_s: float = 300) -> None:
        self._chance = chance
        self._first_s, self._longest_s = first_s, longest_s

    def delay_s(self, breaks: int, retry_after_s: float | None = None) -> float:
        """Return how many seconds to wait; `breaks` is what `breaks_in_a_row` gave, 0 where all went well before.

        `retry_after_s` is what a Transient carries; a little is added to it, for others were asked for the same.
        """
        delay_s = full_jitter_s(breaks, self._chance, self._first_s, self._longest_s)
        if retry_after_s is None:
            return delay_s
        return max(delay_s, min(retry_after_s, LONGEST_RETRY_AFTER_S) + self._chance.uniform(0, self._first_s))

    @staticmethod
    def breaks_in_a_row(before: int, lasted_s: float, progressed: bool) -> int:
        """Return how many bad connections there are in a row, now that one broke that had lasted so long.

        One that brought something new, or stood for a minute, was good, and ends the row.
        """
        return 0 if progressed or lasted_s >= STEADY_S else before + 1
