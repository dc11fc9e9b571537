"""Being told to stop: SIGTERM and the interrupt key, so that a worker can end what it is at and leave in order."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object] | int | None


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether the process was told to stop; a second signal ends it as it always would."""
    told = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal told
        told = True
        signal.signal(number, before[number])

    before: dict[int, Handler] = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, note)
    try:
        yield lambda: told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
