"""Being told to stop: SIGTERM and the interrupt key, so that a worker can end what it is at and leave in order."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object] | int | None


@contextmanager
def stop_signals(at_once: Callable[[], object] | None = None) -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether the process was told to stop; a second signal ends it as it always would.

    With `at_once` a second signal, of either kind, calls it and ends the process on the spot, whatever it is at.
    """
    told = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal told
        if told and at_once is not None:
            at_once()
            os._exit(128 + number)
        told = True
        if at_once is None:
            signal.signal(number, before[number])

    before: dict[int, Handler] = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, note)
    try:
        yield lambda: told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
