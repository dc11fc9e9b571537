"""Delivery beside the embedded pipeline: a thread of its own, so that no channel holds up what is stored."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Event, Thread

from deploy.telling import composing, looking, open_lines
from schemas.clock import Clock
from schemas.errors import Fatal, HearkenError, Transient
from schemas.settings import Settings
from sinks.delivery.desk import Desk
from sinks.delivery.told import Told
from sinks.sqlite.notices import SqliteBook
from sinks.sqlite.store import SqliteStore

_LOOK_S = 0.5
_AT_ONCE = 100
_LEAVE_S = 3.0  # how long the end waits for what is being sent; an answer that comes later is not noted

_log = logging.getLogger(__name__)


class Delivery:
    """Tells the channels of the settings of the alerts that appear in a store, from `start` until `stop`.

    At-least-once: what was not noted as told when the process ended is told again by the next.
    """

    def __init__(
        self,
        settings: Settings,
        path: str | Path,
        clock: Clock,
        *,
        with_replayed: bool = False,
        told: Told | None = None,
    ) -> None:
        """Open the channels; the store at `path` has to be there when it starts.

        `with_replayed` tells of alerts of a replay too; `told` is where it is counted. Raises UsageError for a channel
        that cannot be.
        """
        self._settings, self._path, self._clock = settings, path, clock
        self._with_replayed = with_replayed
        self._lines = open_lines(settings, clock)
        self._stopping, self._finishing = Event(), Event()
        self._failure: HearkenError | None = None
        self._thread = Thread(target=self._run, name="delivery", daemon=True)
        self.told = Told() if told is None else told

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread.start()

    def check(self) -> None:
        """Raise what ended the delivery, if something did: Fatal, when the store cannot be written."""
        if self._failure is not None:
            raise self._failure

    def finish(self) -> None:
        """Return when every alert of the store was told or put off, and stop. Raises as `check` does."""
        self._finishing.set()
        self._thread.join()
        self.check()

    def stop(self) -> None:
        """Stop within some seconds; what is being sent then may be told again."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_LEAVE_S + _LOOK_S)

    def _run(self) -> None:
        try:
            with SqliteBook(self._path) as book, SqliteStore(self._path, read_only=True) as store:
                self._deliver(book, store)
        except HearkenError as error:
            self._failure = error
            _log.error("alerts are not delivered any more: %s", error)
        except Exception as error:
            self._failure = Fatal(f"alerts are not delivered any more, for a fault of ours: {type(error).__name__}")
            _log.exception("alerts are not delivered any more, for a fault of hearken's own")

    def _deliver(self, book: SqliteBook, store: SqliteStore) -> None:
        chance = Random(f"{os.getpid()} {self._clock.now()}")  # noqa: S311 - so that many do not come back together
        desk = Desk(
            self._lines, book, composing(self._settings, looking(store)), self._clock, chance,
            give_up_after_h=self._settings.alerts.give_up_after_h, with_replayed=self._with_replayed, told=self.told,
        )  # fmt: skip
        while not self._stopping.is_set():
            finishing = self._finishing.is_set()
            busy = _unless_busy(lambda: _turn(desk, book))
            if finishing and not busy:
                return
            if not busy:
                self._stopping.wait(_LOOK_S)
        desk.leave(_LEAVE_S)


def _turn(desk: Desk, book: SqliteBook) -> bool:
    """Hear what is new, and send what is due; say whether there is more to do now."""
    alerts, place = book.changed(_AT_ONCE)
    if alerts:
        desk.hear(alerts)
        book.save_place(place)
    return desk.turn(_LOOK_S if not alerts else 0) or bool(alerts)


def _unless_busy(turn: Callable[[], bool]) -> bool:
    """Take a turn; when the pipeline holds the file for long, nothing is lost, and the next turn comes."""
    try:
        return turn()
    except Transient as error:
        _log.warning("delivery waits for the store: %s", error)
        return False
