"""How long to wait before trying again: back-off with full jitter, for requests and for connections."""

from random import Random


def full_jitter_s(attempt: int, chance: Random, first_s: float = 1, longest_s: float = 60) -> float:
    """Return seconds to wait before the attempt after failure number `attempt`, counted from 0.

    Anywhere between nothing and `first_s * 2 ** attempt`, at most `longest_s`: many who failed together come back apart
    (Marc Brooker, "Exponential Backoff And Jitter", 2015).
    """
    return chance.uniform(0, min(longest_s, first_s * 2.0 ** min(attempt, 64)))
