"""How listening goes: a few lines that renew themselves on a terminal, a line in the log now and then elsewhere."""

import logging
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from deploy.cli.output import console, safe
from deploy.listening.listener import Course
from deploy.listening.signs import SourceSigns, State, by_source
from schemas.clock import Clock, SystemClock

_RATE_OVER = timedelta(seconds=10)
_TOLD_EVERY = timedelta(seconds=60)
_COLOURS: dict[State, str] = {
    "connecting": "yellow", "listening": "green", "waiting": "yellow", "silent": "red", "stopped": "red",
}  # fmt: skip
_SHOW_CURSOR = "\x1b[?25h"
_log = logging.getLogger(__name__)


class ListeningDisplay:
    """Tells of a course. `what` is what matched records become: stored, or published."""

    def __init__(self, course: Course, what: str, clock: Clock) -> None:
        self._course, self._what, self._clock = course, what, clock
        self._since = self._told = clock.now()
        self._read: deque[tuple[datetime, int]] = deque([(self._since, 0)])

    def rate(self) -> float:
        """Return how many records a second were taken lately."""
        now = self._clock.now()
        self._read.append((now, self._course.tally.read))
        while len(self._read) > 2 and now - self._read[1][0] > _RATE_OVER:
            self._read.popleft()
        (first, before), (last, after) = self._read[0], self._read[-1]
        seconds = (last - first).total_seconds()
        return (after - before) / seconds if seconds > 0 else 0.0

    def lines(self) -> Group:
        """Return what a terminal shows now."""
        if not self._course.ready:
            return Group(Text("loading the models ...", style="dim"))
        sources, tally, now = by_source(self._course.signs), self._course.tally, self._clock.now()
        parts = [
            f"{self.rate():,.1f}/s",
            f"{tally.matched:,} matched",
            f"{tally.stored:,} {self._what}",
            f"{tally.dead:,} dead",
            f"{sum(source.gaps for source in sources):,} gaps",
            f"{self._course.waiting:,} waiting",
            _span(now - self._since),
        ]
        width = max(len(source.source) for source in sources)
        return Group(Text(" · ".join(parts), style="bold"), *(_line(source, width, now) for source in sources))

    def tell(self) -> None:
        """Leave a line in the log, if the last one is a minute ago."""
        rate, now = self.rate(), self._clock.now()
        if now - self._told < _TOLD_EVERY or not self._course.ready:
            return
        self._told = now
        sources, tally = by_source(self._course.signs), self._course.tally
        lags = [lag for source in sources if (lag := source.lag_s(now)) is not None]
        _log.info(
            "listens",
            extra={
                "per_second": round(rate, 1), "read": tally.read, "matched": tally.matched, self._what: tally.stored,
                "dead": tally.dead, "waiting": self._course.waiting, "gaps": sum(source.gaps for source in sources),
                "lag_s": round(min(lags), 1) if lags else None,
                "sources": {source.source: source.state for source in sources},
            },
        )  # fmt: skip


@contextmanager
def displayed(course: Course, what: str, clock: Clock | None = None) -> Iterator[Callable[[], object]]:
    """Yield a function to be called several times a second; on a terminal, what else is printed stands above it."""
    display = ListeningDisplay(course, what, clock or SystemClock())
    if not sys.stderr.isatty():
        yield display.tell
        return
    with Live(console=console(stderr=True), auto_refresh=False, transient=True) as live:
        yield lambda: live.update(display.lines(), refresh=True)


def leave_terminal() -> None:
    """Give a terminal its cursor back, for a process that ends on the spot."""
    if sys.__stderr__ is not None and sys.__stderr__.isatty():
        sys.__stderr__.write(f"{_SHOW_CURSOR}\n")
        sys.__stderr__.flush()


def _line(source: SourceSigns, width: int, now: datetime) -> Text:
    lag_s = source.lag_s(now)
    said = [f"{source.records:,} records"]
    if source.channels > 1:
        said.insert(0, f"{source.channels} channels")
    if lag_s is not None:
        said.append(f"newest {_span(timedelta(seconds=lag_s))} ago")
    counts = {
        "silent": source.silent, "bad": source.bad, "too old": source.too_old, "reconnects": source.reconnects,
        "gaps": source.gaps,
    }  # fmt: skip
    said += [f"{count:,} {name}" for name, count in counts.items() if count]
    return Text.assemble(
        f"  {safe(source.source):<{width}}  ", (f"{source.state:<10}", _COLOURS[source.state]), f"  {', '.join(said)}"
    )


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7_200 else f"{seconds // 3_600} h {seconds % 3_600 // 60} min"


def greet(lines: list[str], to: Console | None = None) -> None:
    """Print the first lines for people, on stderr; somewhere else they are one event in the log."""
    out = to or console(stderr=True)
    if out.is_terminal:
        for line in lines:
            out.print(Text(safe(line)), soft_wrap=True)
    else:
        _log.info("%s", "; ".join(lines))
