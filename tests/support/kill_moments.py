"""Processes that kill themselves at chosen moments, one life after the other.

For a script of its own, run with `python -c`: `watch` what is done, then `live`. Prints the moment at which each life
ended, and "done" when one has ended by itself.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

_lock = Lock()
_passed = 0
_kill_at = 0


def watch(owner: type, name: str) -> None:
    """Count a moment before and one after each call of a method."""
    inner = getattr(owner, name)

    def watched(*given: Any) -> Any:
        _moment(f"before {name}")
        answer = inner(*given)
        _moment(f"after {name}")
        return answer

    setattr(owner, name, watched)


def live(kill_at: Iterable[int], work: Callable[[], object]) -> None:
    """Do the work in one process after the other, each of which kills itself at the n-th of its moments; 0: at none."""
    global _kill_at
    for _kill_at in kill_at:
        child = os.fork()
        if child == 0:
            work()
            print("done", flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            sys.exit(os.waitstatus_to_exitcode(status))


def _moment(name: str) -> None:
    global _passed
    with _lock:
        _passed += 1
        if _passed == _kill_at:
            print(name, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
