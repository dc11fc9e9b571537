"""Commands that go on: what is new as it comes, and an answer that is kept up to date."""

import contextlib
import io
import os
import select
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.text import Text
from typer.core import TyperCommand

from deploy.cli.output import console, note
from deploy.stopping import stop_signals
from schemas.clock import Clock
from schemas.errors import Transient

Watch = Annotated[
    float | None,
    typer.Option(
        "--watch", min=0.1, metavar="[SECONDS]", help="Go on, and look again every so many seconds (5) until stopped."
    ),
]

_WATCH_S = "5"
_STEP_S = 0.2  # how long it may take to notice that nobody wants more


class Watched(TyperCommand):
    """A command whose `--watch` may stand without its seconds."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the seconds where they are left out."""
        for at, word in enumerate(args):
            if word == "--watch" and not _is_number(args[at + 1 : at + 2]):
                args = [*args[: at + 1], _WATCH_S, *args[at + 1 :]]
                break
        return super().parse_args(ctx, args)


def _is_number(words: Sequence[str]) -> bool:
    try:
        return bool(words) and float(words[0]) == float(words[0])
    except ValueError:
        return False


@contextlib.contextmanager
def wanted() -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether somebody still wants to hear more: not told to stop, and not gone away.

    A reader that goes away while something is printed ends the block without an error.
    """
    with stop_signals() as stopping, contextlib.suppress(BrokenPipeError):
        yield lambda: not stopping() and not _unread()
    if _unread():  # what is left in the buffer has nowhere to go, and must not be complained of at the exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def rest(seconds: float, clock: Clock, more: Callable[[], bool]) -> None:
    """Wait for so many seconds, or until nobody wants more."""
    while seconds > 0 and more():
        step = min(seconds, _STEP_S)
        clock.sleep(step)
        seconds -= step


def watched(every_s: float | None, answer: Callable[[], None], clock: Clock) -> None:
    """Print an answer; with `every_s` again and again: in place on a terminal, elsewhere when it is another one.

    Ends when told to stop or when nobody reads any more. Raises what the first answer raises; a later one that fails
    for a while stands as it was, and says so.
    """
    if every_s is None:
        answer()
        return
    with wanted() as more:
        if sys.stdout.isatty():
            with Live(console=console(), auto_refresh=False, vertical_overflow="crop") as live:
                for text in _answers(every_s, answer, clock, more, terminal=True):
                    live.update(Text.from_ansi(text), refresh=True)
        else:
            for text in _answers(every_s, answer, clock, more, terminal=False):
                sys.stdout.write(text)
                sys.stdout.flush()


class _Screen(io.StringIO):
    """Takes what is meant for the terminal, with its colours and its width."""

    def isatty(self) -> bool:
        return True


def _answers(
    every_s: float, answer: Callable[[], None], clock: Clock, more: Callable[[], bool], *, terminal: bool
) -> Iterator[str]:
    """Yield the text of each answer that is another than the last; what is for people stands on a terminal too."""
    last = shown = None
    while more():
        page = _Screen() if terminal else io.StringIO()
        try:
            with contextlib.redirect_stdout(page), contextlib.redirect_stderr(page if terminal else sys.stderr):
                answer()
            last = text = page.getvalue()
        except Transient as fault:
            if last is None:
                raise
            text = f"{last}hearken: {fault}\n" if terminal else last
            if not terminal:
                note(str(fault))
        if text != shown:
            yield text
        shown = text
        rest(every_s, clock, more)


def _unread() -> bool:
    """Say whether stdout is a pipe whose reader went away."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):  # not a file at all
        return False
    poll = select.poll()
    poll.register(number, 0)
    return any(event & (select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))
