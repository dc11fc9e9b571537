"""The desk: takes alerts, and sees to it that each channel is told of each step of each episode once.

Before a notice is sent the book says that an attempt is begun, and afterwards what came of it. A kill in between leaves
open whether it arrived, so it is sent again after the next start, under the same key: nothing is lost, and a receiver
that looks at keys sees it once; others may see it twice for each such kill.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from random import Random
from threading import Thread

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.delivery import ChannelSettings
from schemas.errors import HearkenError
from sinks.channel import Answer, Channel, Notice, Step
from sinks.delivery.book import Book
from sinks.delivery.silence import Silence, is_silenced
from sinks.delivery.telling import Telling, answered, begun, ended, heard, is_late, passed_over
from sinks.delivery.told import Told

_LOOK = timedelta(seconds=5)  # how old what is told of the waiting may be

_log = logging.getLogger(__name__)

Compose = Callable[[Alert, Step, str, ChannelSettings], Notice]
"""What is told of an alert at a step, under a key, to a channel."""


@dataclass(slots=True)
class Line:
    """One channel with its settings; `busy` is what is being sent. `gone`: it said that it is no more."""

    settings: ChannelSettings
    channel: Channel
    busy: Telling | None = None
    gone: bool = False
    failures: int = 0


class Desk:
    """Tells channels of episodes, each channel on a thread of its own: a slow one keeps no other waiting.

    `hear` and `turn` are called on one thread, the book's, and block for no channel.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        book: Book,
        compose: Compose,
        clock: Clock,
        chance: Random,
        *,
        give_up_after_h: float,
        with_replayed: bool = False,
        told: Told | None = None,
    ) -> None:
        """Tell `lines`, which are this desk's from now on; `told` goes on counting.

        Alerts of a replay are passed over unless `with_replayed`, and so is what is long past.
        """
        for line in lines:
            line.busy = None
        self._lines = {line.settings.name: line for line in lines}
        self._book, self._compose, self._clock, self._chance = book, compose, clock, chance
        self._give_up_after_h = give_up_after_h
        self._with_replayed = with_replayed
        self._answers: SimpleQueue[tuple[str, Answer]] = SimpleQueue()
        self._looked_at: datetime | None = None
        self.told = Told() if told is None else told

    def hear(self, alerts: Iterable[Alert]) -> None:
        """Note what channels are to be told of these alerts; safe to repeat. Raises as the book does."""
        now = self._clock.now()
        known: dict[tuple[str, str], Telling] = {}
        for alert in alerts:
            if alert.replayed and not self._with_replayed:
                continue
            for name, line in self._lines.items():
                telling = known.get((alert.id, name)) or self._current(alert.id, line)
                if telling is None and self._is_past(alert):
                    continue
                changed = heard(telling, alert, line.settings, now)
                if changed is not None:
                    known[alert.id, name] = changed
        for (_, name), telling in known.items():
            line = self._lines[name]
            if line.busy is not None and line.busy.alert_id == telling.alert_id:
                line.busy = telling
        if known:
            self._book.save(known.values())

    def turn(self, patience_s: float = 0) -> bool:
        """Take in what channels have answered, waiting for it a little, and send what is due; say whether anything is
        being sent, or was. Raises as the book does."""
        moved = self._collect(patience_s if any(line.busy is not None for line in self._lines.values()) else 0)
        silences = None
        for line in self._lines.values():
            while line.busy is None and not line.gone:
                telling = self._book.due(line.settings.name, self._clock.now())
                if telling is None:
                    break
                moved = True
                silences = self._book.silences() if silences is None else silences
                self._deal(line, telling, silences)
        self._count()
        return moved or any(line.busy is not None for line in self._lines.values())

    def leave(self, patience_s: float) -> None:
        """Take in what is answered within a little; what is not may be told again after the next start."""
        if any(line.busy is not None for line in self._lines.values()):
            self._collect(patience_s)

    def _count(self) -> None:
        """Count now and then what waits."""
        now = self._clock.now()
        if self._looked_at is None or now - self._looked_at >= _LOOK:
            self._looked_at = now
            for name in self._lines:
                told = self.told.of(name)
                told.waiting, told.waiting_since = self._book.waiting(name)

    def _current(self, alert_id: str, line: Line) -> Telling | None:
        if line.busy is not None and line.busy.alert_id == alert_id:
            return line.busy
        return self._book.telling(alert_id, line.settings.name)

    def _is_past(self, alert: Alert) -> bool:
        """Return whether an episode that nobody was told of is too old to be news. A replay has times of its own."""
        age = self._clock.now() - (alert.closed_at or alert.updated_at)
        return not alert.replayed and age > timedelta(hours=self._give_up_after_h)

    def _deal(self, line: Line, telling: Telling, silences: Sequence[Silence]) -> None:
        """Send what is due, unless nobody wants it any more."""
        alert, step, now = telling.alert, telling.step, self._clock.now()
        if alert is None or step is None:
            return
        if is_silenced(silences, alert, step, now):
            self.told.of(line.settings.name).silenced += 1
            over = passed_over(telling, line.settings, now) if step == "updated" else ended(telling, "silenced")
            self._book.save([over])
        elif step != "closed" and is_late(telling, now, self._give_up_after_h):
            self.told.of(line.settings.name).given_up += 1
            _log.error("channel %s was not told for too long", line.settings.name, extra={"alert": telling.alert_id})
            self._book.save([ended(telling, "given_up")])
        else:
            self._send(line, telling, alert, step)

    def _send(self, line: Line, telling: Telling, alert: Alert, step: Step) -> None:
        telling = begun(telling)
        notice = self._compose(alert, step, telling.key, line.settings)
        self._book.save([telling])
        line.busy = telling
        Thread(target=self._ask, args=(line, notice), name=f"channel {line.settings.name}", daemon=True).start()

    def _ask(self, line: Line, notice: Notice) -> None:
        """Send, on the channel's own thread."""
        try:
            answer = line.channel.send(notice)
        except HearkenError as error:
            answer = Answer("later", str(error))
        except Exception as error:  # a fault of ours or of a package: this channel only
            answer = Answer("later", f"a fault in sending: {type(error).__name__}")
        self._answers.put((line.settings.name, answer))

    def _collect(self, patience_s: float) -> bool:
        collected = False
        while True:
            try:
                wait = bool(patience_s) and not collected
                name, answer = self._answers.get(block=wait, timeout=patience_s if wait else None)
            except Empty:
                return collected
            collected = True
            self._take(self._lines[name], answer)

    def _take(self, line: Line, answer: Answer) -> None:
        telling = line.busy
        assert telling is not None  # noqa: S101 - it was sent
        after = answered(
            telling, answer, line.settings, self._clock.now(), self._chance, self._give_up_after_h
        )  # fmt: skip
        try:
            self._book.save([after])
        except HearkenError:
            self._answers.put((line.settings.name, answer))  # it is noted later: what was taken is not sent again
            raise
        line.busy = None
        told = self.told.of(line.settings.name)
        told.outcomes[answer.outcome] += 1
        place = {"channel": line.settings.name, "alert": telling.alert_id, "step": telling.step}
        if answer.outcome == "taken":
            if line.failures:
                _log.warning("channel %s takes notices again", line.settings.name)
            line.failures = 0
            _log.info("told", extra=place)
        elif after.ended is not None:
            told.given_up += 1
            line.gone = answer.outcome == "gone"
            _log.error("channel %s was not told: %s", line.settings.name, answer.detail or after.ended, extra=place)
        else:
            line.failures += 1
            if line.failures == 1:
                _log.warning("channel %s: %s; it is tried again", line.settings.name, answer.detail, extra=place)
