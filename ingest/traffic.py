"""What has gone over the network for one source, for people and for metrics."""

from dataclasses import dataclass


@dataclass(slots=True)
class Traffic:
    """Counts since the start, of one source.

    `requests` were sent, streams and sockets included; `retries` of them again; `waits` were held back for `waited_s`
    seconds in all, by a limit or before a retry; `refused` were turned down as too many (429);
    `too_large` lines and messages were left out; `remaining` is how many requests the server last said are left.
    """

    requests: int = 0
    retries: int = 0
    waits: int = 0
    waited_s: float = 0.0
    refused: int = 0
    too_large: int = 0
    remaining: float | None = None

    def waited(self, seconds: float) -> None:
        """Count a wait, if it was one."""
        if seconds > 0:
            self.waits += 1
            self.waited_s += seconds
