"""Growth: a worker that has become too large is begun again in its own place.

Language models remember words for ever, and memory that was freed in small pieces does not go back to the system. What
a worker knows stands in Kafka, so it may end in order and begin again: the process stays the same for whoever watches
it, with the same number and arguments, and finds its state as any new worker does.
"""

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

_STATUS = Path("/proc/self/statm")
_TIMES = 2  # a state that grows with its input may double between two beginnings, so that there are never many
_ROOM_MIB = 512  # what is remembered for speed fills up again after each beginning
_log = logging.getLogger(__name__)


def memory_mib() -> float | None:
    """Return the memory that this process has in use, in MiB; None where the system does not say."""
    try:
        pages = int(_STATUS.read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Growth:
    """Says when a process has become too large.

    `limit_mib` None is twice of what the process has when it has done its first work, its state loaded, and 512 MiB
    more than that at least; 0 is never. A limit that it is above by then counts as None: to begin again would not help.
    """

    def __init__(self, limit_mib: int | None, memory: Callable[[], float | None] = memory_mib) -> None:
        self._limit_mib: float | None = limit_mib
        self._memory = memory
        self._known = False

    def outgrown(self, processed: int) -> bool:
        """Say whether it is time to begin again; `processed` is how many messages were taken in so far."""
        if self._limit_mib == 0 or not processed:
            return False
        has_mib = self._memory()
        if has_mib is None:
            return False
        if not self._known:
            self._known = True
            if self._limit_mib is not None and self._limit_mib <= has_mib:
                _log.warning(
                    "enrich.recycle_at_mib is %d, but a worker has %d MiB to begin with: the limit is the default",
                    self._limit_mib,
                    has_mib,
                )
            if self._limit_mib is None or self._limit_mib <= has_mib:
                self._limit_mib = max(_TIMES * has_mib, has_mib + _ROOM_MIB)
        assert self._limit_mib is not None  # noqa: S101 - it was set just now
        if has_mib <= self._limit_mib:
            return False
        _log.warning("%d MiB in use, %d are allowed: finishing, and beginning again", has_mib, self._limit_mib)
        return True


def begin_again() -> NoReturn:
    """Run this process anew with the arguments that it was started with. Whatever it has not finished is lost to it."""
    logging.shutdown()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves, without a shell
