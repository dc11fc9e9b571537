"""The contract of a channel that alerts are told to, and the register of all kinds of channel.

A kind of channel is one module in `sinks/channels/` with a class derived from `Channel`; nothing else has to name it.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal

import sinks.channels
from schemas.alert import Alert
from schemas.clock import Clock
from schemas.delivery import ChannelSettings
from schemas.errors import UsageError
from schemas.guard import Guard
from schemas.mention import Mention
from schemas.plugins import plugins

Step = Literal["opened", "updated", "closed"]
Outcome = Literal["taken", "later", "refused", "gone"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told of an episode at one of its steps.

    `key` is the same whenever the same notice is sent again, and no other's. `subject`, `short` (one line) and `lines`
    are plain text in which nothing of a stranger's is alive (see `delivery/inert.py`). `alert` and `posts` are what
    they were made of, as data: words of posts in them are as people wrote them.
    """

    key: str
    step: Step
    subject: str
    short: str
    lines: Sequence[str]
    alert: Alert
    brand_name: str
    posts: Sequence[Mention] = ()
    links: Sequence[str] = ()
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody asked to have sent: no alert, and nobody sends it a second time.

    `subject` and `lines` are plain text in which nothing of a stranger's is alive; `page` says the same and more as
    HTML, strangers' words escaped, for programs for mail. `enclosed` is a file, with its `enclosed_name`.
    """

    subject: str
    lines: Sequence[str]
    page: str
    enclosed: bytes | None = None
    enclosed_name: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a notice that was sent.

    taken: it is there. later: it may be sent again, not before `retry_after_s`. refused: it would never be taken.
    gone: the channel itself is no more. `detail` says why in a few words of ours, without any secret.
    """

    outcome: Outcome
    detail: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What channels are given: the guard for addresses of the network, and the clock that timestamps are of."""

    guard: Guard
    clock: Clock


class Channel(ABC):
    """One place that alerts are told to.

    `type` is what `[[alerts.channels]]` calls the kind; `promise` says in words how often one notice may come there.
    Made with the surroundings and the options of its entry, as keyword arguments.
    """

    type: ClassVar[str]
    promise: ClassVar[str]

    def __init__(self, surroundings: Surroundings, **options: Any) -> None:
        """Take the options, by name; what is wrong with one is a ValueError that does not show its value."""

    @abstractmethod
    def send(self, notice: Notice) -> Answer:
        """Send one notice, once, and say what became of it.

        Blocks, for half a minute at most; called on a thread of the channel's own, one notice at a time. Raises nothing
        on purpose: what a server or the network does is an answer.
        """

    def shown(self, notice: Notice) -> Sequence[str]:
        """Return the lines of what `send` would send, without any secret; nothing is connected to."""
        return [notice.subject, *notice.lines]

    def post(self, letter: Letter) -> Answer:
        """Send a letter, once, and say what became of it, as `send` does; refused by kinds that take alerts alone."""
        return Answer("refused", f"its type, {self.type}, takes alerts and no reports")


@cache
def channel_types() -> dict[str, type[Channel]]:
    """Return every kind of channel by its name, sorted. An import error in a channel's module is not hidden."""
    return plugins(sinks.channels, Channel, "type")


def open_channel(settings: ChannelSettings, surroundings: Surroundings) -> Channel:
    """Return the channel that an entry of the settings describes; nothing is connected to yet.

    Raises UsageError, which names the entry and what is wrong with it, but never shows a URL or a secret.
    """
    where = f"alerts.channels ({settings.name})"
    found = channel_types().get(settings.type)
    if found is None:
        raise UsageError(f"{where}: unknown type {settings.type!r}; there are: {', '.join(channel_types())}")
    known = {name: one for name, one in inspect.signature(found).parameters.items() if name != "surroundings"}
    options: Mapping[str, Any] = settings.options()
    if unknown := sorted(options.keys() - known):
        raise UsageError(f"{where}: type {settings.type} has no {unknown[0]!r}; there are: {', '.join(known)}")
    if missing := [name for name, one in known.items() if one.default is one.empty and name not in options]:
        raise UsageError(f"{where}: type {settings.type} needs {missing[0]!r}")
    try:
        return found(surroundings, **options)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from None
